// The built-in gates on changes of known size: each planted regression is caught, and each harmless
// change passes. One draw of each here, on a smaller world, to save time; asbench_planted_changes
// makes a hundred on the whole world (label exhaustive).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/cli/planted/planted_table.h"

namespace asbench::testing {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::IsEmpty;

TEST(PlantedChanges, TheGatesCatchEveryRegressionAndLetEveryHarmlessChangePass) {
  PlantedWorld world({.stories_per_ip = 1, .shots_per_story = 3, .frames = 12});
  const auto regressions = planted_regressions();
  ASSERT_EQ(regressions.size(), 12U);
  for (const auto& change : regressions) {
    EXPECT_THAT(try_regression(world, change).answers,
                Each(Field(&Answer::exit_code, kExitRegression)))
        << change.name << ": " << change.what;
  }
  const auto harmless = harmless_changes();
  ASSERT_EQ(harmless.size(), 8U);
  for (const auto& change : harmless)
    EXPECT_THAT(try_harmless(world, change, 1).alarms, IsEmpty()) << change.name;
}

}  // namespace
}  // namespace asbench::testing
