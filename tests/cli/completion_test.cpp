// Shell completion: what the parser tells (cli/completion.h), and what the shells make of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/files.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::string script_of(const std::string& shell) {
  const auto run = run_program(asbench_program(), {"completion", shell});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return run.out;
}

fs::path program_in_path(const std::string& name) {
  std::istringstream folders(std::getenv("PATH"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (is_file(fs::path(folder) / name)) return fs::path(folder) / name;
  }
  return {};
}

class BashCompletion : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_.path() / "asbench.bash") << script_of("bash");
    std::ofstream(folder_.path() / "run.json") << "{}";
    fs::create_directories(folder_.path() / "videos");
  }

  /// What bash offers for a line that ends at the cursor; `words` are bash's COMP_WORDS.
  std::vector<std::string> offers(const std::vector<std::string>& words, bool after_space = false) {
    std::string line, list;
    for (const auto& word : words) {
      const bool sign = word == "=" || word == ":";
      const bool glued = sign || (!line.empty() && (line.back() == '=' || line.back() == ':'));
      if (!line.empty() && (!glued || (after_space && &word == &words.back()))) line += ' ';
      line += word;
      list += " '" + word + "'";
    }
    const std::string code = "cd " + folder_.path().string() +
                             "\nsource ./asbench.bash\nCOMP_WORDBREAKS=$' \\t\\n\"\\'><=;|&(:'\n"
                             "COMP_WORDS=(" +
                             list + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n" + "COMP_LINE='" +
                             line + "'\nCOMP_POINT=${#COMP_LINE}\n_asbench\n" +
                             "((${#COMPREPLY[@]})) && printf '%s\\n' \"${COMPREPLY[@]}\"\ntrue\n";
    const auto run = run_program("/bin/bash", {"--norc", "-c", code});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(run.err, "");
    std::vector<std::string> found;
    std::istringstream lines(run.out);
    for (std::string offer; std::getline(lines, offer);) found.push_back(offer);
    return found;
  }

  TemporaryFolder folder_;
};

TEST_F(BashCompletion, OffersCommands) {
  EXPECT_THAT(offers({"asbench", ""}),
              IsSupersetOf({"demo", "inspect", "score", "compare", "report", "completion"}));
  EXPECT_THAT(offers({"asbench", "sc"}), ElementsAre("score"));
  EXPECT_THAT(offers({"asbench", "weights", ""}), UnorderedElementsAre("list", "fetch", "check"));
  EXPECT_THAT(offers({"asbench", "completion", ""}), UnorderedElementsAre("bash", "zsh", "fish"));
}

TEST_F(BashCompletion, OffersTheOptionsOfTheCommand) {
  EXPECT_THAT(offers({"asbench", "score", "--"}),
              IsSupersetOf({"--split", "--outputs", "--config", "--csv", "--force", "--help"}));
  EXPECT_THAT(offers({"asbench", "score", "--sp"}),
              UnorderedElementsAre("--split", "--split-format"));
  EXPECT_THAT(offers({"asbench", "compare", "--"}), Not(Contains("--split")));
  EXPECT_THAT(offers({"asbench", "--"}), IsSupersetOf({"--help", "--version"}));
}

TEST_F(BashCompletion, OffersTheNamesOfAnOption) {
  EXPECT_THAT(offers({"asbench", "score", "--protocol", "animeshooter-v"}),
              ElementsAre("animeshooter-v1"));
  EXPECT_THAT(offers({"asbench", "score", "--layout", "default"}),
              UnorderedElementsAre("default", "default-avi"));
  EXPECT_THAT(offers({"asbench", "score", "--missing", ""}),
              IsSupersetOf({"fail", "zero", "exclude"}));
  EXPECT_THAT(offers({"asbench", "generate", "--baseline", "ref-p"}),
              UnorderedElementsAre("ref-pan", "ref-paste"));
  EXPECT_THAT(offers({"asbench", "compare", "--format", ""}),
              UnorderedElementsAre("text", "markdown", "json", "junit"));
  EXPECT_THAT(offers({"asbench", "compare", "--gate", "de"}),
              UnorderedElementsAre("default", "demo"));
  EXPECT_THAT(offers({"asbench", "metrics", "show", "frozen"}), ElementsAre("frozen_rate"));
  EXPECT_THAT(offers({"asbench", "weights", "fetch", "facebook/dinov2-b"}),
              ElementsAre("facebook/dinov2-base"));
}

