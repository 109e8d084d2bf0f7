#include "models/layers/device_errors.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <string>

#include "models/layers/runtime.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

// Texts as LibTorch 2.11 throws them.
constexpr const char* kOutOfMemory =
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 139.80 GiB of "
    "which 1.06 GiB is free.";
constexpr const char* kNoKernel =
    "CUDA error: no kernel image is available for execution on the device\nCUDA kernel errors "
    "might "
    "be asynchronously reported at some other API call.\nCompile with TORCH_USE_CUDA_DSA.";
constexpr const char* kOldDriver =
    "The NVIDIA driver on your system is too old (found version 12040). Please update your GPU "
    "driver by downloading and installing a new version";

TEST(DeviceErrors, OutOfMemoryIsKnownInEveryForm) {
  for (const char* text : {kOutOfMemory, "CUDA error: out of memory",
                           "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`",
                           "cuDNN error: CUDNN_STATUS_ALLOC_FAILED"}) {
    EXPECT_TRUE(says_out_of_device_memory(text)) << text;
  }
  EXPECT_FALSE(says_out_of_device_memory(kNoKernel));
  EXPECT_FALSE(says_out_of_device_memory("mat1 and mat2 shapes cannot be multiplied"));
}

TEST(DeviceErrors, AreOneSentenceAndTheRemedy) {
  const auto no_kernel = explain_device_error(kNoKernel).value();
  EXPECT_NE(no_kernel.find("Turing"), std::string::npos);
  EXPECT_NE(no_kernel.find("no kernel image is available"), std::string::npos);
  EXPECT_EQ(no_kernel.find("TORCH_USE_CUDA_DSA"), std::string::npos) << "LibTorch's advice";
  const auto old_driver = explain_device_error(kOldDriver).value();
  EXPECT_NE(old_driver.find("580"), std::string::npos);
  const auto other =
      explain_device_error("CUDA error: an illegal memory access was encountered").value();
  EXPECT_NE(other.find("what is finished is kept"), std::string::npos);
  EXPECT_NE(other.find("illegal memory access"), std::string::npos);
  EXPECT_FALSE(explain_device_error("mat1 and mat2 shapes cannot be multiplied"));
}

TEST(DeviceErrors, ReachTheUserWithoutLibTorchsStack) {
  const auto translated = [](const auto& action) {
    return [action] {
      try {
        action();
      } catch (...) {
        rethrow_torch_error("some/encoder on cuda:0");
      }
    };
  };
  expect_error<DeviceOutOfMemory>(
      translated([] { TORCH_CHECK_WITH(OutOfMemoryError, false, kOutOfMemory); }),
      {"some/encoder on cuda:0", "memory is used up", "--batch", "nvidia-smi"});
  expect_error<BadInput>(translated([] { TORCH_CHECK(false, kNoKernel); }),
                         {"some/encoder on cuda:0", "no code for this GPU"});
  try {
    translated([] { TORCH_CHECK(false, kNoKernel); })();
  } catch (const BadInput& error) {
    EXPECT_EQ(std::string(error.what()).find("frame #"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("Exception raised from"), std::string::npos);
  }
}

}  // namespace
}  // namespace asbench::models
