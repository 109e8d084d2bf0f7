#pragma once

#include "metrics/samples.h"

namespace asbench::metrics {

/// A Fréchet distance with its two terms.
struct Frechet {
  double mean_term = 0.0;   ///< squared distance of the means
  double trace_term = 0.0;  ///< tr S_X + tr S_Y - 2 tr((S_X S_Y)^(1/2)), not below 0 but for rounding
  [[nodiscard]] double value() const { return mean_term + trace_term; }
};

/// What a Fréchet distance is made of; the divisor of the covariances is chosen afterwards, at no cost.
struct FrechetParts {
  int real_rows = 0, generated_rows = 0;
  double mean_term = 0.0;
  double real_squares = 0.0, generated_squares = 0.0;  ///< squared Frobenius norms of the centred sets
  double singular_sum = 0.0;                           ///< of Xc Yc^T
  /// @param ddof  0 or 1
  [[nodiscard]] Frechet with(int ddof) const;
};

/// @throws as frechet_distance().
[[nodiscard]] FrechetParts frechet_parts(SamplesView real, SamplesView generated);

/// Fréchet distance of the normal distributions with the sets' means and covariances (divisor N - ddof): metrics.md 8.1; Dowson & Landau
/// 1982. The root's trace is the sum of the singular values of Xc Yc^T (of R_X R_Y^T from thin QR for a set with more rows than columns),
/// / sqrt((N - ddof)(M - ddof)): exact for N < D, where the covariances are singular. No matrix square root, nothing added to a
/// diagonal, no imaginary part thrown away. Cost: min(N, D) x min(M, D), never D x D for small sets.
///
/// @param real, generated  [N, D] and [M, D]; N, M >= 2
/// @param ddof             0 (StyleGAN-V) or 1
/// @throws BadInput for too few rows, NaN or Inf, differing D. Thread-safe; the same input gives the same value within 1e-12 of the
///         traces whatever the number of threads.
[[nodiscard]] Frechet frechet_distance(SamplesView real, SamplesView generated, int ddof);

/// The sum of a matrix's singular values, accurate to 1e-10 of itself: by the eigenvalues of its Gram matrix where their rounding can
/// be bounded below that, else by a singular value decomposition.
[[nodiscard]] double nuclear_norm(const Samples& matrix);

}  // namespace asbench::metrics
