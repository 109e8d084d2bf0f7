#include "core/blas_kernels.h"

#include <cstdlib>

namespace asbench {
namespace {

/// OpenBLAS's name for the best kernels that any CPU with these instructions runs; null: OpenBLAS's
/// own choice is fine.
const char* kernels_of_this_cpu() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx512) return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return nullptr;
}

}  // namespace

bool choose_blas_kernels() {
  constexpr const char* kVariable = "OPENBLAS_CORETYPE";
  const char* kernels = kernels_of_this_cpu();
  if (kernels == nullptr || std::getenv(kVariable) != nullptr) return false;
  return ::setenv(kVariable, kernels, 0) == 0;
}

}  // namespace asbench
