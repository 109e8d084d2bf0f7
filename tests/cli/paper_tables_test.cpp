// Tables and texts for a paper, as the program prints and writes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/json.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Two documents and a way to run `asbench report` on them.
class PaperTables : public ::testing::Test {
 protected:
  PaperTables() {
    for (const auto& [system, value] : {std::pair{"my-model", 0.5}, std::pair{"base", 0.75}}) {
      auto made = page_result();
      made.system = system;
      made.value = [value = value](int, int) { return value; };
      write_json_file(folder / (std::string(system) + ".json"), made.document());
    }
  }

  ProgramResult report(const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"report", (folder / "my-model.json").string(),
                                          (folder / "base.json").string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_program(asbench_program(), arguments);
  }

  void expect_refusal(const std::vector<std::string>& options, const std::string& text) {
    const auto run = report(options);
    EXPECT_EQ(run.exit_code, 2) << run.out;
    EXPECT_THAT(run.err, HasSubstr(text));
    EXPECT_EQ(run.out, "");
  }

  TemporaryFolder folder;
};

TEST_F(PaperTables, PrintATableInEachLanguage) {
  const std::vector<std::string> options = {
      "--table",       "clip_i=CLIP-I,dino_i", "--rows", "base,Ours", "--names",
      "my-model=Ours", "--highlight",          "Ours",   "--digits",  "2"};
  const auto in = [&](const std::string& format) {
    auto all = options;
    all.insert(all.end(), {"--format", format});
    const auto run = report(all);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.out;
  };
  EXPECT_THAT(in("markdown"),
              HasSubstr("| base | **0.75** | **0.75** |\n| **Ours** | <u>0.50</u> |"));
  EXPECT_THAT(in("latex"), HasSubstr("\\rowcolor[gray]{0.92}Ours & \\underline{$0.50$}"));
  EXPECT_THAT(in("csv"), HasSubstr("1,base,submission,0.75,"));
}

// Table 2 in each language: the paper's rows stand below in grey, whatever was measured beside
// them.
TEST_F(PaperTables, PrintThePapersTable2BesideMeasuredSystems) {
  const auto in = [&](const std::string& format) {
    const auto run = report({"--table", "paper2", "--format", format});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.out;
  };
  const std::string markdown = in("markdown");
  EXPECT_THAT(markdown, HasSubstr("| system | CLIP shot 1 ↑ | CLIP shot 2 ↑ | CLIP shot 3 ↑ | "
                                  "CLIP shot 4 ↑ | CLIP Mean ↑ | CLIP HarMeanP ↑ | DreamSim shot 1 "
                                  "↓ |"));
  EXPECT_THAT(markdown, HasSubstr("| my-model |"));
  EXPECT_THAT(markdown, HasSubstr("*as published, not re-run, encoder not stated*"));
  EXPECT_THAT(markdown,
              HasSubstr("| CogVideo-LoRA | 0.7297 | 0.7200 | 0.7417 | 0.7413 | 0.7332 | "
                        "0.5028 | 0.4777 | 0.5060 | 0.4842 | 0.4864 | 0.4886 | 0.7759 |"));
  EXPECT_THAT(markdown, HasSubstr("| IP-Adapter + I2V |"));
  EXPECT_THAT(in("latex"), HasSubstr("\\textcolor[gray]{0.45}{AnimeShooterGen} & "
                                     "\\textcolor[gray]{0.45}{$0.8022$}"));
  EXPECT_THAT(in("csv"), HasSubstr(",AnimeShooterGen,reported,0.8022,0.7949,0.797,0.7986,0.7982,"));
}

