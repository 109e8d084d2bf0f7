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
const std::string kProgram = testing::asbench_program();

TEST(ReportCommand, WritesThePageAndTheTablesAndOverwritesOnlyWhatAReportWrote) {
  const TemporaryFolder folder;
  write_json_file(folder / "a.json", SyntheticResult{}.document());
  const std::vector<std::string> arguments = {"report", (folder / "a.json").string(), "--reported",
                                              "--out", (folder / "out").string()};
  const auto first = run_program(kProgram, arguments);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  for (const char* name : {"index.html", "table.md", "table.csv", "table.tex"})
    EXPECT_TRUE(fs::exists(folder / "out" / name)) << name;
  EXPECT_NE(read_text_file(folder / "out" / "table.md")
                .find("as published, not re-run, encoder not stated"),
            std::string::npos);
  EXPECT_EQ(run_program(kProgram, arguments).exit_code, 0) << "a report may renew its own folder";

  write_file_atomically(folder / "out" / "index.html", "my own page");
  const auto refused = run_program(kProgram, arguments);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
  EXPECT_EQ(read_text_file(folder / "out" / "index.html"), "my own page");
  auto forced = arguments;
  forced.emplace_back("--force");
  EXPECT_EQ(run_program(kProgram, forced).exit_code, 0);
  EXPECT_NE(read_text_file(folder / "out" / "index.html"), "my own page");
}

TEST(ReportCommand, BadInputsEndWithTwoAndSayWhich) {
  const TemporaryFolder folder;
  const Json sound = SyntheticResult{}.document();
  write_json_file(folder / "a.json", sound);
  write_json_file(folder / "again.json", sound);
  Json other = sound;
  other["schema"] = "asbench/result@9";
  write_json_file(folder / "later.json", other);
  other = sound;
  other["stories"] = Json::array();
  write_json_file(folder / "empty.json", other);
  write_file_atomically(folder / "truncated.json", sound.dump().substr(0, 1000));
  write_file_atomically(folder / "other.json", "{\"a\": 1}");
  const auto expect_refusal = [&](const std::vector<std::string>& files, const fs::path& out,
                                  const std::string& text) {
    std::vector<std::string> arguments = {"report"};
    for (const auto& file : files) arguments.push_back((folder / file).string());
    arguments.insert(arguments.end(), {"--out", out.string()});
    const auto run = run_program(kProgram, arguments);
    EXPECT_EQ(run.exit_code, 2) << files.back() << run.err;
    EXPECT_NE(run.err.find(text), std::string::npos) << run.err;
  };
  const fs::path out = folder / "out";
  expect_refusal({"other.json"}, out, "other.json: not a result document");
  expect_refusal({"later.json"}, out, "asbench/result@9");
  expect_refusal({"truncated.json"}, out, "truncated.json: not valid JSON");
  expect_refusal(
      {"empty.json"}, out,
      "empty.json: /metrics/clip_i/mean: the document states 0.5 and its stories give null");
  expect_refusal({"missing.json"}, out, "missing.json: no such file");
  expect_refusal({"a.json", "again.json"}, out, "both results of a system named 'synthetic'");
  expect_refusal({"a.json"}, folder / "a.json", "the folder can't be created");
  EXPECT_FALSE(fs::exists(out)) << "nothing is written before everything was read";
}

/// `a.json`, whose stories differ, and `ratings.csv` of three of them.
void write_rated_result(const TemporaryFolder& folder) {
  SyntheticResult made;
  made.value = [](int, int story) { return 0.3 + 0.05 * story; };
  write_json_file(folder / "a.json", made.document());
  write_file_atomically(folder / "ratings.csv",
                        "system,story,dimension,rater,value\nsynthetic,ip00/0,quality,ann,2\n"
                        "synthetic,ip01/0,quality,ann,3\nsynthetic,ip02/0,quality,ann,5\n");
}

TEST(ReportCommand, FiguresAreWrittenTwiceEachTheSameBytesEveryTime) {
  const TemporaryFolder folder;
  write_rated_result(folder);
  const auto report = [&](const std::string& figures, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "report", (folder / "a.json").string(), "--scores",  (folder / "ratings.csv").string(),
        "--out",  (folder / "out").string(),    "--figures", (folder / figures).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(kProgram, arguments);
  };
  const auto run = report("figures");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("each as PDF and SVG"), std::string::npos) << run.out;
  ASSERT_EQ(report("again").exit_code, 0);
  for (const char* name :
       {"drift-clip_i.pdf", "drift-clip_i.svg", "agreement.pdf", "agreement.svg",
        "agreement-clip_i-quality.pdf", "agreement-clip_i-quality.svg", "captions.md"}) {
    ASSERT_TRUE(fs::exists(folder / "figures" / name)) << name;
    EXPECT_TRUE(read_text_file(folder / "figures" / name) ==
                read_text_file(folder / "again" / name))
        << name;
  }
  EXPECT_EQ(report("figures").exit_code, 0) << "a report may renew its own figures";
  fs::remove(folder / "again" / "captions.md");
  const auto refused = report("again");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
  EXPECT_EQ(report("again", {"--force"}).exit_code, 0);
  EXPECT_EQ(report("none", {"--metrics", "no_such"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(folder / "none"));
}

TEST(AgreeCommand, AFigureIsWrittenAsItsNameSays) {
  const TemporaryFolder folder;
  write_rated_result(folder);
  const auto agree = [&](const std::string& figure) {
    return run_program(kProgram,
                       {"agree", (folder / "a.json").string(), "--scores",
                        (folder / "ratings.csv").string(), "--figure", (folder / figure).string()});
  };
  EXPECT_EQ(agree("scatter.pdf").exit_code, 0);
  EXPECT_TRUE(read_text_file(folder / "scatter.pdf").starts_with("%PDF"));
  EXPECT_EQ(agree("scatter.svg").exit_code, 0);
  EXPECT_TRUE(read_text_file(folder / "scatter.svg").starts_with("<?xml"));
  EXPECT_EQ(agree("scatter.png").exit_code, 0);
  EXPECT_TRUE(read_text_file(folder / "scatter.png").starts_with("\x89PNG"));
  const auto other = agree("scatter.gif");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("End its name in .pdf, .svg or .png"), std::string::npos) << other.err;
}

