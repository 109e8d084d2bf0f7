#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "reports/agreement/agreement.h"

namespace asbench::reports {
namespace {

/// Pairs of equal neighbours in an order where equal things stand together.
template <typename Equal>
std::int64_t tied_pairs(std::size_t n, const Equal& equal) {
  std::int64_t pairs = 0;
  for (std::size_t begin = 0; begin < n;) {
    std::size_t end = begin + 1;
    while (end < n && equal(begin, end)) ++end;
    const auto run = static_cast<std::int64_t>(end - begin);
    pairs += run * (run - 1) / 2;
    begin = end;
  }
  return pairs;
}

/// Sorts and counts the swaps of neighbours that it takes.
std::int64_t sort_counting_swaps(std::vector<double>& values, std::vector<double>& room,
                                 std::size_t begin, std::size_t end) {
  if (end - begin < 2) return 0;
  const std::size_t middle = begin + (end - begin) / 2;
  std::int64_t swaps = sort_counting_swaps(values, room, begin, middle) +
                       sort_counting_swaps(values, room, middle, end);
  std::size_t left = begin, right = middle;
  for (std::size_t to = begin; to < end; ++to) {
    if (left < middle && (right == end || values[left] <= values[right])) {
      room[to] = values[left++];
    } else {
      swaps += static_cast<std::int64_t>(middle - left);
      room[to] = values[right++];
    }
  }
  const auto from = [&](std::vector<double>& list, std::size_t i) {
    return list.begin() + static_cast<std::ptrdiff_t>(i);
  };
  std::copy(from(room, begin), from(room, end), from(values, begin));
  return swaps;
}

std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i)
      ranks[order[i]] = 0.5 * static_cast<double>(begin + end - 1);
    begin = end;
  }
  return ranks;
}

}  // namespace

std::optional<double> kendall_tau_b(std::span<const double> x, std::span<const double> y) {
  const std::size_t n = x.size();
  if (n < 2) return std::nullopt;
  std::vector<std::pair<double, double>> points(n);
  for (std::size_t i = 0; i < n; ++i) points[i] = {x[i], y[i]};
  std::sort(points.begin(), points.end());
  const auto all = static_cast<std::int64_t>(n) * (static_cast<std::int64_t>(n) - 1) / 2;
  const std::int64_t tied_x = tied_pairs(
      n, [&](std::size_t a, std::size_t b) { return points[a].first == points[b].first; });
  const std::int64_t tied_both =
      tied_pairs(n, [&](std::size_t a, std::size_t b) { return points[a] == points[b]; });
  std::vector<double> second(n), room(n);
  for (std::size_t i = 0; i < n; ++i) second[i] = points[i].second;
  const std::int64_t swaps = sort_counting_swaps(second, room, 0, n);
  const std::int64_t tied_y =
      tied_pairs(n, [&](std::size_t a, std::size_t b) { return second[a] == second[b]; });
  if (tied_x == all || tied_y == all) return std::nullopt;
  const auto concordant_less_discordant =
      static_cast<double>(all - tied_x - tied_y + tied_both - 2 * swaps);
  return concordant_less_discordant / std::sqrt(static_cast<double>(all - tied_x)) /
         std::sqrt(static_cast<double>(all - tied_y));
}

std::optional<double> spearman_rho(std::span<const double> x, std::span<const double> y) {
  const auto a = mean_ranks(x), b = mean_ranks(y);
  const double centre = 0.5 * (static_cast<double>(x.size()) - 1.0);
  double aa = 0.0, bb = 0.0, ab = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - centre) * (a[i] - centre);
    bb += (b[i] - centre) * (b[i] - centre);
    ab += (a[i] - centre) * (b[i] - centre);
  }
  if (aa == 0.0 || bb == 0.0) return std::nullopt;
  return ab / std::sqrt(aa * bb);
}

}  // namespace asbench::reports
