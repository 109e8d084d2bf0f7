#include "metrics/prdc.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "metrics/lapack.h"

namespace asbench::metrics {
namespace {

constexpr int kRowsPerTile = 512;
constexpr int kColumnsPerTile = 2048;

double distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

/// A set moved to the common mean and rounded to float32, for products; and what is known of the rounding.
struct Rounded {
  std::vector<float> values;      ///< [rows, cols]
  std::vector<float> squares;     ///< squared length of each rounded row
  std::vector<float> lengths;     ///< length of each row, rounded up
  [[nodiscard]] std::span<const float> rows(int begin, int count, int cols) const {
    return std::span(values).subspan(static_cast<std::size_t>(begin) * static_cast<std::size_t>(cols), static_cast<std::size_t>(count) * static_cast<std::size_t>(cols));
  }
};

struct Set {
  SamplesView samples;
  Rounded rounded;
};

/// Distances are lengths of differences, so any shift and scale common to both sets leaves comparisons as they are; near the origin and of size 1 float32 is finest.
struct Frame {
  std::vector<double> origin;
  double scale = 1.0;
};

Frame frame_of(SamplesView a, SamplesView b) {
  Frame frame;
  frame.origin.assign(static_cast<std::size_t>(a.cols), 0.0);
  for (const SamplesView set : {a, b}) {
    for (int i = 0; i < set.rows; ++i) {
      const auto row = set.row(i);
      for (std::size_t j = 0; j < row.size(); ++j) frame.origin[j] += row[j] / (a.rows + b.rows);
    }
  }
  double longest = 0.0;
  for (const SamplesView set : {a, b}) {
    for (int i = 0; i < set.rows; ++i) longest = std::max(longest, distance(set.row(i), frame.origin));
  }
  if (longest > 0.0 && std::isfinite(1.0 / longest)) frame.scale = 1.0 / longest;
  return frame;
}

Rounded rounded(SamplesView set, const Frame& frame) {
  Rounded result;
  result.values.resize(static_cast<std::size_t>(set.rows) * static_cast<std::size_t>(set.cols));
  auto to = result.values.begin();
  for (int i = 0; i < set.rows; ++i) {
    const auto row = set.row(i);
    double square = 0.0;
    for (std::size_t j = 0; j < row.size(); ++j) {
      const auto value = static_cast<float>((row[j] - frame.origin[j]) * frame.scale);
      *to++ = value;
      square += static_cast<double>(value) * static_cast<double>(value);
    }
    result.squares.push_back(static_cast<float>(square));
    result.lengths.push_back(std::nextafter(static_cast<float>(std::sqrt(square)), 2.0F));
  }
  return result;
}

// Note [Error of a squared distance]
// |x|^2 + |y|^2 - 2 x.y in float32, with u = 2^-24: the dot product of D terms is off by at most D u |x| |y| (any order of summation,
// to first order), the squares by u each, the two additions by u times their size, and rounding the inputs moved the true distance by
// at most u (|x| + |y|), its square by 2 u (|x| + |y|)^2. With s = |x| + |y| everything together stays below (D / 2 + 8) u s^2; twice that
// is used, which also covers the second order.
// Below the normal numbers a rounding is no longer relative: each term may lose 2^-126 (flushed to 0), which error_floor covers.
float error_factor(int columns) { return static_cast<float>((columns + 16.0) * 0x1p-24); }
float error_floor(int columns) { return static_cast<float>((4.0 * columns + 16.0) * 0x1p-126); }

/// Squared float32 distances of a tile of `a` and a tile of `b`, with the bound of their error.
struct Tile {
  int row_begin = 0, row_count = 0, column_begin = 0, column_count = 0;
  std::vector<float> products;  ///< [row_count, column_count]

