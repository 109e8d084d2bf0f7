// Compiled with AVX2 and FMA; only called on CPUs that have them.
#define ASBENCH_VECTOR_BYTES 32
#include "models/layers/cpu_kernels_body.h"

namespace asbench::models {

const CpuKernels& avx2_cpu_kernels();
const CpuKernels& avx2_cpu_kernels() {
  return kKernels;
}

}  // namespace asbench::models
