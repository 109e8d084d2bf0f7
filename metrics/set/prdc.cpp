#include "metrics/set/prdc.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "metrics/numerics/lapack.h"

namespace asbench::metrics {
namespace {

constexpr int kTile =
    512;  ///< samples a side of a tile of pairs: 1 MB of products, within a core's cache

constexpr std::size_t index(int value) {
  return static_cast<std::size_t>(value);
}

double distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

/// A set moved to the common mean and rounded to float32, for products; and what is known of the
/// rounding.
struct Rounded {
  std::vector<float> values;   ///< [rows, cols]
  std::vector<float> squares;  ///< squared length of each rounded row
  std::vector<float> lengths;  ///< length of each row, rounded up
  [[nodiscard]] std::span<const float> rows(int begin, int count, int cols) const {
    return std::span(values).subspan(index(begin) * index(cols), index(count) * index(cols));
  }
};

struct Set {
  SamplesView samples;
  Rounded rounded;
};

/// Distances are lengths of differences, so any shift and scale common to both sets leaves
/// comparisons as they are; near the origin and of size 1 float32 is finest.
struct Frame {
  std::vector<double> origin;
  double scale = 1.0;
};

Frame frame_of(SamplesView a, SamplesView b) {
  Frame frame;
  frame.origin.assign(index(a.cols), 0.0);
  for (const SamplesView set : {a, b}) {
    for (int i = 0; i < set.rows; ++i) {
      const auto row = set.row(i);
      for (std::size_t j = 0; j < row.size(); ++j) frame.origin[j] += row[j] / (a.rows + b.rows);
    }
  }
  double longest = 0.0;
  for (const SamplesView set : {a, b}) {
    for (int i = 0; i < set.rows; ++i)
      longest = std::max(longest, distance(set.row(i), frame.origin));
  }
  if (longest > 0.0 && std::isfinite(1.0 / longest)) frame.scale = 1.0 / longest;
  return frame;
}

Rounded rounded(SamplesView set, const Frame& frame) {
  Rounded result;
  result.values.resize(index(set.rows) * index(set.cols));
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
// |x|^2 + |y|^2 - 2 x.y in float32, with u = 2^-24: the dot product of D terms is off by at most D
// u |x| |y| (any order of summation, to first order), the squares by u each, the two additions by u
// times their size, and rounding the inputs moved the true distance by at most u (|x| + |y|), its
// square by 2 u (|x| + |y|)^2. With s = |x| + |y| everything together stays below (D / 2 + 8) u
// s^2; twice that is used, which also covers the second order. Below the normal numbers a rounding
// is no longer relative: each term may lose 2^-126 (flushed to 0), which error_floor covers.
float error_factor(int columns) {
  return static_cast<float>((columns + 16.0) * 0x1p-24);
}
float error_floor(int columns) {
  return static_cast<float>((4.0 * columns + 16.0) * 0x1p-126);
}

/// A square of pairs: rows of one set against rows of another.
struct TilePlace {
  int row = 0;
  int column = 0;
};

/// Products of a tile, and lower bounds of squared distances from them, a block of columns at a
/// time.
class Tile {
 public:
  static constexpr int kBlock = 64;

  Tile(const Set& a, const Set& b)
      : a_(a), b_(b), factor_(error_factor(a.samples.cols)), floor_(error_floor(a.samples.cols)) {}

  void fill(const TilePlace& place) {
    place_ = place;
    rows_ = std::min(kTile, a_.samples.rows - place.row);
    columns_ = std::min(kTile, b_.samples.rows - place.column);
    products_.resize(index(rows_) * index(columns_));
    const int cols = a_.samples.cols;
    lapack::product_with_transposed(a_.rounded.rows(place.row, rows_, cols),
                                    b_.rounded.rows(place.column, columns_, cols), cols, products_);
  }
  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int columns() const { return columns_; }

  /// Lower and upper bounds of the squared distances of row `i` and `count` columns from `j` on,
  /// all within the tile.
  void bounds(int i, int j, int count, float* low, float* high) const {
    const std::size_t own = index(place_.row) + index(i);
    const float square = a_.rounded.squares[own], length = a_.rounded.lengths[own];
    const float* products = products_.data() + index(i) * index(columns_) + j;
    const float* squares = b_.rounded.squares.data() + place_.column + j;
    const float* lengths = b_.rounded.lengths.data() + place_.column + j;
    for (int t = 0; t < count; ++t) {
      const float sum = length + lengths[t];
      const float error = factor_ * sum * sum + floor_;
      const float between = square + squares[t] - 2.0F * products[t];
      low[t] = between - error;
      high[t] = between + error;
    }
  }

 private:
  const Set& a_;
  const Set& b_;
  float factor_, floor_;
  TilePlace place_;
  int rows_ = 0, columns_ = 0;
  std::vector<float> products_;
};

/// What may be among a sample's k nearest: whatever has a lower bound above the k-th smallest upper
/// bound can't.
struct Neighbours {
  std::vector<float> upper;                       ///< max-heap of the k smallest upper bounds
  std::vector<std::pair<float, int>> candidates;  ///< (lower bound, sample)

  /// @returns the k-th smallest upper bound, infinite until there are k
  float offer(float low, float high, int sample, std::size_t k) {
    candidates.emplace_back(low, sample);
    if (upper.size() < k) {
      upper.push_back(high);
      std::push_heap(upper.begin(), upper.end());
    } else if (high < upper.front()) {
      std::pop_heap(upper.begin(), upper.end());
      upper.back() = high;
      std::push_heap(upper.begin(), upper.end());
    }
    const float most = upper.size() < k ? std::numeric_limits<float>::infinity() : upper.front();
    if (candidates.size() > 4 * k + 16) prune(most);
    return most;
  }
  void prune(float most) {
    std::erase_if(candidates, [most](const auto& candidate) { return candidate.first > most; });
  }
};

/// One thread's view of all samples' neighbours.
struct Search {
  explicit Search(int n)
      : neighbours(index(n)), most(index(n), std::numeric_limits<float>::infinity()) {}
  std::vector<Neighbours> neighbours;
  std::vector<float> most;  ///< per sample: nothing above can be a neighbour

  void look(const Tile& tile, const TilePlace& place, int k) {
    float low[Tile::kBlock], high[Tile::kBlock];
    for (int i = 0; i < tile.rows(); ++i) {
      const int own = place.row + i;
      // Each pair is seen once, for both of its samples.
      const int first = place.row == place.column ? i + 1 : 0;
      for (int j = first; j < tile.columns(); j += Tile::kBlock) {
        const int count = std::min(Tile::kBlock, tile.columns() - j);
        tile.bounds(i, j, count, low, high);
        const float* other_most = most.data() + place.column + j;
        const float own_most = most[index(own)];
        int near = 0;
        for (int t = 0; t < count; ++t) near += (low[t] <= own_most) | (low[t] <= other_most[t]);
        for (int t = 0; near > 0 && t < count; ++t) {
          const int other = place.column + j + t;
          offer(own, other, low[t], high[t], k);
          offer(other, own, low[t], high[t], k);
        }
      }
    }
  }

 private:
  void offer(int sample, int neighbour, float low, float high, int k) {
    float& bound = most[index(sample)];
    if (low <= bound) bound = neighbours[index(sample)].offer(low, high, neighbour, index(k));
  }
};

/// The k-th smallest exact distance among what any of the searches left over.
double radius_of(const Set& set, int sample, const std::vector<Search>& searches, int k) {
  std::vector<float> upper;
  for (const Search& search : searches)
    upper.insert(upper.end(), search.neighbours[index(sample)].upper.begin(),
                 search.neighbours[index(sample)].upper.end());
  std::nth_element(upper.begin(), upper.begin() + (k - 1), upper.end());
  const float most = upper[index(k - 1)];
  std::vector<double> exact;
  for (const Search& search : searches) {
    for (const auto& [low, neighbour] : search.neighbours[index(sample)].candidates) {
      if (low <= most)
        exact.push_back(distance(set.samples.row(sample), set.samples.row(neighbour)));
    }
  }
  std::nth_element(exact.begin(), exact.begin() + (k - 1), exact.end());
  return exact[index(k - 1)];
}

/// Distance of every sample to its k-th nearest other one, exactly as float64 gives it. Threads
/// take tiles of the upper half of the symmetric matrix of distances; what each found is joined at
/// the end, so the result doesn't depend on who took what.
std::vector<double> radii_of(const Set& set, int k) {
  const int n = set.samples.rows;
  std::vector<TilePlace> places;
  for (int row = 0; row < n; row += kTile) {
    for (int column = row; column < n; column += kTile) places.push_back({row, column});
  }
  std::vector<Search> searches;
  std::vector<double> radii(index(n));
  const int count = static_cast<int>(places.size());
#pragma omp parallel
  {
    Search search(n);
    Tile tile(set, set);
#pragma omp for schedule(dynamic)
    for (int p = 0; p < count; ++p) {
      tile.fill(places[index(p)]);
      search.look(tile, places[index(p)], k);
    }
#pragma omp critical
    searches.push_back(std::move(search));
#pragma omp barrier
#pragma omp for schedule(dynamic, 64)
    for (int sample = 0; sample < n; ++sample)
      radii[index(sample)] = radius_of(set, sample, searches, k);
  }
  return radii;
}

/// A ball's radius squared in the scale of the rounded rows, bounded on both sides: float32 of the
/// float64 value, one step outwards.
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

struct Balls {
  const std::vector<double>& radii;
  const Bounds& bounds;
};

/// Who lies in whose ball.
struct Membership {
  std::vector<int> balls;      ///< per generated sample: real balls that hold it
  std::vector<char> covered;   ///< per real sample: its ball holds a generated one
  std::vector<char> recalled;  ///< per real sample: it lies in a generated one's ball

  Membership(int real, int generated)
      : balls(index(generated)), covered(index(real)), recalled(index(real)) {}
  void add(const Membership& other) {
    for (std::size_t i = 0; i < balls.size(); ++i) balls[i] += other.balls[i];
    for (std::size_t i = 0; i < covered.size(); ++i) {
      covered[i] = static_cast<char>(covered[i] | other.covered[i]);
      recalled[i] = static_cast<char>(recalled[i] | other.recalled[i]);
    }
  }
};

/// One tile's pairs. Bounds decide where they can; the rest is computed from differences, in
/// float64.
void count_tile(const Tile& tile, const TilePlace& place, const Set& x, const Set& y,
                const Balls& real, const Balls& generated, Membership& found) {
  float low[Tile::kBlock], high[Tile::kBlock];
  for (int i = 0; i < tile.rows(); ++i) {
    const std::size_t r = index(place.row) + index(i);
    const float real_low = real.bounds.low[r], real_high = real.bounds.high[r];
    for (int j = 0; j < tile.columns(); j += Tile::kBlock) {
      const int count = std::min(Tile::kBlock, tile.columns() - j);
      tile.bounds(i, j, count, low, high);
      const float* generated_high = generated.bounds.high.data() + place.column + j;
      int near = 0;
      for (int t = 0; t < count; ++t) near += (low[t] <= real_high) | (low[t] <= generated_high[t]);
      for (int t = 0; near > 0 && t < count; ++t) {
        const std::size_t g = index(place.column) + index(j) + index(t);
        if (low[t] > real_high && low[t] > generated.bounds.high[g]) continue;
        bool in_real = high[t] < real_low;
        bool in_generated = high[t] < generated.bounds.low[g];
        const bool sure =
            (in_real || low[t] > real_high) && (in_generated || low[t] > generated.bounds.high[g]);
        if (!sure) {
          const double exact =
              distance(x.samples.row(static_cast<int>(r)), y.samples.row(static_cast<int>(g)));
          in_real = exact < real.radii[r];
          in_generated = exact < generated.radii[g];
        }
        if (in_real) {
          ++found.balls[g];
          found.covered[r] = 1;
        }
        if (in_generated) found.recalled[r] = 1;
      }
    }
  }
}

Membership memberships(const Set& x, const Set& y, const Balls& real, const Balls& generated) {
  std::vector<TilePlace> places;
  for (int row = 0; row < x.samples.rows; row += kTile) {
    for (int column = 0; column < y.samples.rows; column += kTile) places.push_back({row, column});
  }
  Membership all(x.samples.rows, y.samples.rows);
  const int count = static_cast<int>(places.size());
#pragma omp parallel
  {
    Membership found(x.samples.rows, y.samples.rows);
    Tile tile(x, y);
#pragma omp for schedule(dynamic) nowait
    for (int p = 0; p < count; ++p) {
      tile.fill(places[index(p)]);
      count_tile(tile, places[index(p)], x, y, real, generated, found);
    }
#pragma omp critical
    all.add(found);
  }
  return all;
}

}  // namespace

Prdc prdc(SamplesView real, SamplesView generated, int k) {
  if (k < 1)
    throw UsageError(fmt::format(
        "precision, recall, density and coverage need at least 1 neighbour, not {}", k));
  require_pair(real, generated, "prdc", k + 2);
  require_variance(real, generated, "prdc");
  const lapack::OneThread each_tile_on_its_own_core;
  const Frame frame = frame_of(real, generated);
  const Set x{real, rounded(real, frame)};
  const Set y{generated, rounded(generated, frame)};
  const auto real_radii = radii_of(x, k);
  const auto generated_radii = radii_of(y, k);
  const Bounds real_bounds = bounds_of(real_radii, frame);
  const Bounds generated_bounds = bounds_of(generated_radii, frame);
  const Membership found =
      memberships(x, y, {real_radii, real_bounds}, {generated_radii, generated_bounds});

  Prdc result;
  std::int64_t held = 0, precise = 0;
  for (const int count : found.balls) {
    held += count;
    precise += count > 0 ? 1 : 0;
  }
  result.precision = static_cast<double>(precise) / generated.rows;
  result.recall =
      static_cast<double>(std::count(found.recalled.begin(), found.recalled.end(), 1)) / real.rows;
  result.density = static_cast<double>(held) / (static_cast<double>(k) * generated.rows);
  result.coverage =
      static_cast<double>(std::count(found.covered.begin(), found.covered.end(), 1)) / real.rows;
  const auto is_zero = [](double radius) { return radius == 0.0; };
  result.degenerate = std::any_of(real_radii.begin(), real_radii.end(), is_zero) ||
                      std::any_of(generated_radii.begin(), generated_radii.end(), is_zero);
  return result;
}

}  // namespace asbench::metrics
