#include "metrics/numerics/lapack.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"

// Fortran's names and conventions: column-major, everything by pointer.
extern "C" {
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*,
            const double*, const int*, const double*, const int*, const double*, double*,
            const int*);
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*,
            const float*, const int*, const float*, const int*, const float*, float*, const int*);
void dsyrk_(const char*, const char*, const int*, const int*, const double*, const double*,
            const int*, const double*, double*, const int*);
void dgelqf_(const int*, const int*, double*, const int*, double*, double*, const int*, int*);
void dgesdd_(const char*, const int*, const int*, double*, const int*, double*, double*, const int*,
             double*, const int*, double*, const int*, int*, int*);
void dsyevd_(const char*, const char*, const int*, double*, const int*, double*, double*,
             const int*, int*, const int*, int*);
// Not part of BLAS: there with OpenBLAS only.
int openblas_get_num_threads() __attribute__((weak));
void openblas_set_num_threads(int) __attribute__((weak));
}

namespace asbench::metrics::lapack {
namespace {

void require_success(const char* routine, int info) {
  if (info != 0)
    throw InternalError(fmt::format("LAPACK's {} did not converge (info = {})", routine, info));
}

constexpr double kOne = 1.0;
constexpr double kZero = 0.0;

}  // namespace

OneThread::OneThread() {
  if (openblas_get_num_threads == nullptr || openblas_set_num_threads == nullptr) return;
  before_ = openblas_get_num_threads();
  openblas_set_num_threads(1);
}

OneThread::~OneThread() {
  if (before_ > 0) openblas_set_num_threads(before_);
}

void product_with_transposed(SamplesView a, SamplesView b, std::span<double> out) {
  // Row-major a b^T is column-major b a^T; a row-major [n, d] is a column-major [d, n].
  dgemm_("T", "N", &b.rows, &a.rows, &a.cols, &kOne, b.data, &a.cols, a.data, &a.cols, &kZero,
         out.data(), &b.rows);
}

void product_with_transposed(std::span<const float> a, std::span<const float> b, int columns,
                             std::span<float> out) {
  const int rows_a = static_cast<int>(a.size() / static_cast<std::size_t>(columns));
  const int rows_b = static_cast<int>(b.size() / static_cast<std::size_t>(columns));
  constexpr float one = 1.0F, zero = 0.0F;
  sgemm_("T", "N", &rows_b, &rows_a, &columns, &one, b.data(), &columns, a.data(), &columns, &zero,
         out.data(), &rows_b);
}

Samples triangular_factor(Samples a) {
  // Column-major, the matrix is its transpose [cols, rows]; its LQ factor L is R^T.
  std::vector<double>& factored = a.values;
  std::vector<double> scales(static_cast<std::size_t>(a.cols));
  int info = 0, size = -1;
  double wanted = 0.0;
  dgelqf_(&a.cols, &a.rows, factored.data(), &a.cols, scales.data(), &wanted, &size, &info);
  size = static_cast<int>(wanted);
  std::vector<double> work(static_cast<std::size_t>(size));
  dgelqf_(&a.cols, &a.rows, factored.data(), &a.cols, scales.data(), work.data(), &size, &info);
  require_success("dgelqf", info);
  Samples triangle(a.cols, a.cols);
  // L[i][j], j <= i, lies at j * cols + i; R[j][i] = L[i][j].
  for (int j = 0; j < a.cols; ++j) {
    for (int i = j; i < a.cols; ++i)
      triangle.row(j)[static_cast<std::size_t>(i)] =
          factored[static_cast<std::size_t>(j) * static_cast<std::size_t>(a.cols) +
                   static_cast<std::size_t>(i)];
  }
  return triangle;
}

std::vector<double> singular_values(Samples a) {
  const int least = std::min(a.rows, a.cols);
  std::vector<double> values(static_cast<std::size_t>(least));
  std::vector<int> integers(8 * static_cast<std::size_t>(least));
  int info = 0, size = -1;
  constexpr int one = 1;
  double wanted = 0.0, none = 0.0;
  dgesdd_("N", &a.cols, &a.rows, a.values.data(), &a.cols, values.data(), &none, &one, &none, &one,
          &wanted, &size, integers.data(), &info);
  size = static_cast<int>(wanted);
  std::vector<double> work(static_cast<std::size_t>(size));
  dgesdd_("N", &a.cols, &a.rows, a.values.data(), &a.cols, values.data(), &none, &one, &none, &one,
          work.data(), &size, integers.data(), &info);
  require_success("dgesdd", info);
  return values;
}

std::vector<double> gram_eigenvalues(SamplesView a) {
  const int n = a.rows;
  std::vector<double> gram(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  dsyrk_("L", "T", &n, &a.cols, &kOne, a.data, &a.cols, &kZero, gram.data(), &n);
  std::vector<double> values(static_cast<std::size_t>(n));
  int info = 0, size = -1, integer_size = -1, wanted_integers = 0;
  double wanted = 0.0;
  dsyevd_("N", "L", &n, gram.data(), &n, values.data(), &wanted, &size, &wanted_integers,
          &integer_size, &info);
  size = static_cast<int>(wanted);
  integer_size = wanted_integers;
  std::vector<double> work(static_cast<std::size_t>(size));
  std::vector<int> integers(static_cast<std::size_t>(integer_size));
  dsyevd_("N", "L", &n, gram.data(), &n, values.data(), work.data(), &size, integers.data(),
          &integer_size, &info);
  require_success("dsyevd", info);
  return values;
}

}  // namespace asbench::metrics::lapack
