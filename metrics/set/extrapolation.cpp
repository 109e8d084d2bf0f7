#include "metrics/set/extrapolation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "core/stats.h"
#include "metrics/set/frechet.h"

namespace asbench::metrics {
namespace {

/// The first `count` of a shuffled 0..n-1.
std::vector<int> draw(int n, int count, SplitMix64& random) {
  std::vector<int> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    std::swap(order[i], order[i + random.below(order.size() - i)]);
  order.resize(static_cast<std::size_t>(count));
  return order;
}

struct Halves {
  std::vector<int> first, second;
};

/// Whole groups to the halves, in a shuffled order, the next one always to the smaller half.
Halves halve_groups(const std::map<std::string_view, std::vector<int>>& groups,
                    SplitMix64& random) {
  std::vector<const std::vector<int>*> members;
  for (const auto& [name, rows] : groups) members.push_back(&rows);
  Halves halves;
  for (const int index :
       draw(static_cast<int>(members.size()), static_cast<int>(members.size()), random)) {
    auto& smaller = halves.first.size() <= halves.second.size() ? halves.first : halves.second;
    const auto& rows = *members[static_cast<std::size_t>(index)];
    smaller.insert(smaller.end(), rows.begin(), rows.end());
  }
  return halves;
}

Halves halve_rows(int n, SplitMix64& random) {
  const auto order = draw(n, n / 2 * 2, random);
  const auto middle = order.begin() + n / 2;
  return {{order.begin(), middle}, {middle, order.end()}};
}

/// Both halves to the size of the smallest of them and the generated set: distances of different
/// sizes don't compare. What stays is drawn, or it would be the first groups' rows.
void cut(Halves& halves, int generated, SplitMix64& random) {
  const std::size_t size =
      std::min({halves.first.size(), halves.second.size(), static_cast<std::size_t>(generated)});
  for (std::vector<int>* half : {&halves.first, &halves.second}) {
    if (half->size() == size) continue;
    std::vector<int> kept;
    for (const int index : draw(static_cast<int>(half->size()), static_cast<int>(size), random))
      kept.push_back((*half)[static_cast<std::size_t>(index)]);
    *half = std::move(kept);
  }
}

double distance(SamplesView x, SamplesView y, int ddof) {
  return frechet_parts(x, y).with(ddof).value();
}

}  // namespace

std::optional<double> frechet_at_infinity(SamplesView real, SamplesView generated, int ddof,
                                          std::uint64_t seed) {
  constexpr int kSizes = 5;
  const int n = std::min(real.rows, generated.rows);
  if (n / 2 < std::max(2, real.cols)) return std::nullopt;
  SplitMix64 random(seed);
  std::array<double, kSizes> inverse{}, distances{};
  for (int i = 0; i < kSizes; ++i) {
    const int size = n / 2 + (n - n / 2) * i / (kSizes - 1);
    const Samples x = select_rows(real, draw(real.rows, size, random));
    const Samples y = select_rows(generated, draw(generated.rows, size, random));
    inverse[static_cast<std::size_t>(i)] = 1.0 / size;
    distances[static_cast<std::size_t>(i)] = distance(x, y, ddof);
  }
  const double mean_inverse = mean(inverse), mean_distance = mean(distances);
  double covariance = 0.0, variance = 0.0;
  for (std::size_t i = 0; i < kSizes; ++i) {
    covariance += (inverse[i] - mean_inverse) * (distances[i] - mean_distance);
    variance += (inverse[i] - mean_inverse) * (inverse[i] - mean_inverse);
  }
  return mean_distance - covariance / variance * mean_inverse;
}

std::optional<NoiseFloor> noise_floor(SamplesView real, SamplesView generated,
                                      std::span<const std::string> groups, int ddof,
                                      std::uint64_t seed) {
  std::map<std::string_view, std::vector<int>> members;
  for (std::size_t i = 0; i < groups.size(); ++i) members[groups[i]].push_back(static_cast<int>(i));
  const bool by_group =
      members.size() >= 4 && !members.contains("");  // rows of no group are no group
  SplitMix64 random(seed);
  std::vector<double> floors;
  NoiseFloor result;
  for (int halving = 0; halving < kHalvings; ++halving) {
    Halves halves = by_group ? halve_groups(members, random) : halve_rows(real.rows, random);
    cut(halves, generated.rows, random);
    const int size = static_cast<int>(halves.first.size());
    if (size < 2) return std::nullopt;
    const Samples first = select_rows(real, halves.first);
    floors.push_back(distance(first, select_rows(real, halves.second), ddof));
    result.generated +=
        distance(first, select_rows(generated, draw(generated.rows, size, random)), ddof) /
        kHalvings;
    result.size = halving == 0 ? size : std::min(result.size, size);
  }
  result.mean = mean(floors);
  for (const double floor : floors)
    result.deviation += (floor - result.mean) * (floor - result.mean) / (kHalvings - 1);
  result.deviation = std::sqrt(result.deviation);
  return result;
}

}  // namespace asbench::metrics
