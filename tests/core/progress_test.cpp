#include "core/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace asbench {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// What a job of `steps` of `total` steps prints.
std::string printed(Progress::Style style, std::int64_t steps, std::int64_t total) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("frames", total, style);
    for (std::int64_t i = 0; i < steps; ++i) progress.advance();
  }
  return ::testing::internal::GetCapturedStderr();
}

TEST(Progress, EndsWithAPlainLineOfWhatWasDone) {
  EXPECT_THAT(printed(Progress::Style::lines, 3, 10),
              MatchesRegex("frames: 3/10 \\([0-9]+ s\\)\n"));
}

TEST(Progress, IsPlainWhereStderrIsNoTerminal) {
  const std::string text = printed(Progress::Style::automatic, 10, 10);
  EXPECT_THAT(text, HasSubstr("frames: 10/10"));
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST(Progress, DrawsABarOverItself) {
  const std::string half = printed(Progress::Style::bar, 5, 10);
  EXPECT_THAT(half, HasSubstr("\r"));
  EXPECT_THAT(half, HasSubstr("[" + std::string(15, '#') + std::string(15, '.') + "] 5/10"));
  EXPECT_TRUE(half.ends_with("\n"));
  EXPECT_THAT(printed(Progress::Style::bar, 12, 10),
              HasSubstr("[" + std::string(30, '#') + "] 12/10"));
}

TEST(Progress, PrintsNothingWhenQuietOrWithoutATotal) {
  EXPECT_EQ(printed(Progress::Style::quiet, 3, 10), "");
  EXPECT_EQ(printed(Progress::Style::lines, 3, 0), "");
}

TEST(Progress, IsFinishedOnce) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("x", 1, Progress::Style::lines);
    progress.advance();
    progress.finish();
    progress.finish();
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Progress, CountsTheStepsOfAllThreads) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("x", 4000, Progress::Style::lines);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&progress] {
        for (int step = 0; step < 500; ++step) progress.advance(2);
      });
    }
  }
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("x: 4000/4000"));
}

}  // namespace
}  // namespace asbench
