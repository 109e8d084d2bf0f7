#pragma once

// What this CPU and its operating system allow. Shared by the files that choose among kernels; not
// a public header.

#ifdef ASBENCH_X86_KERNELS

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace asbench::models {

inline bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/// The parts that every server CPU with AVX-512 has.
inline bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

/// AMX for bfloat16, and the conversions to it. The tiles' 8 KiB are no part of a thread's state
/// until the process has asked Linux for them, which this does.
inline bool has_amx() {
  constexpr unsigned kAmxBf16 = 1U << 22U;
  constexpr unsigned kAmxTile = 1U << 24U;
  constexpr unsigned kAvx512Bf16 = 1U << 5U;
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;               // XFEATURE_XTILEDATA
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kAmxBf16) == 0 || (d & kAmxTile) == 0)
    return false;
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d) == 0 || (a & kAvx512Bf16) == 0) return false;
  return has_avx512() && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace asbench::models

#endif
