// Unknown names are errors with the nearest name, whatever the option: one row a kind of option.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/cli/mini_benchmark.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct Misspelt {
  const char* kind;
  std::vector<std::string> arguments;
  const char* wrong;
  const char* meant;
};

class UnknownNames : public WithMiniBenchmark {
 protected:
  static void expect_refused(const Misspelt& row, const ProgramResult& run) {
    EXPECT_EQ(run.exit_code, 2) << row.kind;
    EXPECT_EQ(run.out, "") << row.kind;
    EXPECT_THAT(run.err, AllOf(HasSubstr(row.wrong),
                               HasSubstr("Did you mean " + std::string(row.meant) + "?")))
        << row.kind;
  }
};

TEST_F(UnknownNames, OfScore) {
  const std::vector<Misspelt> rows = {
      {"metric", {"--metrics", "clip_i,froze_rate"}, "froze_rate", "frozen_rate"},
      {"protocol", {"--protocol", "animeshoter-v1"}, "animeshoter-v1", "animeshooter-v1"},
      {"role", {"--encoder", "clop=openai/clip-vit-base-patch32"}, "clop", "clip"},
      {"encoder",
       {"--encoder", "clip=openai/clip-vit-base-pach32"},
       "openai/clip-vit-base-pach32",
       "openai/clip-vit-base-patch32"},
      {"embedded encoder",
       {"--encoder", "clip=asbench/mini-clop"},
       "asbench/mini-clop",
       "asbench/mini-clip"},
      {"role of a profile", {"--preprocess", "dno=hf"}, "dno", "dino"},
      {"profile", {"--preprocess", "clip=openai-clp"}, "openai-clp", "openai-clip"},
      {"frame rule", {"--frames", "midpont:5"}, "midpont:5", "midpoint"},
      {"background", {"--background", "blck"}, "blck", "black"},
      {"fvd variant", {"--fvd-variant", "stylegan"}, "stylegan", "stylegan-v"},
      {"missing policy", {"--missing", "exlude"}, "exlude", "exclude"},
      {"device", {"--device", "cpuu"}, "cpuu", "cpu"},
      {"layout", {"--layout", "defalt"}, "defalt", "default"},
      {"placeholder", {"--layout", "{stoy}/{shot}.mp4"}, "{stoy}", "story"},
      {"form of a split", {"--split-format", "demos"}, "demos", "demo"},
      {"IP", {"--ips", "catt"}, "catt", "cat"},
      {"story", {"--stories", "cat/11"}, "cat/11", "cat/1"},
      {"option", {"--metrisc", "clip_i"}, "--metrisc", "--metrics"}};
  for (const auto& row : rows) expect_refused(row, mini().score("wrong", row.arguments));
  EXPECT_FALSE(fs::exists(mini().root() / "wrong.json"));
}

TEST_F(UnknownNames, OfOtherCommands) {
  ASSERT_EQ(mini().score("a", {"--metrics", "clip_i,motion"}).exit_code, 0);
  const std::string a = mini().root() / "a.json", split = mini().split(), out = mini().root() / "x";
  const std::string ratings = mini().root() / "ratings.csv";
  std::ofstream(ratings) << "system,story,dimension,rater,value\nminy,cat/1,look,r,1\n";
  const std::vector<Misspelt> rows = {
      {"command", {"scroe"}, "scroe", "score"},
      {"inner command", {"weights", "fecth", "x/y"}, "fecth", "fetch"},
      {"option", {"metrics", "list", "--jsno"}, "--jsno", "--json"},
      {"metric", {"metrics", "show", "clip_ii"}, "clip_ii", "clip_i"},
      {"baseline to show", {"baselines", "show", "ref-pann"}, "ref-pann", "ref-pan"},
      {"baseline",
       {"generate", "--baseline", "ref-pen", "--split", split, "--out", out},
       "ref-pen",
       "ref-pan"},
      {"IP of generate",
       {"generate", "--baseline", "ref-pan", "--split", split, "--out", out, "--ips", "dgo"},
       "dgo",
       "dog"},
      {"gate", {"compare", a, a, "--gate", "defualt"}, "defualt", "default"},
      {"format", {"compare", a, a, "--format", "markdwon"}, "markdwon", "markdown"},
      {"allowed field", {"compare", a, a, "--allow", "coverge"}, "coverge", "coverage"},
      {"metric of a report",
       {"report", a, "--out", out, "--metrics", "clip_i,moton"},
       "moton",
       "motion"},
      {"column", {"report", a, "--out", out, "--columns", "shots,men"}, "men", "mean"},
      {"background of inspect",
       {"inspect", "--split", split, "--background", "gry"},
       "gry",
       "gray"},
      {"part", {"component", "tokeniser", "--model", "m", "--out", out}, "tokeniser", "tokenizer"},
      {"checkpoint to check",
       {"weights", "check", "openai/clip-vit-base-patch3", "--weights", out},
       "openai/clip-vit-base-patch3",
       "openai/clip-vit-base-patch32"},
      {"metric of features",
       {"distribution", "--real", "r.npy", "--generated", "g.npy", "--metrics", "frechett"},
       "frechett",
       "frechet"},
      {"shell", {"completion", "fihs"}, "fihs", "fish"}};
  for (const auto& row : rows) expect_refused(row, run_program(asbench_program(), row.arguments));
}

// Ids in files, and columns.
TEST_F(UnknownNames, OfTables) {
  ASSERT_EQ(mini().score("b", {"--metrics", "motion"}).exit_code, 0);
  const auto ratings = mini().root() / "ratings.csv";
  const auto agree = [&](const std::string& text) {
    std::ofstream(ratings) << text;
    return run_program(asbench_program(), {"agree", mini().root() / "b.json", "--scores", ratings});
  };
  const auto column = agree("system,storey,dimension,rater,value\nmini,cat/1,look,r,1\n");
  EXPECT_EQ(column.exit_code, 2);
  EXPECT_THAT(column.err,
              AllOf(HasSubstr("missing column \"story\""), HasSubstr("Is \"storey\" meant?")));
  const auto system = agree("system,story,dimension,rater,value\nminy,cat/1,look,r,1\n");
  EXPECT_EQ(system.exit_code, 2);
  EXPECT_THAT(system.err, AllOf(HasSubstr("unknown system"), HasSubstr("miny"),
                                HasSubstr("Did you mean mini?")));
}

}  // namespace
}  // namespace asbench::testing
