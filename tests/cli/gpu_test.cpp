// What the program says of a GPU that it can't use. The driver is the stand-in of
// tests/support/fake_gpu_driver.cpp, which LD_LIBRARY_PATH puts before any other.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/support/paths.h"
#include "tests/support/program.h"

namespace asbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

ProgramResult asbench_with(const std::vector<std::string>& environment,
                           const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"LD_LIBRARY_PATH=" +
                                  (build_folder() / "fake_gpu_driver").string()};
  all.insert(all.end(), environment.begin(), environment.end());
  all.push_back(asbench_program());
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program("/usr/bin/env", all);
}

/// A run that ends at --device, before anything else is looked at.
ProgramResult score_with(const std::vector<std::string>& environment, const std::string& device,
                         const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"score", "--split",   "/nowhere", "--outputs", "/nowhere",
                                        "--out", "/dev/null", "--device", device};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return asbench_with(environment, arguments);
}

TEST(Gpu, VersionSaysWhyCudaCannotBeUsed) {
  const auto old = asbench_with({"FAKE_GPU_CUDA=12040"}, {"--version"});
  EXPECT_EQ(old.exit_code, 0);
  EXPECT_THAT(old.out, HasSubstr("CUDA no (NVIDIA's driver"));
  EXPECT_THAT(old.out, HasSubstr("is too old"));
  EXPECT_THAT(asbench_with({"FAKE_GPU_COUNT=0"}, {"--version"}).out, HasSubstr("finds no GPU"));
}

// A driver that answers and libraries that are there do not make a GPU: a tensor is tried.
TEST(Gpu, VersionDoesNotTakeADriverForAGpu) {
  const auto version = asbench_with({}, {"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, HasSubstr("CUDA no ("));
  EXPECT_THAT(version.out, Not(HasSubstr("frame #")));
}

TEST(Gpu, ARunSaysWhyCudaCannotBeUsed) {
  const auto old = score_with({"FAKE_GPU_CUDA=12040"}, "cuda");
  EXPECT_EQ(old.exit_code, 2);
  EXPECT_THAT(old.err, AllOf(HasSubstr("--device cuda: CUDA can't be used"),
                             HasSubstr("is too old"), HasSubstr("580"), HasSubstr("--device cpu")));
  const auto weak = score_with({"FAKE_GPU_CAPABILITY=61"}, "cuda:0");
  EXPECT_EQ(weak.exit_code, 2);
  EXPECT_THAT(weak.err, AllOf(HasSubstr("compute capability 6.1"), HasSubstr("Turing")));
  for (const auto& run : {old, weak, score_with({}, "cuda")}) {
    EXPECT_THAT(run.err, Not(HasSubstr("frame #")));
    EXPECT_THAT(run.err, Not(HasSubstr("Please report")));
  }
}

TEST(Gpu, OtherPrecisionsThanFloat32NeedOne) {
  const auto cpu = score_with({}, "cpu", {"--precision", "bf16"});
  EXPECT_EQ(cpu.exit_code, 2);
  EXPECT_THAT(cpu.err, AllOf(HasSubstr("--precision bf16"), HasSubstr("--device cuda")));
  const auto unknown = score_with({}, "cpu", {"--precision", "fp17"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("--precision fp17"), HasSubstr("fp32, tf32, bf16")));
}

TEST(Gpu, KernelsThatThereAreNotAreRefusedInWords) {
  const auto run = run_program(
      "/usr/bin/env", {"ASBENCH_KERNELS=sse", asbench_program(), "component", "text_encoder",
                       "--model", "/nowhere", "--in", "/nowhere", "--out", "/dev/null"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("ASBENCH_KERNELS=sse"), HasSubstr("portable")));
}

}  // namespace
}  // namespace asbench::testing
