#include <gtest/gtest.h>

#include <filesystem>

#include "core/json.h"
#include "tests/support/program.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
const std::string kProgram = std::string(ASBENCH_BINARY_DIR) + "/bin/asbench";

TEST(ReportCommand, WritesThePageAndTheTablesAndOverwritesOnlyWhatAReportWrote) {
  const TemporaryFolder folder;
  write_json_file(folder / "a.json", SyntheticResult{}.document());
  const std::vector<std::string> arguments = {"report", (folder / "a.json").string(), "--reported", "--out", (folder / "out").string()};
  const auto first = run_program(kProgram, arguments);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  for (const char* name : {"index.html", "table.md", "table.csv", "table.tex"}) EXPECT_TRUE(fs::exists(folder / "out" / name)) << name;
  EXPECT_NE(read_text_file(folder / "out" / "table.md").find("as published, not re-run, encoder not stated"), std::string::npos);
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

TEST(ReportCommand, RatingsBecomeAColumnAndBadOnesAreNamedByLine) {
  const TemporaryFolder folder;
  write_json_file(folder / "a.json", SyntheticResult{}.document());
  write_file_atomically(folder / "good.csv", "system,story,dimension,rater,value\nsynthetic,ip00/0,quality,ann,4\nsynthetic,ip01/0,quality,ann,2\n");
  write_file_atomically(folder / "bad.csv", "system,story,dimension,rater,value\nsynthetic,ip00/0,quality,ann,high\n");
  const auto report = [&](const char* scores) {
    return run_program(kProgram, {"report", (folder / "a.json").string(), "--scores", (folder / scores).string(), "--out", (folder / "out").string()});
  };
  ASSERT_EQ(report("good.csv").exit_code, 0);
  EXPECT_NE(read_text_file(folder / "out" / "table.csv").find("rated quality"), std::string::npos);
  const auto bad = report("bad.csv");
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_NE(bad.err.find("line 2"), std::string::npos) << bad.err;
}

}  // namespace
}  // namespace asbench::testing
