#include "metrics/set/frechet.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "metrics/numerics/lapack.h"

namespace asbench::metrics {
namespace {

constexpr double kPromised = 1e-8;  ///< relative error of a distance
constexpr int kSmall = 256;         ///< below, a singular value decomposition takes milliseconds

// Note [Gram eigenvalues]
// The eigenvalues l = s^2 of A A^T take a third of the time of A's singular values s. Each carries
// an absolute error e, so its root is off by e / (2 s), or by sqrt(5 e) where nothing is left of
// it. LAPACK bounds e by a few ulp of the largest eigenvalue; for the small eigenvalues, the ones
// that matter, what is seen is a hundredth of an ulp (matrices of 800 and 2000 rows with spectra
// from flat to j^-4, against dgesdd), and a quarter is taken here. The sum of these bounds decides
// whether the sum of roots will do.
constexpr double kUlps = 0.25;

double root_error(double eigenvalue, double error) {
  return eigenvalue > 4.0 * error ? error / (2.0 * std::sqrt(eigenvalue - error))
                                  : std::sqrt(5.0 * error);
}

/// One side of the distance.
struct Side {
  std::vector<double> mean;
  double squares = 0.0;  ///< of the centred rows
  Samples reduced;       ///< no larger than min(N - 1, D) x D; products with the other side's have
                         ///< the singular values that those of the centred rows have
};

// Note [One direction less]
// Centred rows add up to 0, so N <= D of them span N - 1 directions, and their product with the
// other side's has a singular value 0, which eigenvalues resolve badly (Note [Gram eigenvalues]).
// The reflection that turns (1, ..., 1) into the first axis leaves the singular values as they are
// and makes the first row 0, which is dropped; row i becomes x_i - x_1 / (sqrt(N) + 1).
//
// Centring, squaring and reflecting go row by row through one copy of the samples: a fresh page
// costs as much as computing what it holds.
Side without_the_sum(SamplesView samples) {
  Side side;
  side.mean = mean_row(samples);
  side.reduced.rows = samples.rows - 1;
  side.reduced.cols = samples.cols;
  auto& values = side.reduced.values;
  values.reserve(static_cast<std::size_t>(side.reduced.rows) * side.mean.size());
  const double share = 1.0 / (std::sqrt(samples.rows) + 1.0);
  std::vector<double> first, row(side.mean.size());
  for (int i = 0; i < samples.rows; ++i) {
    const auto from = samples.row(i);
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j] = from[j] - side.mean[j];
      side.squares += row[j] * row[j];
    }
    if (i == 0) {
      first = row;
      continue;
    }
    for (std::size_t j = 0; j < row.size(); ++j) row[j] -= share * first[j];
    values.insert(values.end(), row.begin(), row.end());
  }
  return side;
}

Side side_of(SamplesView samples) {
  if (samples.rows <= samples.cols) return without_the_sum(samples);
  Side side;
  Samples x = centred(samples, side.mean);
  for (const double value : x.values) side.squares += value * value;
  side.reduced = lapack::triangular_factor(std::move(x));
  return side;
}

Samples transposed(const Samples& matrix) {
  Samples result(matrix.cols, matrix.rows);
  for (int i = 0; i < matrix.rows; ++i) {
    const auto row = matrix.view().row(i);
    for (int j = 0; j < matrix.cols; ++j)
      result.row(j)[static_cast<std::size_t>(i)] = row[static_cast<std::size_t>(j)];
  }
  return result;
}

}  // namespace

SingularSum singular_sum_by_eigenvalues(const Samples& matrix) {
  const auto eigenvalues =
      lapack::gram_eigenvalues(matrix.rows > matrix.cols ? transposed(matrix) : matrix);
  const double error = kUlps * std::numeric_limits<double>::epsilon() * eigenvalues.back();
  SingularSum sum;
  for (const double eigenvalue : eigenvalues) {
    sum.value += std::sqrt(std::max(eigenvalue, 0.0));
    sum.error += root_error(eigenvalue, error);
  }
  return sum;
}

double singular_sum(const Samples& matrix) {
  double sum = 0.0;
  for (const double value : lapack::singular_values(matrix)) sum += value;
  return sum;
}

Frechet FrechetParts::with(int ddof) const {
  const double n = real_rows - ddof, m = generated_rows - ddof;
  return {mean_term,
          real_squares / n + generated_squares / m - 2.0 * singular_sum / std::sqrt(n * m)};
}

FrechetParts frechet_parts(SamplesView real, SamplesView generated) {
  require_pair(real, generated, "frechet", 2);
  const Side x = side_of(real), y = side_of(generated);
  FrechetParts parts;
  parts.real_rows = real.rows;
  parts.generated_rows = generated.rows;
  for (std::size_t j = 0; j < x.mean.size(); ++j) {
    const double difference = x.mean[j] - y.mean[j];
    parts.mean_term += difference * difference;
  }
  parts.real_squares = x.squares;
  parts.generated_squares = y.squares;
  Samples product(x.reduced.rows, y.reduced.rows);
  lapack::product_with_transposed(x.reduced, y.reduced, product.values);
  if (std::min(product.rows, product.cols) > kSmall) {
    const SingularSum quick = singular_sum_by_eigenvalues(product);
    parts.singular_sum = quick.value;
    const double error = 2.0 * quick.error / std::sqrt((real.rows - 1.0) * (generated.rows - 1.0));
    if (error <= kPromised / 2.0 * std::abs(parts.with(1).value())) return parts;
  }
  parts.singular_sum = singular_sum(product);
  return parts;
}

Frechet frechet_distance(SamplesView real, SamplesView generated, int ddof) {
  const FrechetParts parts = frechet_parts(real, generated);
  require_variance(real, generated, "frechet");
  return parts.with(ddof);
}

}  // namespace asbench::metrics
