#include "models/layers/device_memory.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;

constexpr std::int64_t kMegabyte = 1'000'000;

/// Made-up control groups.
class ControlGroups : public ::testing::Test {
 protected:
  void write(const fs::path& file, const std::string& text) const {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }
  [[nodiscard]] std::optional<std::int64_t> left() const {
    return left_in_control_groups(folder_ / "self", folder_ / "groups");
  }

  TemporaryFolder folder_;
};

TEST_F(ControlGroups, OfVersion2CountPagesThatCanBeGivenBackAsFree) {
  write("self/cgroup", "0::/job\n");
  write("groups/job/memory.max", "1000\n");
  write("groups/job/memory.current", "700\n");
  write("groups/job/memory.stat", "anon 400\nfile 300\ninactive_file 150\nactive_file 50\n");
  EXPECT_EQ(left(), 1000 - (700 - 200)) << "shared memory is a file that can't be given back";
}

TEST_F(ControlGroups, AreLimitedByThoseAbove) {
  write("self/cgroup", "0::/slurm/job_7/step_0\n");
  write("groups/slurm/job_7/step_0/memory.max", "max\n");
  write("groups/slurm/job_7/step_0/memory.current", "10\n");
  write("groups/slurm/job_7/memory.max", "500\n");
  write("groups/slurm/job_7/memory.current", "100\n");
  write("groups/slurm/memory.max", "9000\n");
  write("groups/slurm/memory.current", "8800\n");
  EXPECT_EQ(left(), 200);
}

TEST_F(ControlGroups, OfVersion1AreFoundByTheirController) {
  write("self/cgroup", "5:cpu,cpuacct:/elsewhere\n4:memory:/box\n0::/\n");
  write("groups/memory/box/memory.limit_in_bytes", "800\n");
  write("groups/memory/box/memory.usage_in_bytes", "600\n");
  write("groups/memory/box/memory.stat", "total_inactive_file 30\ntotal_active_file 20\n");
  EXPECT_EQ(left(), 800 - 550);
}

/// A container: the path is the host's, and its own group is the root.
TEST_F(ControlGroups, OfAContainerAreTheRoot) {
  write("self/cgroup", "0::/../../pod\n");
  write("groups/memory.max", "400\n");
  write("groups/memory.current", "100\n");
  EXPECT_EQ(left(), 300);
}

TEST_F(ControlGroups, WithoutALimitSayNothing) {
  EXPECT_EQ(left(), std::nullopt);
  write("self/cgroup", "4:memory:/box\n");
  write("groups/memory/box/memory.limit_in_bytes", "9223372036854771712\n");
  write("groups/memory/box/memory.usage_in_bytes", "600\n");
  EXPECT_EQ(left(), std::nullopt);
}

TEST(FreeMemory, OfThisMachineIsANumber) {
  const auto free = free_memory(c10::kCPU);
  ASSERT_TRUE(free.has_value());
  EXPECT_GT(*free, 0);
}

TEST(MemoryMeter, SeesWhatWasHeldAtOnce) {
  return_large_blocks_at_once();
  const MemoryMeter meter(c10::kCPU);
  { const at::Tensor first = at::ones({30 * kMegabyte}, at::kByte); }
  { const at::Tensor second = at::ones({50 * kMegabyte}, at::kByte); }
  const auto growth = meter.growth();
  ASSERT_TRUE(growth.has_value());
  EXPECT_GT(*growth, 49 * kMegabyte);
  EXPECT_LT(*growth, 70 * kMegabyte) << "the first was gone before the second came";
}

}  // namespace
}  // namespace asbench::models
