// Compiled with AVX2 and FMA; only called on CPUs that have them.
#define ASBENCH_VECTOR_BYTES 32
#define ASBENCH_KERNELS_NAME "AVX2"
#include "models/kernels/cpu_kernels_body.h"

namespace asbench::models {

extern const CpuKernels kAvx2CpuKernels;
const CpuKernels kAvx2CpuKernels = kKernels;

}  // namespace asbench::models
