#include "core/gpu_driver.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>

#include "tests/support/paths.h"

namespace asbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Answers of the stand-in (tests/support/fake_gpu_driver.cpp) for one test.
class GpuDriverTest : public ::testing::Test {
 protected:
  ~GpuDriverTest() override {
    for (const char* name :
         {"FAKE_GPU_COUNT", "FAKE_GPU_CUDA", "FAKE_GPU_INIT", "FAKE_GPU_CAPABILITY"})
      ::unsetenv(name);
  }
  static void answer(const char* name, const char* value) { ::setenv(name, value, 1); }
  static GpuDriver read(const std::string& cuda = "13.0") {
    return read_gpu_driver(cuda,
                           (testing::build_folder() / "fake_gpu_driver/libcuda.so.1").string());
  }
};

TEST_F(GpuDriverTest, NamesTheGpus) {
  answer("FAKE_GPU_COUNT", "2");
  const auto driver = read();
  EXPECT_THAT(driver.problem, IsEmpty());
  ASSERT_EQ(driver.gpus.size(), 2U);
  EXPECT_EQ(driver.gpus[1].name, "Stand-in 1");
  EXPECT_EQ(driver.gpus[1].capability, 90);
  EXPECT_EQ(driver.cuda, 13000);
}

TEST_F(GpuDriverTest, SaysThatThereIsNoDriver) {
  const auto driver = read_gpu_driver("13.0", "libthat-is-nowhere.so.1");
  EXPECT_TRUE(driver.gpus.empty());
  EXPECT_THAT(driver.problem,
              AllOf(HasSubstr("libthat-is-nowhere.so.1 is missing"), HasSubstr("580 or newer")));
}

TEST_F(GpuDriverTest, SaysThatTheDriverIsTooOld) {
  answer("FAKE_GPU_CUDA", "12040");
  EXPECT_THAT(read().problem,
              AllOf(HasSubstr("runs CUDA 12.4"), HasSubstr("needs CUDA 13.0"), HasSubstr("580")));
  EXPECT_THAT(read("12.8").problem, IsEmpty()) << "any driver of the same major version will do";
  EXPECT_THAT(read("").problem, IsEmpty());
  answer("FAKE_GPU_CUDA", "14010");
  EXPECT_THAT(read().problem, IsEmpty());
}

TEST_F(GpuDriverTest, SaysThatThereIsNoGpu) {
  answer("FAKE_GPU_COUNT", "0");
  EXPECT_THAT(read().problem, AllOf(HasSubstr("finds no GPU"), HasSubstr("nvidia-smi")));
  answer("FAKE_GPU_INIT", "100");
  EXPECT_THAT(read().problem, HasSubstr("CUDA_VISIBLE_DEVICES"));
}

TEST_F(GpuDriverTest, PassesOnWhyTheDriverDoesNotStart) {
  answer("FAKE_GPU_INIT", "803");
  EXPECT_THAT(read().problem,
              AllOf(HasSubstr("the stand-in does not start"), HasSubstr("restart the machine")));
}

TEST_F(GpuDriverTest, KnowsWhichGpusAreTooOld) {
  EXPECT_THAT(why_gpu_is_too_old({"GTX 1080", 61}),
              AllOf(HasSubstr("GTX 1080"), HasSubstr("6.1"), HasSubstr("Turing")));
  EXPECT_THAT(why_gpu_is_too_old({"T4", 75}), IsEmpty());
  EXPECT_THAT(why_gpu_is_too_old({"untold", 0}), IsEmpty());
}

TEST_F(GpuDriverTest, DescribesAGpuByAllThatIsKnown) {
  GpuDriver driver;
  driver.gpus = {{"NVIDIA H200", 90}};
  EXPECT_EQ(describe_gpu(driver, 0, ""), "NVIDIA H200");
  driver.version = "580.65.06";
  EXPECT_EQ(describe_gpu(driver, 0, "13.0"), "NVIDIA H200, driver 580.65.06, CUDA 13.0");
  EXPECT_THAT(describe_gpu(driver, 3, "13.0"), Not(HasSubstr("H200")));
}

}  // namespace
}  // namespace asbench
