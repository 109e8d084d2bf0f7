// Run files: cli/run_file.h, and the program with them.
#include "cli/run_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>
#include <functional>

#include "cli/score_options.h"
#include "core/config_files.h"
#include "core/error.h"
#include "core/schema.h"
#include "tests/cli/mini_benchmark.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// `asbench score` as the parser knows it; what it would do is not done.
class ScoreParser {
 public:
  ScoreParser() : app_("test", "asbench") { cli::add_score_command(app_, chosen_); }
  Json parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "score");
    std::reverse(arguments.begin(), arguments.end());
    app_.parse(arguments);
    return cli::options_of(command());
  }
  [[nodiscard]] const CLI::App& command() const { return *app_.get_subcommand("score"); }

 private:
  std::function<int()> chosen_;
  CLI::App app_;
};

Json parsed(const std::vector<std::string>& arguments) {
  return ScoreParser().parse(arguments);
}

std::string refusal(const std::vector<std::string>& arguments) {
  try {
    static_cast<void>(parsed(arguments));
  } catch (const Error& error) {
    return error.what();
  }
  return "(accepted)";
}

class RunFile : public ::testing::Test {
 protected:
  std::string file(const Json& json) const {
    const auto path = folder_.path() / "run.json";
    write_json_file(path, json);
    return path;
  }
  TemporaryFolder folder_;
};

const std::vector<std::string> kNeeded = {"--split", "s", "--outputs", "o", "--out", "r.json"};

TEST_F(RunFile, TheSchemaIsThatOfTheDeclaredOptions) {
  const Json made = cli::run_schema_of(ScoreParser().command());
  const auto shipped = config_file("schemas/run.schema.json");
  ASSERT_TRUE(shipped.has_value());
  EXPECT_EQ(parse_json(*shipped, "run.schema.json"), made)
      << "configs/schemas/run.schema.json should be:\n"
      << made.dump(2);
}

TEST_F(RunFile, HoldsWhatIsGivenAndTheDefaults) {
  auto arguments = kNeeded;
  arguments.insert(arguments.end(),
                   {"--metrics", "clip_i,dino_i", "--limit", "3", "--seed", "18446744073709551615",
                    "--no-frames", "--encoder", "clip=a/b", "--ips", "x"});
  const Json options = parsed(arguments);
  EXPECT_EQ(options.at("split"), "s");
  EXPECT_EQ(options.at("metrics"), (Json{"clip_i", "dino_i"}));
  EXPECT_EQ(options.at("encoder"), Json::array({"clip=a/b"}));
  EXPECT_EQ(options.at("ips"), Json::array({"x"}));
  EXPECT_EQ(options.at("limit"), 3);
  EXPECT_EQ(options.at("seed"), 18446744073709551615U);
  EXPECT_EQ(options.at("no-frames"), true);
  EXPECT_EQ(options.at("json"), false);
  EXPECT_EQ(options.at("layout"), "auto");
  EXPECT_EQ(options.at("threads"), 0);
  for (const char* key : {"missing", "subset", "force", "config", "write-config", "help"})
    EXPECT_FALSE(options.contains(key)) << key;
  check_schema(cli::run_file_of(options), "run", "a run file");
}

TEST_F(RunFile, ReadingItGivesTheSameOptions) {
  auto arguments = kNeeded;
  arguments.insert(arguments.end(),
                   {"--metrics", "clip_i,dino_i", "--stories", "Hello, world/0", "--limit", "3",
                    "--seed", "7", "--no-frames", "--normalise", "a.json,b.json", "--encoder",
                    "clip=a/b", "--encoder", "dino=c/d", "--missing", "zero", "--csv", "tables"});
  const Json options = parsed(arguments);
  EXPECT_EQ(parsed({"--config", file(cli::run_file_of(options))}), options);
}

TEST_F(RunFile, TheCommandLineWins) {
  auto arguments = kNeeded;
  arguments.insert(arguments.end(), {"--metrics", "clip_i,dino_i", "--limit", "3"});
  const std::string run = file(cli::run_file_of(parsed(arguments)));
  const Json options =
      parsed({"--limit", "2", "--config", run, "--metrics", "motion", "--out", "other.json"});
  EXPECT_EQ(options.at("limit"), 2);
  EXPECT_EQ(options.at("metrics"), Json::array({"motion"}));
  EXPECT_EQ(options.at("out"), "other.json");
  EXPECT_EQ(options.at("split"), "s");
}

