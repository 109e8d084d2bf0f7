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
    const auto example = help.out.find("Example");
    ASSERT_NE(example, std::string::npos) << help.out;
    EXPECT_NE(help.out.find(":\n  asbench", example), std::string::npos) << help.out;
  }
}

TEST(CommandLine, EveryCommandHasAnExample) {
  const std::vector<std::vector<std::string>> commands = {{"demo"},
                                                          {"inspect"},
                                                          {"score"},
                                                          {"encode"},
                                                          {"plan"},
                                                          {"status"},
                                                          {"submit"},
                                                          {"store"},
                                                          {"store", "stats"},
                                                          {"store", "verify"},
                                                          {"store", "pack"},
                                                          {"store", "prune"},
                                                          {"features"},
                                                          {"compare"},
                                                          {"report"},
                                                          {"agree"},
                                                          {"distribution"},
                                                          {"generate"},
                                                          {"baselines"},
                                                          {"metrics"},
                                                          {"weights"},
                                                          {"component"},
                                                          {"completion"},
                                                          {"weights", "fetch"},
                                                          {"weights", "check"},
                                                          {"weights", "list"},
                                                          {"gate"},
                                                          {"gate", "check"}};
  for (auto arguments : commands) {
    arguments.emplace_back("--help");
    const auto help = asbench(arguments);
    EXPECT_EQ(help.exit_code, 0) << arguments[0];
    EXPECT_NE(help.out.find("Example"), std::string::npos) << help.out;
    EXPECT_NE(help.out.find("\n  asbench " + arguments[0]), std::string::npos) << help.out;
  }
}

TEST(CommandLine, TheOptionsOfScoreComeInGroups) {
  const auto help = asbench({"score", "--help"}).out;
  std::size_t before = 0;
  const std::vector<std::pair<std::string, std::string>> groups = {
      {"Input:", "--outputs"},
      {"Selection:", "--limit"},
      {"Encoders and metrics:", "--encoder"},
      {"Output:", "--out "},
      {"Speed:", "--decode-threads"}};
  for (const auto& [group, option] : groups) {
    const auto at = help.find("\n" + group + "\n");
    ASSERT_NE(at, std::string::npos) << group << "\n" << help;
    EXPECT_GT(at, before) << group;
    before = help.find("  " + option, at);
    EXPECT_NE(before, std::string::npos) << option << " is in another group\n" << help;
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
      {{}, "asbench: No command given. Commands: demo, split, inspect, score,"},
      {{"scroe"},
       "asbench: Unknown command 'scroe'. Did you mean score? Commands: demo, split, inspect,"},
      {{"--x"}, "asbench: Unknown command '--x'. Commands: demo, split, inspect, score,"},
      {{"weights"},
       "asbench weights: No command given. Commands: list, fetch, check.\n  `asbench weights "
       "--help`"},
      {{"metrics", "lost"},
       "asbench metrics: Unknown command 'lost'. Did you mean list? Commands: list, show."},
      {{"score", "--outputs", "x"},
       "asbench score: Missing option --split.\n  `asbench score --help`"},
      {{"metrics", "show"}, "asbench metrics show: Missing argument NAME."},
      {{"metrics", "list", "--jsno"},
       "asbench metrics list: Unknown option '--jsno'. Did you mean --json?"},
      {{"metrics", "list", "more"}, "asbench metrics list: Unexpected argument 'more'."},
      {{"score", "--split"}, "asbench score: --split: its value is missing."},
      {{"score", "--normalise", "a.json"},
       "asbench score: --normalise: expected 2 values, found 1."},
      {{"inspect", "--split", "x", "--threads", "none"},
       "asbench inspect: --threads none: expected a number from 1 to 256."},
      {{"inspect", "--split", "x", "--threads", "999"},
       "asbench inspect: --threads 999: expected a number from 1 to 256."},
      {{"score", "--split", "x", "--outputs", "x", "--out", "x", "--seed", "-1"},
       "asbench score: --seed -1: expected a whole number, 0 or more."},
      {{"generate", "--fps", "fast"},
       "asbench generate: --fps fast: expected a number from 1 to 240."},
      {{"compare", "a", "b", "--format", "html"},
       "asbench compare: --format: unknown value 'html'. Choose from: text, markdown, json, "
       "junit."}};
  for (const auto& [arguments, expected] : cases) {
    const auto run = asbench(arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_NE(run.err.find(expected), std::string::npos) << expected << "\n" << run.err;
    EXPECT_NE(run.err.find("--help` lists"), std::string::npos) << run.err;
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
  for (const char* library :
       {"libtorch", "libopencv", "libcurl", "libasbench_engine", "libasbench_network"}) {
    EXPECT_EQ(run.err.find(library), std::string::npos) << library;
  }
}

}  // namespace
}  // namespace asbench::testing