TEST_F(BashCompletion, OffersFilesElsewhere) {
  EXPECT_THAT(offers({"asbench", "score", "--config", "ru"}), ElementsAre("run.json"));
  EXPECT_THAT(offers({"asbench", "score", "--outputs", "vid"}), ElementsAre("videos"));
  EXPECT_THAT(offers({"asbench", "report", "ru"}), ElementsAre("run.json"));
  EXPECT_THAT(offers({"asbench", "compare", "a.json", "ru"}), ElementsAre("run.json"));
  EXPECT_THAT(offers({"asbench", "score", "--threads", ""}), ElementsAre());
}

TEST_F(BashCompletion, GoesOnInListsAndBehindSigns) {
  EXPECT_THAT(offers({"asbench", "score", "--metrics", "clip_i,moti"}),
              ElementsAre("clip_i,motion"));
  // Bash cuts at "=" and ":": what it replaces is what stands behind them.
  EXPECT_THAT(
      offers({"asbench", "score", "--encoder", "clip", "=", "openai/clip-vit-large-patch14"}),
      IsSupersetOf({"openai/clip-vit-large-patch14", "openai/clip-vit-large-patch14-336"}));
  EXPECT_THAT(offers({"asbench", "score", "--protocol", "=", "animeshooter-v"}),
              ElementsAre("animeshooter-v1"));
  EXPECT_THAT(offers({"asbench", "score", "--protocol", "="}),
              IsSupersetOf({"animeshooter-v1", "demo"}));
  EXPECT_THAT(offers({"asbench", "score", "--frames", "mid"}), ElementsAre("midpoint:"));
  EXPECT_THAT(offers({"asbench", "score", "--encoder", "video", "=", ""}, true), ElementsAre())
      << "after a space a new word begins, and this command has no arguments";
}

TEST(Completion, IsAskedForByShell) {
  const auto wrong = run_program(asbench_program(), {"completion", "bahs"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("Did you mean bash? Choose from: bash, zsh, fish"));
}

/// The shell reads the script without running it.
void expect_syntax(const std::string& shell, const std::vector<std::string>& options) {
  const auto program = program_in_path(shell);
  if (program.empty()) GTEST_SKIP() << shell << " is not installed, which would read the script";
  const TemporaryFolder folder;
  const auto file = folder.path() / ("asbench." + shell);
  std::ofstream(file) << script_of(shell);
  auto arguments = options;
  arguments.push_back(file);
  const auto run = run_program(program, arguments);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.err, "");
}

TEST(ZshCompletion, IsZsh) {
  expect_syntax("zsh", {"-n"});
}

TEST(FishCompletion, IsFish) {
  expect_syntax("fish", {"--no-execute"});
}

TEST(FishCompletion, OffersTheSameNames) {
  const auto fish = program_in_path("fish");
  if (fish.empty()) GTEST_SKIP() << "fish is not installed";
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "asbench.fish") << script_of("fish");
  const auto offers = [&](const std::string& line) {
    return run_program(fish, {"--no-config", "-c",
                              "source " + (folder.path() / "asbench.fish").string() +
                                  "; complete --do-complete '" + line + "'"})
        .out;
  };
  EXPECT_THAT(offers("asbench sc"), HasSubstr("score"));
  EXPECT_THAT(offers("asbench score --prot"), HasSubstr("--protocol"));
  EXPECT_THAT(offers("asbench score --protocol an"), HasSubstr("animeshooter-v1"));
  EXPECT_THAT(offers("asbench weights "), HasSubstr("fetch"));
  EXPECT_THAT(offers("asbench score --metrics clip_i,moti"), HasSubstr("clip_i,motion"));
}

// Where no zsh or fish is installed, the scripts are still held to the parser.
TEST(Completion, EveryScriptNamesEveryCommandAndItsOptions) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string script = script_of(shell);
    for (const char* name : {"inspect", "completion", "animeshooter-v1", "exclude", "ref-paste",
                             "facebook/dinov2-base", "default-avi", "frozen_rate", "junit"})
      EXPECT_THAT(script, HasSubstr(name)) << shell;
    for (const char* option : {"write-config", "decode-threads", "csv"})
      EXPECT_THAT(script, HasSubstr((shell == "fish" ? " -l " : "--") + std::string(option)))
          << shell;
  }
}

}  // namespace
}  // namespace asbench::testing
