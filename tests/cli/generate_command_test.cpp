// asbench generate from outside: what it says, what it leaves, and that a stopped run goes on.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "core/hash.h"
#include "tests/cli/mini_benchmark.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> videos_below(const fs::path& folder) {
  std::map<std::string, std::string> hashes;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename() != "generator.json") {
      hashes[entry.path().lexically_relative(folder).string()] = sha256_file(entry.path());
    }
  }
  return hashes;
}

class GenerateCommand : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> arguments(
      const std::string& baseline, const std::string& out,
      const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"generate",
                                    "--baseline",
                                    baseline,
                                    "--split",
                                    mini_.split().string(),
                                    "--out",
                                    (mini_.root() / out).string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  ProgramResult generate(const std::string& baseline, const std::string& out,
                         const std::vector<std::string>& more = {}) const {
    return run_program(asbench_program(), arguments(baseline, out, more));
  }

  const std::vector<std::string> small_ = {"--size", "96x64", "--frames", "5"};
  MiniBenchmark mini_;
};

TEST_F(GenerateCommand, SaysHowToScoreWhatItWrote) {
  const auto run = generate("ref-pan", "out", small_);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("ref-pan: 12 shots written"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("asbench score --split"), std::string::npos) << run.out;
  EXPECT_EQ(videos_below(mini_.root() / "out").size(), 12U);
  const Json record = read_json_file(mini_.root() / "out" / "generator.json");
  EXPECT_EQ(record.at("baseline"), "ref-pan");
  EXPECT_FALSE(record.at("codec").get<std::string>().empty());
  EXPECT_EQ(record.at("format").at("frames"), 5);
}

TEST_F(GenerateCommand, CountsAsJson) {
  std::vector<std::string> more = small_;
  more.insert(more.end(), {"--json", "--limit", "1"});
  const auto run = generate("black", "out", more);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(parse_json(run.out, "stdout").at("written"), 4);
  EXPECT_EQ(parse_json(generate("black", "out", more).out, "stdout").at("kept"), 4);
}

TEST_F(GenerateCommand, ProgressIsPlainLinesWhereNoTerminalIs) {
  const auto run = generate("ref-pan", "out", small_);
  EXPECT_NE(run.err.find("ref-pan: 12/12"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find('\r'), std::string::npos);
}

TEST_F(GenerateCommand, AStoppedRunKeepsWholeShotsAndGoesOnWithTheOthers) {
  const std::vector<std::string> slow = {"--size", "192x128", "--frames", "24", "--threads", "1"};
  const fs::path out = mini_.root() / "stopped";
  std::map<std::string, std::string> kept;
  const auto look = [&](bool tidy) {
    if (!fs::exists(out)) return;
    for (const auto& [name, hash] : kept)
      EXPECT_EQ(sha256_file(out / name), hash) << name << " was made again";
    for (const auto& [name, hash] : videos_below(out)) {
      const bool hidden = fs::path(name).filename().string().starts_with('.');
      EXPECT_FALSE(tidy && hidden) << name;
      if (!hidden) kept[name] = hash;
    }
  };
  // Killed before there was more than a part of the record.
  fs::create_directories(out);
  std::ofstream(out / ".generator.json.1.tmp") << "{";
  run_and_kill(asbench_program(), arguments("noise", "stopped", slow), 900);
  look(false);
  int interrupted = 0;
  for (int milliseconds = 400; milliseconds < 60000 && interrupted == 0 && kept.size() < 12;
       milliseconds += 400) {
    const auto hidden_before = fs::exists(out) ? videos_below(out).size() - kept.size() : 0U;
    const auto run =
        run_and_interrupt(asbench_program(), arguments("noise", "stopped", slow), milliseconds);
    // The signal can also come before the program listens, or while it loads its libraries.
    const bool loading = run.err.find("while its libraries were loaded") != std::string::npos;
    if (run.exit_code == 2 && !loading) {
      ++interrupted;
      EXPECT_NE(run.err.find("Finished shots are kept; the same command resumes"),
                std::string::npos)
          << run.err;
    } else if (run.exit_code != 0 && !loading) {
      EXPECT_EQ(run.exit_code, 130) << run.err;
    }
    look(run.exit_code == 2 && hidden_before == 0);
  }
  EXPECT_EQ(interrupted, 1) << "no run was stopped in the middle";
  const auto run = generate("noise", "stopped", slow);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  look(false);
  EXPECT_EQ(kept.size(), 12U);
  const auto scored = run_program(
      asbench_program(), {"inspect", "--split", mini_.split().string(), "--outputs", out.string()});
  EXPECT_EQ(scored.exit_code, 0) << scored.out;
}

TEST_F(GenerateCommand, WhatABaselineLacksIsSaid) {
  for (const auto& [baseline, remedy] :
       std::map<std::string, std::string>{{"gt-story", "--source"},
                                          {"shuffled-shots", "--source"},
                                          {"shuffled-stories", "--source"},
                                          {"wrong-ip", "--source"},
                                          {"frame-shuffle", "--source"},
                                          {"gt-clips", "clips.json"},
                                          {"retrieval", "clips.json"}}) {
    const auto run = generate(baseline, "out");
    EXPECT_EQ(run.exit_code, 2) << baseline;
    EXPECT_NE(run.err.find("Baseline " + baseline + " does not work with this split: it needs"),
              std::string::npos)
        << run.err;
    EXPECT_NE(run.err.find(remedy), std::string::npos) << run.err;
    EXPECT_FALSE(fs::exists(mini_.root() / "out")) << baseline;
  }
}

TEST_F(GenerateCommand, ASplitThatLostAnIpIsRefusedAndItsSoundPartIsNot) {
  std::ofstream(mini_.split() / "cat.json", std::ios::trunc) << "{\"1\": {\"captions\": [";
  const auto run = generate("ref-pan", "out", small_);
  EXPECT_EQ(run.exit_code, 2);
  for (const char* part : {"the split is not complete", "bad_json: IP cat", "Mend the split"})
    EXPECT_NE(run.err.find(part), std::string::npos) << run.err;
  EXPECT_FALSE(fs::exists(mini_.root() / "out"));
  std::vector<std::string> more = small_;
  more.insert(more.end(), {"--ips", "dog"});
  EXPECT_EQ(generate("ref-pan", "out", more).exit_code, 0);
  EXPECT_EQ(videos_below(mini_.root() / "out").size(), 4U);
}

TEST_F(GenerateCommand, AFolderThatCanNotBeMadeIsSaid) {
  const auto run =
      run_program(asbench_program(), {"generate", "--baseline", "black", "--split",
                                      mini_.split().string(), "--out", "/proc/nowhere"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.err.find("/proc/nowhere: the folder can't be created"), std::string::npos)
      << run.err;
}

TEST_F(GenerateCommand, NeedsNoTemporaryFolderToKnowItsCodec) {
  std::vector<std::string> all = {"TMPDIR=/proc/nowhere", asbench_program()};
  const auto rest = arguments("black", "out", small_);
  all.insert(all.end(), rest.begin(), rest.end());
  const auto run = run_program("/usr/bin/env", all);
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

}  // namespace
}  // namespace asbench::testing
