#include "metrics/set/kernel_distance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "core/error.h"
#include "metrics/numerics/lapack.h"

namespace asbench::metrics {
namespace {

constexpr int kTile = 1024;  ///< rows of a tile of the kernel matrix, which never exists as a whole

SamplesView tile_of(SamplesView samples, int begin) {
  return {samples.row(begin).data(), std::min(kTile, samples.rows - begin), samples.cols};
}

double power(double value, int degree) {
  double result = 1.0;
  for (int i = 0; i < degree; ++i) result *= value;
  return result;
}

/// Sum of the kernel over all pairs of a row of `a` and a row of `b`.
double kernel_sum(SamplesView a, SamplesView b, const PolynomialKernel& kernel) {
  std::vector<double> products;
  double sum = 0.0;
  for (int i = 0; i < a.rows; i += kTile) {
    for (int j = 0; j < b.rows; j += kTile) {
      const SamplesView left = tile_of(a, i), right = tile_of(b, j);
      products.resize(static_cast<std::size_t>(left.rows) * static_cast<std::size_t>(right.rows));
      lapack::product_with_transposed(left, right, products);
      double tile = 0.0;
      for (const double product : products)
        tile += power(kernel.gamma * product + kernel.offset, kernel.degree);
      sum += tile;
    }
  }
  return sum;
}

double diagonal_sum(SamplesView a, const PolynomialKernel& kernel) {
  double sum = 0.0;
  for (int i = 0; i < a.rows; ++i) {
    double product = 0.0;
    for (const double value : a.row(i)) product += value * value;
    sum += power(kernel.gamma * product + kernel.offset, kernel.degree);
  }
  return sum;
}

PolynomialKernel cubic(int columns) {
  return {3, 1.0 / columns, 1.0};
}

/// NumPy's legacy generator, as far as RandomState(seed).choice(n, k, replace=False) needs it:
/// Mersenne Twister seeded by init_genrand, a shuffle from the top whose indices come by masked
/// rejection.
class NumpyRandomState {
 public:
  explicit NumpyRandomState(std::uint32_t seed) : generator_(seed) {}

  std::vector<int> choose(int n, int k) {
    std::vector<int> order(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) order[static_cast<std::size_t>(i)] = i;
    for (int i = n - 1; i > 0; --i)
      std::swap(order[static_cast<std::size_t>(i)],
                order[below_or_equal(static_cast<std::uint32_t>(i))]);
    order.resize(static_cast<std::size_t>(k));
    return order;
  }

 private:
  std::uint32_t below_or_equal(std::uint32_t most) {
    std::uint32_t mask = most;
    for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    for (;;) {
      const auto value = static_cast<std::uint32_t>(generator_()) & mask;
      if (value <= most) return value;
    }
  }

  std::mt19937 generator_;
};

double unbiased_mmd(SamplesView real, SamplesView generated) {
  const PolynomialKernel kernel = cubic(real.cols);
  const double n = real.rows, m = generated.rows;
  return (kernel_sum(real, real, kernel) - diagonal_sum(real, kernel)) / (n * (n - 1)) +
         (kernel_sum(generated, generated, kernel) - diagonal_sum(generated, kernel)) /
             (m * (m - 1)) -
         2.0 * kernel_sum(real, generated, kernel) / (n * m);
}

}  // namespace

double kernel_distance(SamplesView real, SamplesView generated) {
  require_pair(real, generated, "kernel", 2);
  require_variance(real, generated, "kernel");
  return unbiased_mmd(real, generated);
}

Kid kid(SamplesView real, SamplesView generated, const KidOptions& options) {
  require_pair(real, generated, "kid", 2);
  require_variance(real, generated, "kid");
  if (options.subset_size < 2 || options.subsets < 1)
    throw UsageError("kid: at least 1 subset of at least 2 samples is needed");
  if (std::min(real.rows, generated.rows) < options.subset_size) {
    throw BadInput(
        fmt::format("kid: subsets of {} can't be drawn from {} real and {} generated samples; "
                    "choose a smaller subset size",
                    options.subset_size, real.rows, generated.rows));
  }
  NumpyRandomState random(options.seed);
  std::vector<double> values;
  for (int i = 0; i < options.subsets; ++i) {
    const Samples one = select_rows(generated, random.choose(generated.rows, options.subset_size));
    const Samples other = select_rows(real, random.choose(real.rows, options.subset_size));
    values.push_back(unbiased_mmd(one, other));
  }
  Kid result;
  for (const double value : values) result.mean += value / options.subsets;
  for (const double value : values)
    result.deviation += (value - result.mean) * (value - result.mean) / options.subsets;
  result.deviation = std::sqrt(result.deviation);
  return result;
}

double biased_mmd(SamplesView real, SamplesView generated, const PolynomialKernel& kernel) {
  require_pair(real, generated, "jedi", 1);
  const double n = real.rows, m = generated.rows;
  return kernel_sum(real, real, kernel) / (n * n) +
         kernel_sum(generated, generated, kernel) / (m * m) -
         2.0 * kernel_sum(real, generated, kernel) / (n * m);
}

double jedi_distance(SamplesView real, SamplesView generated) {
  require_pair(real, generated, "jedi", 2);
  require_variance(real, generated, "jedi");
  return 100.0 * biased_mmd(real, generated, {2, 1.0 / real.cols, 0.0});
}

}  // namespace asbench::metrics
