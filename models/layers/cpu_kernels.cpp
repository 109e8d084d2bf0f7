#include "models/layers/cpu_kernels.h"

#define ASBENCH_VECTOR_BYTES 16
#include "models/layers/cpu_kernels_body.h"

namespace asbench::models {

#ifdef ASBENCH_AVX2
const CpuKernels& avx2_cpu_kernels();  // cpu_kernels_avx2.cpp

const CpuKernels& cpu_kernels() {
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return avx2 ? avx2_cpu_kernels() : kKernels;
}
#else
const CpuKernels& cpu_kernels() {
  return kKernels;
}
#endif

const CpuKernels& portable_cpu_kernels() {
  return kKernels;
}

}  // namespace asbench::models
