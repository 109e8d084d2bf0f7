#pragma once

#include <cstdint>

#include "metrics/set/samples.h"

namespace asbench::metrics {

/// Unbiased squared MMD with the kernel (x.y / D + 1)^3 over all pairs: `kvd` (KID on video
/// features), Binkowski et al. 2018; docs/design/metrics.md 8.3. May be negative; the sign is kept.
/// @throws BadInput for fewer than 2 rows, zero variance, NaN or Inf, differing D. Memory grows
/// with N, not N^2. Thread-safe.
[[nodiscard]] double kernel_distance(SamplesView real, SamplesView generated);

/// Compat form of torch-fidelity's `kid`: mean and standard deviation of the above over subsets
/// drawn without replacement by NumPy's RandomState(seed).choice, generated set first, as
/// `metric_kid.py` does.
struct KidOptions {
  int subsets = 100;
  int subset_size = 1000;
  std::uint32_t seed = 2020;
};
struct Kid {
  double mean = 0.0;
  double deviation = 0.0;  ///< of the subsets, divisor = their number
};
/// @throws BadInput also when a set is smaller than a subset.
[[nodiscard]] Kid kid(SamplesView real, SamplesView generated, const KidOptions& options = {});

/// JEDi's form: 100 x biased squared MMD (plain means of the three kernel matrices, diagonals
/// kept), kernel (x.y / D)^2. Luo et al. 2024; docs/design/metrics.md 8.4. @throws as
/// kernel_distance().
[[nodiscard]] double jedi_distance(SamplesView real, SamplesView generated);

/// Biased squared MMD with the kernel (gamma x.y + offset)^degree, of which jedi_distance() is 100
/// times degree 2, gamma 1/D, offset 0. At least 1 row; sets without variance are taken.
struct PolynomialKernel {
  int degree = 2;
  double gamma = 1.0;
  double offset = 0.0;
};
[[nodiscard]] double biased_mmd(SamplesView real, SamplesView generated,
                                const PolynomialKernel& kernel);

}  // namespace asbench::metrics
