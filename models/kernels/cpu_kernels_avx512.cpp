// Compiled with AVX-512; only called on CPUs that have it.
#define ASBENCH_VECTOR_BYTES 64
#define ASBENCH_KERNELS_NAME "AVX-512"
#include "models/kernels/cpu_kernels_body.h"

namespace asbench::models {

extern const CpuKernels kAvx512CpuKernels;
const CpuKernels kAvx512CpuKernels = kKernels;

}  // namespace asbench::models