  void fill(const Set& a, const Set& b, int row, int column) {
    const int cols = a.samples.cols;
    row_begin = row;
    column_begin = column;
    row_count = std::min(kRowsPerTile, a.samples.rows - row);
    column_count = std::min(kColumnsPerTile, b.samples.rows - column);
    products.resize(static_cast<std::size_t>(row_count) * static_cast<std::size_t>(column_count));
    lapack::product_with_transposed(a.rounded.rows(row, row_count, cols), b.rounded.rows(column, column_count, cols), cols, products);
  }
  [[nodiscard]] const float* row(int i) const { return products.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(column_count); }
};

/// The k + 1 smallest upper bounds seen of one row, kept as a heap: whatever lies above the k-th of them can't be a neighbour.
struct Neighbours {
  std::vector<float> upper;                    ///< max-heap of at most k
  std::vector<std::pair<float, int>> candidates;  ///< (lower bound, column) of those that may be among the k nearest

  void offer(float low, float high, int column, std::size_t k) {
    if (upper.size() == k && low > upper.front()) return;
    candidates.emplace_back(low, column);
    if (upper.size() < k) {
      upper.push_back(high);
      std::push_heap(upper.begin(), upper.end());
    } else if (high < upper.front()) {
      std::pop_heap(upper.begin(), upper.end());
      upper.back() = high;
      std::push_heap(upper.begin(), upper.end());
    }
    if (candidates.size() > 16 * k + 64) prune();
  }
  void prune() {
    const float most = upper.front();
    std::erase_if(candidates, [most](const auto& candidate) { return candidate.first > most; });
  }
};

/// Distance of every sample to its k-th nearest other one, exactly as float64 gives it.
std::vector<double> radii_of(const Set& set, int k) {
  const float factor = error_factor(set.samples.cols), floor = error_floor(set.samples.cols);
  const int n = set.samples.rows;
  std::vector<double> radii(static_cast<std::size_t>(n));
  Tile tile;
  std::vector<Neighbours> neighbours;
  for (int row = 0; row < n; row += kRowsPerTile) {
    neighbours.assign(static_cast<std::size_t>(std::min(kRowsPerTile, n - row)), {});
    for (int column = 0; column < n; column += kColumnsPerTile) {
      tile.fill(set, set, row, column);
#pragma omp parallel for schedule(static)
      for (int i = 0; i < tile.row_count; ++i) {
        const auto own = static_cast<std::size_t>(row + i);
        const float* products = tile.row(i);
        Neighbours& nearest = neighbours[static_cast<std::size_t>(i)];
        float most = nearest.upper.size() == static_cast<std::size_t>(k) ? nearest.upper.front() : std::numeric_limits<float>::infinity();
        for (int j = 0; j < tile.column_count; ++j) {
          const auto other = static_cast<std::size_t>(column + j);
          const float square = set.rounded.squares[own] + set.rounded.squares[other] - 2.0F * products[j];
          const float sum = set.rounded.lengths[own] + set.rounded.lengths[other];
          const float error = factor * sum * sum + floor;
          if (square - error > most || other == own) continue;
          nearest.offer(square - error, square + error, static_cast<int>(other), static_cast<std::size_t>(k));
          if (nearest.upper.size() == static_cast<std::size_t>(k)) most = nearest.upper.front();
        }
      }
    }
#pragma omp parallel for schedule(dynamic, 16)
    for (int i = 0; i < static_cast<int>(neighbours.size()); ++i) {
      Neighbours& nearest = neighbours[static_cast<std::size_t>(i)];
      nearest.prune();
      std::vector<double> exact;
      for (const auto& [low, column] : nearest.candidates) exact.push_back(distance(set.samples.row(row + i), set.samples.row(column)));
      std::nth_element(exact.begin(), exact.begin() + (k - 1), exact.end());
      radii[static_cast<std::size_t>(row + i)] = exact[static_cast<std::size_t>(k - 1)];
    }
  }
  return radii;
}

/// A ball's radius squared in the scale of the rounded rows, bounded on both sides: float32 of the float64 value, one step outwards.
struct Bounds {
  std::vector<float> low, high;
};

Bounds bounds_of(const std::vector<double>& radii, const Frame& frame) {
  Bounds bounds;
  for (const double radius : radii) {
    const double square = (radius * frame.scale) * (radius * frame.scale);
    bounds.low.push_back(std::nextafter(static_cast<float>(square * (1.0 - 1e-12)), -1.0F));
    bounds.high.push_back(std::nextafter(static_cast<float>(square * (1.0 + 1e-12)), 8.0F));
  }
  return bounds;
}

}  // namespace

Prdc prdc(SamplesView real, SamplesView generated, int k) {
  if (k < 1) throw UsageError(fmt::format("precision, recall, density and coverage need at least 1 neighbour, not {}", k));
  require_pair(real, generated, "prdc", k + 2);
  const Frame frame = frame_of(real, generated);
  const Set x{real, rounded(real, frame)};
  const Set y{generated, rounded(generated, frame)};
  const auto real_radii = radii_of(x, k);
  const auto generated_radii = radii_of(y, k);
  const Bounds real_bounds = bounds_of(real_radii, frame);
  const Bounds generated_bounds = bounds_of(generated_radii, frame);
  const float factor = error_factor(real.cols), floor = error_floor(real.cols);

  std::vector<char> real_covered(static_cast<std::size_t>(real.rows)), real_recalled(static_cast<std::size_t>(real.rows));
  std::vector<int> balls(static_cast<std::size_t>(generated.rows));  // real balls that hold a generated sample
  Tile tile;
  for (int column = 0; column < generated.rows; column += kColumnsPerTile) {
    for (int row = 0; row < real.rows; row += kRowsPerTile) {
      tile.fill(x, y, row, column);
#pragma omp parallel
      {
        std::vector<int> inside(static_cast<std::size_t>(tile.column_count));
#pragma omp for schedule(static) nowait
        for (int i = 0; i < tile.row_count; ++i) {
          const auto r = static_cast<std::size_t>(row + i);
          const float* products = tile.row(i);
          bool covered = false, recalled = false;
          for (int j = 0; j < tile.column_count; ++j) {
            const auto g = static_cast<std::size_t>(column + j);
            const float square = x.rounded.squares[r] + y.rounded.squares[g] - 2.0F * products[j];
            const float sum = x.rounded.lengths[r] + y.rounded.lengths[g];
            const float error = factor * sum * sum + floor;
            const float low = square - error, high = square + error;
            if (low > real_bounds.high[r] && low > generated_bounds.high[g]) continue;  // outside both balls: nearly every pair
            bool in_real = high < real_bounds.low[r];
            bool in_generated = high < generated_bounds.low[g];
            const bool sure = (in_real || low > real_bounds.high[r]) && (in_generated || low > generated_bounds.high[g]);
            if (!sure) {
              const double exact = distance(real.row(row + i), generated.row(column + j));
              in_real = exact < real_radii[r];
              in_generated = exact < generated_radii[g];
            }
            if (in_real) {
              ++inside[static_cast<std::size_t>(j)];
              covered = true;
            }
            recalled = recalled || in_generated;
          }
          if (covered) real_covered[r] = 1;
          if (recalled) real_recalled[r] = 1;
        }
#pragma omp critical
        for (int j = 0; j < tile.column_count; ++j) balls[static_cast<std::size_t>(column + j)] += inside[static_cast<std::size_t>(j)];
      }
    }
  }

  Prdc result;
  std::int64_t held = 0, precise = 0;
  for (const int count : balls) {
    held += count;
    precise += count > 0 ? 1 : 0;
  }
  result.precision = static_cast<double>(precise) / generated.rows;
  result.recall = static_cast<double>(std::count(real_recalled.begin(), real_recalled.end(), 1)) / real.rows;
  result.density = static_cast<double>(held) / (static_cast<double>(k) * generated.rows);
  result.coverage = static_cast<double>(std::count(real_covered.begin(), real_covered.end(), 1)) / real.rows;
  const auto is_zero = [](double radius) { return radius == 0.0; };
  result.degenerate = std::any_of(real_radii.begin(), real_radii.end(), is_zero) || std::any_of(generated_radii.begin(), generated_radii.end(), is_zero);
  return result;
}

}  // namespace asbench::metrics