TEST_F(PaperTables, PrintThePapersTable2WithoutAnyDocument) {
  const auto run =
      run_program(asbench_program(), {"report", "--table", "paper2", "--format", "markdown"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("AnimeShooterGen"));
  const auto refused = run_program(asbench_program(), {"report", "--format", "markdown"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("Missing argument RESULTS"));
  const auto folder_refused = run_program(
      asbench_program(), {"report", "--table", "paper2", "--out", (folder / "o").string()});
  EXPECT_EQ(folder_refused.exit_code, 2);
  EXPECT_FALSE(fs::exists(folder / "o"));
}

TEST_F(PaperTables, TakeAColumnSetFromAFile) {
  write_file_atomically(folder / "own.json", R"({"schema": "asbench/table@1", "groups": [
    {"head": "Picture", "columns": [{"metric": "clip_i", "head": "CLIP-I"}]}]})");
  const auto run = report({"--table", (folder / "own.json").string(), "--format", "latex"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\\multicolumn{1}{c}{Picture}"));
  expect_refusal({"--table", (folder / "none.json").string(), "--format", "latex"}, "none.json");
  write_file_atomically(folder / "own.json", R"({"schema": "asbench/table@1", "groups": []})");
  expect_refusal({"--table", (folder / "own.json").string(), "--format", "latex"}, "own.json");
}

TEST_F(PaperTables, PrintOneTextOrWriteThemIntoAFolder) {
  const auto bibtex = report({"--bibtex"});
  EXPECT_EQ(bibtex.exit_code, 0) << bibtex.err;
  EXPECT_THAT(bibtex.out, HasSubstr("@misc{asbench,"));
  const auto methods = report({"--methods=latex"});
  EXPECT_EQ(methods.exit_code, 0) << methods.err;
  EXPECT_THAT(methods.out, StartsWith("We evaluate 2 systems with AnimeShooter-Bench"));
  EXPECT_THAT(methods.out, HasSubstr("~\\cite{asbench}"));
  const fs::path out = folder / "out";
  const auto all =
      report({"--bibtex", "--methods", "--names", "my-model=Ours", "--out", out.string()});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(read_text_file(out / "references.bib"), bibtex.out);
  EXPECT_THAT(read_text_file(out / "methods.txt"), StartsWith("We evaluate 2 systems"));
  EXPECT_THAT(read_text_file(out / "table.md"), HasSubstr("| Ours |"));
  EXPECT_THAT(all.out, HasSubstr("methods.txt\n"));
}

TEST_F(PaperTables, NeverReplaceAnothersReferences) {
  const fs::path out = folder / "paper";
  fs::create_directories(out);
  write_file_atomically(out / "references.bib", "mine");
  expect_refusal({"--bibtex", "--out", out.string()}, "references.bib exists");
  EXPECT_EQ(read_text_file(out / "references.bib"), "mine");
}

TEST_F(PaperTables, UnknownNamesAreErrorsWithTheNearest) {
  expect_refusal({"--format", "latx"}, "Did you mean latex?");
  expect_refusal({"--format", "csv", "--table", "hedline"}, "Did you mean headline?");
  expect_refusal({"--format", "csv", "--metrics", "clip_i,dino_l"}, "Did you mean dino_i?");
  expect_refusal({"--format", "csv", "--columns", "men"}, "Did you mean mean?");
  expect_refusal({"--format", "csv", "--rows", "my-modl"}, "Did you mean my-model?");
  expect_refusal({"--format", "csv", "--names", "bas=Base"}, "Did you mean base?");
  expect_refusal({"--format", "csv", "--highlight", "Bas"}, "Did you mean base?");
  expect_refusal({"--format", "csv", "--digits-of", "clip_x=3"}, "Did you mean clip_i?");
  expect_refusal({"--format", "csv", "--digits-of", "clip_i=x"}, "METRIC=N");
  expect_refusal({"--format", "csv", "--intervals=besides"}, "Did you mean beside?");
  expect_refusal({"--format", "csv", "--wide", "splt"}, "Did you mean split?");
  expect_refusal({"--format", "csv", "--label", "a b"}, "--label a b");
  expect_refusal({"--methods=latx"}, "Did you mean latex?");
}

TEST_F(PaperTables, OutputsThatContradictEachOtherAreRefused) {
  expect_refusal({}, "Nothing to write");
  expect_refusal({"--bibtex", "--methods"}, "Several texts for one output");
  expect_refusal({"--format", "csv", "--out", (folder / "out").string()}, "give one of them");
  expect_refusal({"--table", "headline", "--metrics", "clip_i", "--format", "csv"},
                 "both choose metrics");
}

TEST_F(PaperTables, AgreeWritesThem) {
  write_file_atomically(folder / "ratings.csv",
                        "system,story,dimension,rater,value\n"
                        "my-model,ip00/0,style,r1,1\nbase,ip00/0,style,r1,3\n"
                        "my-model,ip01/0,style,r1,2\nbase,ip01/0,style,r1,3\n");
  const auto agree = [&](const std::string& format) {
    return run_program(asbench_program(), {"agree", (folder / "my-model.json").string(),
                                           (folder / "base.json").string(), "--scores",
                                           (folder / "ratings.csv").string(), "--format", format});
  };
  EXPECT_THAT(agree("latex").out, HasSubstr("Kendall tau-b & Spearman rho"));
  EXPECT_THAT(agree("csv").out, StartsWith("dimension,metric,n,ips,kendall_tau_b"));
  const auto wrong = agree("csvv");
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("Did you mean csv?"));
}

}  // namespace
}  // namespace asbench::testing
