#pragma once

#include <cstddef>
#include <span>

namespace asbench::models {

/// Which kernels a program runs. Unasked, the fastest; $ASBENCH_KERNELS names one set (portable,
/// avx2, avx512 or amx), to get the bits of another machine on this one. `amx` concerns matrix
/// products alone; the loops beside them are then those of AVX-512, as where AMX is chosen unasked.
enum class KernelPart { products, loops };

/// @param asked  the value of $ASBENCH_KERNELS; null or empty: not asked
/// @param names  ProductKernels::name or CpuKernels::name of all that the CPU can run, the fastest
///               first; not empty
/// @returns an index of `names`
/// @throws UsageError for a set that doesn't exist or that this CPU can't run: which it can.
/// Thread-safe.
[[nodiscard]] std::size_t choose_kernels(const char* asked, KernelPart part,
                                         std::span<const char* const> names);

/// choose_kernels() with what the environment asks.
[[nodiscard]] std::size_t chosen_kernels(KernelPart part, std::span<const char* const> names);

}  // namespace asbench::models