TEST_F(RunFile, WhatItSaysWrongIsRefusedWithTheFile) {
  const auto said = [&](const Json& more) {
    Json json = {{"schema", "asbench/run@1"}, {"split", "s"}, {"outputs", "o"}, {"out", "r.json"}};
    json.update(more);
    return refusal({"--config", file(json)});
  };
  EXPECT_EQ(said(Json::object()), "(accepted)");
  EXPECT_THAT(said({{"metrisc", Json::array({"clip_i"})}}),
              AllOf(HasSubstr("run.json: unknown key 'metrisc'. Did you mean metrics?")));
  EXPECT_THAT(said({{"decode_threads", 2}}), HasSubstr("Did you mean decode-threads?"));
  EXPECT_THAT(said({{"force", true}}), HasSubstr("--force belongs on the command line"));
  EXPECT_THAT(said({{"metrics", "clip_i"}}), AllOf(HasSubstr("run.json"), HasSubstr("metrics")));
  EXPECT_THAT(said({{"limit", "3"}}), AllOf(HasSubstr("run.json"), HasSubstr("limit")));
  EXPECT_THAT(said({{"threads", 5000}}), AllOf(HasSubstr("run.json"), HasSubstr("--threads")));
  EXPECT_THAT(said({{"schema", "asbench/run@2"}}), HasSubstr("neither a run file"));
  EXPECT_THAT(refusal({"--config", "no-such.json"}), HasSubstr("there is no such file"));
}

TEST_F(RunFile, AFlagThatIsFalseIsNotGiven) {
  Json json = cli::run_file_of(parsed(kNeeded));
  EXPECT_EQ(json.at("no-frames"), false);
  EXPECT_EQ(parsed({"--config", file(json)}).at("no-frames"), false);
  json["no-frames"] = true;
  EXPECT_EQ(parsed({"--config", file(json)}).at("no-frames"), true);
}

TEST(RecordedRun, TellsNoFolderOfTheMachine) {
  const Json options = {{"split", "/home/a/project/data/split"},
                        {"outputs", "../videos"},
                        {"weights", "/srv/secret/weights/"},
                        {"layout", "{ip}/{prompt}_{shot}.mp4"},
                        {"encoder", {"clip=/srv/secret/my-clip", "dino=facebook/dino-vitb16"}},
                        {"limit", 3},
                        {"no-frames", false}};
  const Json told = cli::without_absolute_paths(options, "/home/a/project");
  EXPECT_EQ(told, (Json{{"split", "data/split"},
                        {"outputs", "../videos"},
                        {"weights", ".../weights"},
                        {"layout", "{ip}/{prompt}_{shot}.mp4"},
                        {"encoder", {"clip=.../my-clip", "dino=facebook/dino-vitb16"}},
                        {"limit", 3},
                        {"no-frames", false}}));
}

class RunFileProgram : public ::testing::Test {
 protected:
  MiniBenchmark mini_;
  [[nodiscard]] std::string at(const char* name) const { return mini_.root() / name; }
};

TEST_F(RunFileProgram, IsWrittenWithoutScoringAndRepeatsTheRun) {
  const auto written =
      mini_.score("first", {"--metrics", "clip_i,motion", "--write-config", at("run.json")});
  ASSERT_EQ(written.exit_code, 0) << written.err;
  EXPECT_FALSE(fs::exists(at("first.json")));
  EXPECT_FALSE(fs::exists(at("cache")));
  const auto run = run_program(asbench_program(), {"score", "--config", at("run.json")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json first = mini_.numbers("first");
  EXPECT_EQ(first.at("metrics").size(), 2U);

  const auto again = run_program(asbench_program(), {"score", "--config", at("run.json"), "--out",
                                                     at("again.json"), "--threads", "1"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(first_difference(first, mini_.numbers("again")), "");
}

TEST_F(RunFileProgram, ADocumentRecordsItsRunAndRepeatsIt) {
  ASSERT_EQ(mini_.score("first", {"--metrics", "motion", "--limit", "2"}).exit_code, 0);
  const Json run = mini_.document("first").at("provenance").at("run");
  EXPECT_EQ(run.at("metrics"), Json::array({"motion"}));
  EXPECT_EQ(run.at("limit"), 2);
  EXPECT_EQ(run.at("split"), ".../split") << "the test's folder is not the current one";
  EXPECT_EQ(run.dump().find(mini_.root().string()), std::string::npos);

  const auto untold = run_program(asbench_program(), {"score", "--config", at("first.json")});
  EXPECT_EQ(untold.exit_code, 2);
  EXPECT_THAT(untold.err, AllOf(HasSubstr("does not tell the folders"), HasSubstr("--split")));

  const auto again = run_program(
      asbench_program(), {"score", "--config", at("first.json"), "--split", mini_.split(),
                          "--outputs", mini_.outputs(), "--weights", at("weights"), "--cache",
                          at("cache"), "--out", at("again.json")});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(first_difference(mini_.numbers("first"), mini_.numbers("again")), "");
}

TEST_F(RunFileProgram, ADocumentOfAnEarlierVersionSaysThatItHasNoRun) {
  ASSERT_EQ(mini_.score("first", {"--metrics", "motion"}).exit_code, 0);
  Json document = mini_.document("first");
  document.at("provenance").erase("run");
  write_json_file(at("earlier.json"), document);
  const auto run = run_program(asbench_program(), {"score", "--config", at("earlier.json")});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("does not record the options"));
}

}  // namespace
}  // namespace asbench::testing
