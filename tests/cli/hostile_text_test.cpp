// Names that hold what a terminal obeys, what XML can't hold, and JSON made to hurt.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/json.h"
#include "core/text.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kProgram = asbench_program();
/// A colour by ESC, by C1, an override of the direction, and letters that must stay.
const std::string kHostile =
    "ev\x1b[31mil\xC2\x9B"
    "7m\xE2\x80\xAEmp4.漫画";
const std::string kShown = "ev\\x1b[31mil\\u009b7m\\u202emp4.漫画";

/// No line holds anything that a terminal obeys.
void expect_harmless_text(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_EQ(terminal_text(line), line);
}

void expect_harmless(const ProgramResult& run) {
  expect_harmless_text(run.out);
  expect_harmless_text(run.err);
}

ProgramResult report(const TemporaryFolder& folder, const fs::path& document) {
  return run_program(kProgram, {"report", document.string(), "--no-sheets", "--out",
                                (folder / "report").string()});
}

TEST(HostileText, InspectShowsNamesOfFoldersEscaped) {
  const TemporaryFolder folder;
  const fs::path ip = folder / "split" / kHostile;
  fs::create_directories(ip);
  std::ofstream(ip / "prompts.json") << R"({"prompts": [["One.", "Two."]]})";
  fs::create_directories(folder / "split" / "cat");
  fs::copy_file(ip / "prompts.json", folder / "split" / "cat" / "prompts.json");
  for (const char* form : {"", "--json"}) {
    std::vector<std::string> arguments = {"inspect", "--split", (folder / "split").string()};
    if (*form != '\0') arguments.emplace_back(form);
    const auto run = run_program(kProgram, arguments);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    expect_harmless(run);
    if (*form == '\0') {
      EXPECT_THAT(run.out, HasSubstr(kShown));
    }
  }
}

TEST(HostileText, MessagesShowPathsAndArgumentsEscaped) {
  const TemporaryFolder folder;
  const auto missing = report(folder, folder / (kHostile + ".json"));
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr(kShown + ".json: no such file"));
  expect_harmless(missing);
  expect_harmless(run_program(kProgram, {kHostile}));
  expect_harmless(run_program(kProgram, {"metrics", "show", kHostile}));
  expect_harmless(run_program(kProgram, {"inspect", "--" + kHostile}));
}

TEST(HostileText, ParseErrorsQuoteLittleAndEscaped) {
  const TemporaryFolder folder;
  for (const std::string& text : {"{\"a\": \"" + std::string(4000, 'x') + "\x1b[31m\"}",
                                  "[" + kHostile + "]", std::string("{\"k\": \"\xED\xA0\x80\"}")}) {
    std::ofstream(folder / "bad.json") << text;
    const auto run = report(folder, folder / "bad.json");
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr("bad.json: not valid JSON"));
    EXPECT_THAT(run.err, Not(HasSubstr(std::string(80, 'x'))));
    expect_harmless(run);
  }
}

TEST(HostileText, ReportsOfHostileNamesAreWrittenAndHoldThemEscaped) {
  const TemporaryFolder folder;
  SyntheticResult made;
  made.system = kHostile + "\xEF\xBF\xBE\n";
  write_json_file(folder / "a.json", made.document());
  const auto run = report(folder, folder / "a.json");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  expect_harmless(run);
  for (const char* name : {"table.tex", "table.md"}) {
    const std::string text = read_text_file(folder / "report" / name);
    expect_harmless_text(text);
    EXPECT_THAT(text, HasSubstr("漫画")) << name;
  }
}

TEST(HostileText, JunitIsXmlWhateverTheNamesHold) {
  const TemporaryFolder folder;
  SyntheticResult made;
  made.system = kHostile + "\xEF\xBF\xBE\xEF\xBF\xBF\x01";
  made.metrics = {"clip_i",         "dino_i",         "clip_t",          "faithful_consistency",
                  "frozen_rate",    "reference_copy", "duplicate_pairs", "cross_shot_clip",
                  "cross_shot_dino"};
  write_json_file(folder / "a.json", made.document());
  const auto run = run_program(kProgram, {"compare", (folder / "a.json").string(),
                                          (folder / "a.json").string(), "--format", "junit"});
  EXPECT_THAT(run.out, HasSubstr("<testsuites>")) << run.err;
  EXPECT_THAT(run.out, HasSubstr(kShown + "\\ufffe\\uffff\\x01"));
  expect_harmless(run);
}

TEST(HostileText, AHugeDocumentIsRefusedByItsSize) {
  const TemporaryFolder folder;
  std::ofstream(folder / "huge.json") << "{}";
  fs::resize_file(folder / "huge.json", std::size_t{4} << 30);  // sparse
  const auto run = report(folder, folder / "huge.json");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err,
              HasSubstr("huge.json: 4 GB or more; a result document may have at most 256 MB"));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(HostileText, ADocumentTakesAtMostFiveTimesItsSize) {
  const TemporaryFolder folder;
  constexpr std::size_t kBytes = std::size_t{48} << 20;
  for (const std::string& piece : {std::string("[],"), std::string("0.8123456789012345,"),
                                   "\"" + std::string(900, 'x') + "\","}) {
    std::string text = "{\"schema\": \"asbench/result@1\", \"stories\": [";
    while (text.size() < kBytes) text += piece;
    std::ofstream(folder / "large.json") << text << "0]}";
    text = std::string();
    const auto run = report(folder, folder / "large.json");
    EXPECT_EQ(run.exit_code, 2) << piece.substr(0, 20);
    EXPECT_THAT(run.err, HasSubstr("large.json: "));
    rusage usage{};
    ASSERT_EQ(::getrusage(RUSAGE_CHILDREN, &usage), 0);
    EXPECT_LT(static_cast<std::size_t>(usage.ru_maxrss) * 1024, 5 * kBytes) << piece.substr(0, 20);
  }
}
#endif

}  // namespace
}  // namespace asbench::testing
