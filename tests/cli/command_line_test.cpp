#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/paths.h"
#include "tests/support/program.h"

namespace asbench::testing {
namespace {

ProgramResult asbench(const std::vector<std::string>& arguments) {
  return run_program(testing::asbench_program(), arguments);
}

TEST(CommandLine, HelpIsThereOnEveryLevelWithAnExample) {
  EXPECT_EQ(asbench({"--help"}).exit_code, 0);
  for (const char* command : {"inspect", "score", "features", "component"}) {
    const auto help = asbench({command, "--help"});
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_NE(help.out.find("Example:\n  asbench"), std::string::npos) << help.out;
  }
}

TEST(CommandLine, VersionNamesTheCommitAndTheLibraries) {
  const auto version = asbench({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  for (const char* name :
       {"asbench 0", "commit ", "LibTorch 2.11", "OpenCV 4", "FAISS 1", "CUDA "}) {
    EXPECT_NE(version.out.find(name), std::string::npos) << version.out;
  }
}

TEST(CommandLine, BadUsageExitsWithTwo) {
  EXPECT_EQ(asbench({}).exit_code, 2);
  EXPECT_EQ(asbench({"frobnicate"}).exit_code, 2);
  EXPECT_EQ(asbench({"score"}).exit_code, 2);
  EXPECT_EQ(asbench({"score", "--split"}).exit_code, 2);
}

TEST(CommandLine, AMessageSaysWhatIsWrongWhereAndWhatShowsTheRightOne) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "asbench: a command is missing; there are demo, inspect, score,"},
      {{"scroe"}, "asbench: scroe is no command of it; there are demo, inspect, score,"},
      {{"weights"},
       "asbench weights: a command is missing; there are list, fetch, check.\n  `asbench weights "
       "--help`"},
      {{"metrics", "lost"}, "asbench metrics: lost is no command of it; there are list, show."},
      {{"score", "--outputs", "x"},
       "asbench score: --split is required.\n  `asbench score --help`"},
      {{"metrics", "list", "--jsno"}, "--jsno"},
      {{"inspect", "--split", "x", "--threads", "none"}, "--threads"}};
  for (const auto& [arguments, expected] : cases) {
    const auto run = asbench(arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_NE(run.err.find(expected), std::string::npos) << expected << "\n" << run.err;
    EXPECT_NE(run.err.find("--help` shows"), std::string::npos) << run.err;
    EXPECT_EQ(run.out, "");
  }
}

TEST(CommandLine, CommandsThatNeedNoNetworkLoadNoHeavyLibrary) {
  // The dynamic loader lists what it opens.
  ::setenv("LD_DEBUG", "files", 1);
  const auto run = asbench({"metrics", "list"});
  ::unsetenv("LD_DEBUG");
  EXPECT_EQ(run.exit_code, 0);
  ASSERT_NE(run.err.find("libc.so.6"), std::string::npos) << "the loader's own report is missing";
  for (const char* library : {"libtorch", "libopencv", "libasbench_engine"}) {
    EXPECT_EQ(run.err.find(library), std::string::npos) << library;
  }
}

}  // namespace
}  // namespace asbench::testing
