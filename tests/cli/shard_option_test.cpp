// Which shard a task does: cli/shard_option.h.
#include "cli/shard_option.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/error.h"

namespace asbench::cli {
namespace {

using ::testing::HasSubstr;

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

Environment array(const std::string& id, const std::string& count, const std::string& first,
                  const std::string& last) {
  return environment({{"SLURM_ARRAY_TASK_ID", id},
                      {"SLURM_ARRAY_TASK_COUNT", count},
                      {"SLURM_ARRAY_TASK_MIN", first},
                      {"SLURM_ARRAY_TASK_MAX", last}});
}

std::string refusal(const std::optional<std::string>& given, const Environment& variables) {
  try {
    static_cast<void>(shard_of(given, variables));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "(accepted)";
}

TEST(ShardOption, IsWhatTheOptionSays) {
  EXPECT_EQ(shard_of("0/1", environment({})), (ShardOption{0, 1}));
  EXPECT_EQ(shard_of("15/16", environment({})), (ShardOption{15, 16}));
  EXPECT_EQ(shard_of("3/16", array("1", "4", "0", "3")), (ShardOption{3, 16}));
}

TEST(ShardOption, OfAnotherFormIsRefused) {
  for (const char* text : {"3", "3/", "/4", "a/4", "3/b", "3/4/5", "1.5/4", "", " 1/4", "+1/4"})
    EXPECT_THAT(refusal(text, environment({})), HasSubstr("expected I/N")) << text;
}

TEST(ShardOption, OutOfRangeIsRefusedWithTheRange) {
  EXPECT_THAT(refusal("16/16", environment({})), HasSubstr("numbered from 0 to 15"));
  EXPECT_THAT(refusal("-1/16", environment({})), HasSubstr("numbered from 0 to 15"));
  EXPECT_THAT(refusal("0/0", environment({})), HasSubstr("at least one"));
}

TEST(ShardOption, IsTheTaskOfASlurmArray) {
  EXPECT_EQ(shard_of(std::nullopt, array("3", "16", "0", "15")), (ShardOption{3, 16}));
}

TEST(ShardOption, OfASlurmArrayWithGapsIsRefusedWithTheRemedy) {
  // sbatch --array=3,7-9: four tasks of a run with another number of shards
  EXPECT_THAT(refusal(std::nullopt, array("7", "4", "3", "9")),
              HasSubstr("--shard \"$SLURM_ARRAY_TASK_ID/N\""));
  EXPECT_THAT(refusal(std::nullopt, array("1", "4", "1", "4")), HasSubstr("from 1 to 4"));
}

TEST(ShardOption, OfHalfAnEnvironmentIsRefusedByName) {
  EXPECT_THAT(refusal(std::nullopt, environment({{"SLURM_ARRAY_TASK_ID", "1"}})),
              HasSubstr("SLURM_ARRAY_TASK_COUNT is not"));
  EXPECT_THAT(refusal(std::nullopt, array("1", "four", "0", "3")), HasSubstr("'four'"));
}

TEST(ShardOption, OfNobodyIsAskedFor) {
  EXPECT_THAT(refusal(std::nullopt, environment({})), HasSubstr("--shard I/N"));
}

}  // namespace
}  // namespace asbench::cli
