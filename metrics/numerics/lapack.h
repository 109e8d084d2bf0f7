#pragma once

// The few routines of BLAS and LAPACK that set-level metrics need, on row-major matrices. Not a
// public header.

#include <span>
#include <vector>

#include "metrics/set/samples.h"

namespace asbench::metrics::lapack {

/// While it lives, BLAS keeps to the calling thread: for loops whose threads call it side by side.
/// OpenBLAS only; others (MKL) do so by themselves inside a parallel region.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_ = 0;
};

/// out[a.rows, b.rows] = a b^T. @param out  row-major, a.rows * b.rows values
void product_with_transposed(SamplesView a, SamplesView b, std::span<double> out);
/// The same in float32; a [n, d], b [m, d] row-major.
void product_with_transposed(std::span<const float> a, std::span<const float> b, int columns,
                             std::span<float> out);

/// R of the thin QR of a matrix with more rows than columns: [cols, cols] with a^T a = R^T R; a
/// small matrix with the same Gram matrix. `a` is used up: move it in.
[[nodiscard]] Samples triangular_factor(Samples a);

/// Singular values, descending. @param a  used up
[[nodiscard]] std::vector<double> singular_values(Samples a);

/// Eigenvalues of a a^T (the squares of a's singular values), ascending; rounding may make the
/// smallest negative.
[[nodiscard]] std::vector<double> gram_eigenvalues(SamplesView a);

}  // namespace asbench::metrics::lapack
