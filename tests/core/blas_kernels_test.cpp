#include "core/blas_kernels.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace asbench {
namespace {

constexpr const char* kVariable = "OPENBLAS_CORETYPE";

/// What Linux says that this CPU can do.
bool cpu_has(const std::string& flag) {
  std::ifstream file("/proc/cpuinfo");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return text.find(" " + flag + " ") != std::string::npos;
}

TEST(BlasKernels, AreThoseThatTheCpuCanRun) {
  ::unsetenv(kVariable);
  const bool avx512 = cpu_has("avx512f") && cpu_has("avx512cd") && cpu_has("avx512bw") &&
                      cpu_has("avx512dq") && cpu_has("avx512vl");
  const std::string expected = avx512                              ? "SkylakeX"
                               : cpu_has("avx2") && cpu_has("fma") ? "Haswell"
                                                                   : "";
  EXPECT_EQ(choose_blas_kernels(), !expected.empty());
  const char* chosen = std::getenv(kVariable);
  EXPECT_EQ(std::string(chosen == nullptr ? "" : chosen), expected);
}

TEST(BlasKernels, StayWhatTheUserSays) {
  ::setenv(kVariable, "Nehalem", 1);
  EXPECT_FALSE(choose_blas_kernels());
  EXPECT_STREQ(std::getenv(kVariable), "Nehalem");
  ::unsetenv(kVariable);
}

}  // namespace
}  // namespace asbench
