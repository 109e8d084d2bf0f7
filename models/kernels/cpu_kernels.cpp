#include "models/kernels/cpu_kernels.h"

#include <vector>

#define ASBENCH_VECTOR_BYTES 16
#define ASBENCH_KERNELS_NAME "portable"
#include "models/kernels/cpu_features.h"
#include "models/kernels/cpu_kernels_body.h"
#include "models/kernels/kernel_choice.h"

namespace asbench::models {

#ifdef ASBENCH_X86_KERNELS
extern const CpuKernels kAvx2CpuKernels;    // cpu_kernels_avx2.cpp
extern const CpuKernels kAvx512CpuKernels;  // cpu_kernels_avx512.cpp
#endif

std::span<const CpuKernels* const> all_cpu_kernels() {
  static const std::vector<const CpuKernels*> kernels = [] {
    std::vector<const CpuKernels*> supported;
#ifdef ASBENCH_X86_KERNELS
    if (has_avx512()) supported.push_back(&kAvx512CpuKernels);
    if (has_avx2()) supported.push_back(&kAvx2CpuKernels);
#endif
    supported.push_back(&kKernels);
    return supported;
  }();
  return kernels;
}

const CpuKernels& cpu_kernels() {
  static const CpuKernels& chosen = []() -> const CpuKernels& {
    std::vector<const char*> names;
    for (const CpuKernels* kernels : all_cpu_kernels()) names.push_back(kernels->name);
    return *all_cpu_kernels()[chosen_kernels(KernelPart::loops, names)];
  }();
  return chosen;
}

}  // namespace asbench::models
