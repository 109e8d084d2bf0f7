#include "models/kernels/kernel_choice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/kernels/cpu_kernels.h"
#include "models/kernels/matrix_product.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

const std::vector<const char*> kProducts = {"AMX, float32 in three bfloat16 parts", "AVX-512",
                                            "AVX2", "portable"};
const std::vector<const char*> kLoops = {"AVX-512", "AVX2", "portable"};
const std::vector<const char*> kOldCpu = {"AVX2", "portable"};

TEST(KernelChoice, IsTheFastestWhereNothingIsAsked) {
  EXPECT_EQ(choose_kernels(nullptr, KernelPart::products, kProducts), 0U);
  EXPECT_EQ(choose_kernels("", KernelPart::loops, kLoops), 0U);
}

TEST(KernelChoice, IsTheSetAskedFor) {
  EXPECT_EQ(choose_kernels("amx", KernelPart::products, kProducts), 0U);
  EXPECT_EQ(choose_kernels("avx512", KernelPart::products, kProducts), 1U);
  EXPECT_EQ(choose_kernels("avx2", KernelPart::products, kProducts), 2U);
  EXPECT_EQ(choose_kernels("portable", KernelPart::products, kProducts), 3U);
  EXPECT_EQ(choose_kernels("avx2", KernelPart::loops, kLoops), 1U);
  EXPECT_EQ(choose_kernels("portable", KernelPart::loops, kLoops), 2U);
}

TEST(KernelChoice, TakesTheLoopsOfAvx512BesideTheProductsOfAmx) {
  EXPECT_EQ(choose_kernels("amx", KernelPart::loops, kLoops), 0U);
}

TEST(KernelChoice, SaysWhatTheCpuCanRun) {
  expect_error<UsageError>(
      [] { static_cast<void>(choose_kernels("avx512", KernelPart::products, kOldCpu)); },
      {"ASBENCH_KERNELS=avx512", "this CPU can't", "portable, avx2"});
  expect_error<UsageError>(
      [] { static_cast<void>(choose_kernels("avx", KernelPart::products, kProducts)); },
      {"ASBENCH_KERNELS=avx", "no such kernels", "Did you mean", "portable, avx2, avx512, amx"});
}

// The names are spelled in other files; a set that no name begins with could never be chosen.
TEST(KernelChoice, KnowsEveryKernelOfThisCpuByName) {
  const auto chosen = [](KernelPart part, const char* name) {
    for (const char* asked : {"portable", "avx2", "avx512", "amx"}) {
      try {
        const std::vector<const char*> one = {name};
        static_cast<void>(choose_kernels(asked, part, one));
        return true;
      } catch (const UsageError&) {
      }
    }
    return false;
  };
  for (const auto* kernels : all_product_kernels())
    EXPECT_TRUE(chosen(KernelPart::products, kernels->name)) << kernels->name;
  for (const auto* kernels : all_cpu_kernels())
    EXPECT_TRUE(chosen(KernelPart::loops, kernels->name)) << kernels->name;
}

}  // namespace
}  // namespace asbench::models