TEST(ReportCommand, RatingsBecomeAColumnAndBadOnesAreNamedByLine) {
  const TemporaryFolder folder;
  write_json_file(folder / "a.json", SyntheticResult{}.document());
  write_file_atomically(folder / "good.csv",
                        "system,story,dimension,rater,value\nsynthetic,ip00/"
                        "0,quality,ann,4\nsynthetic,ip01/0,quality,ann,2\n");
  write_file_atomically(folder / "bad.csv",
                        "system,story,dimension,rater,value\nsynthetic,ip00/0,quality,ann,high\n");
  const auto report = [&](const char* scores) {
    return run_program(kProgram, {"report", (folder / "a.json").string(), "--scores",
                                  (folder / scores).string(), "--out", (folder / "out").string()});
  };
  ASSERT_EQ(report("good.csv").exit_code, 0);
  EXPECT_NE(read_text_file(folder / "out" / "table.csv").find("rated quality"), std::string::npos);
  const auto bad = report("bad.csv");
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_NE(bad.err.find("line 2"), std::string::npos) << bad.err;
}

TEST(AgreeCommand, ReadsRatingsAsSpreadsheetsSaveThem) {
  const TemporaryFolder folder;
  const Json document = SyntheticResult{}.document();
  write_json_file(folder / "a.json", document);
  std::string plain = "system,story,dimension,rater,value\n";
  std::string german = "sep=;\r\n System ;STORY;Dimension;Rater;Value;\r\n";
  double value = 1.0;
  for (const Json& story : document.at("stories")) {
    const std::string id = story.at("id");
    plain += "synthetic," + id + ",quality,ann," + std::to_string(value) + "\n";
    german += "synthetic;" + id + ";quality;ann;" + std::to_string(value) + ";\r\n";
    german.replace(german.rfind('.'), 1, ",");
    value += 0.5;
  }
  german += ";;;;;\r\n";
  std::string utf16 = "\xFF\xFE";
  for (const char c : german) utf16 += {c, '\0'};
  write_file_atomically(folder / "plain.csv", plain);
  write_file_atomically(folder / "german.csv", "\xEF\xBB\xBF" + german);
  write_file_atomically(folder / "utf16.csv", utf16);
  const auto agree = [&](const char* scores) {
    return run_program(kProgram, {"agree", (folder / "a.json").string(), "--scores",
                                  (folder / scores).string(), "--json"});
  };
  const auto expected = agree("plain.csv");
  ASSERT_EQ(expected.exit_code, 0) << expected.err;
  for (const char* scores : {"german.csv", "utf16.csv"}) {
    const auto run = agree(scores);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(run.out, expected.out) << scores;
  }
}

TEST(AgreeCommand, RefusesRatingsOfNobodyUnlessTheyAreAllowed) {
  const TemporaryFolder folder;
  write_json_file(folder / "a.json", SyntheticResult{}.document());
  write_file_atomically(folder / "r.csv",
                        "system,story,dimension,rater,value\nsynthetic,ip00/0,quality,ann,4\n"
                        "synthetic,ip01/0,quality,ann,2\nSynthetik,ip01/0,quality,ann,2\n");
  std::vector<std::string> arguments = {"agree", (folder / "a.json").string(), "--scores",
                                        (folder / "r.csv").string(), "--json"};
  const auto refused = run_program(kProgram, arguments);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("unknown system Synthetik"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("--allow-unmatched"), std::string::npos) << refused.err;
  arguments.emplace_back("--allow-unmatched");
  const auto allowed = run_program(kProgram, arguments);
  ASSERT_EQ(allowed.exit_code, 0) << allowed.err;
  EXPECT_EQ(parse_json(allowed.out, "stdout").at("unmatched").at("ratings"), 1);
  const auto report =
      run_program(kProgram, {"report", (folder / "a.json").string(), "--scores",
                             (folder / "r.csv").string(), "--out", (folder / "out").string()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_NE(report.err.find("1 of 3 ratings matches no system"), std::string::npos) << report.err;
}

}  // namespace
}  // namespace asbench::testing
