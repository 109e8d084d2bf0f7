#pragma once

#include "metrics/set/samples.h"

namespace asbench::metrics {

/// A Fréchet distance with its two terms.
struct Frechet {
  double mean_term = 0.0;  ///< squared distance of the means
  double trace_term =
      0.0;  ///< tr S_X + tr S_Y - 2 tr((S_X S_Y)^(1/2)), not below 0 but for rounding
  [[nodiscard]] double value() const { return mean_term + trace_term; }
};

/// What a Fréchet distance is made of; the divisor of the covariances is chosen afterwards, at no
/// cost.
struct FrechetParts {
  int real_rows = 0, generated_rows = 0;
  double mean_term = 0.0;
  double real_squares = 0.0,
         generated_squares = 0.0;  ///< squared Frobenius norms of the centred sets
  double singular_sum = 0.0;       ///< of Xc Yc^T
  /// @param ddof  0 or 1
  [[nodiscard]] Frechet with(int ddof) const;
};

/// @throws as frechet_distance(), but takes sets without variance: parts of a set may be such.
[[nodiscard]] FrechetParts frechet_parts(SamplesView real, SamplesView generated);

/// Fréchet distance of the normal distributions with the sets' means and covariances (divisor N -
/// ddof): docs/design/metrics.md 8.1; Dowson & Landau 1982. The root's trace is the sum of the
/// singular values of Xc Yc^T (of R_X R_Y^T from thin QR for a set with more rows than columns), /
/// sqrt((N - ddof)(M - ddof)): exact for N < D, where the covariances are singular. No matrix
/// square root, nothing added to a diagonal, no imaginary part thrown away. Cost: min(N, D) x
/// min(M, D), never D x D for small sets.
///
/// @param real, generated  [N, D] and [M, D]; N, M >= 2
/// @param ddof             0 (StyleGAN-V) or 1
/// @throws BadInput for too few rows, zero variance, NaN or Inf, differing D. Thread-safe; the same
/// input gives the same value within
///         1e-12 of the traces whatever the number of threads.
[[nodiscard]] Frechet frechet_distance(SamplesView real, SamplesView generated, int ddof);

/// The sum of a matrix's singular values, from a singular value decomposition.
[[nodiscard]] double singular_sum(const Samples& matrix);

/// The same from the eigenvalues of the Gram matrix, three times as fast, with a bound of what that
/// costs in accuracy: large for matrices of low rank. frechet_parts() takes it where the distance
/// stays within 1e-8 of itself.
struct SingularSum {
  double value = 0.0;
  double error = 0.0;
};
[[nodiscard]] SingularSum singular_sum_by_eigenvalues(const Samples& matrix);

}  // namespace asbench::metrics
