// `asbench compare` and `asbench gate` on made documents: exit codes, forms, what is written when
// the comparison stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/files.h"
#include "core/json.h"
#include "core/write_file.h"
#include "metrics/catalogue.h"
#include "reports/comparison/gate.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string program() {
  return testing::asbench_program();
}

/// Two documents of one metric, and a gate for it; the candidate's values are lower by `drop`.
class CompareCommand : public ::testing::Test {
 protected:
  CompareCommand() {
    Json gate = parse_json(reports::gate_text("default"), "default");
    gate["name"] = "one";
    gate["metrics"] = {{"clip_i", gate["metrics"]["clip_i"]}};
    write_json_file(gate_file(), gate);
  }
  [[nodiscard]] std::filesystem::path gate_file() const { return folder_ / "gate.json"; }
  void write(double drop) const {
    SyntheticResult options;
    options.ips = 8;
    options.stories_per_ip = 2;
    options.value = [](int, int story) { return 0.5 + 0.01 * story; };
    write_json_file(folder_ / "base.json", options.document());
    options.value = [drop](int, int story) { return 0.5 + 0.01 * story - drop; };
    write_json_file(folder_ / "candidate.json", options.document());
  }
  [[nodiscard]] ProgramResult run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"compare", (folder_ / "base.json").string(),
                                       (folder_ / "candidate.json").string(), "--gate",
                                       gate_file().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(program(), arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(CompareCommand, ExitCodesAreZeroOneAndTwo) {
  write(0.0);
  EXPECT_EQ(run().exit_code, 0);
  write(0.05);
  EXPECT_EQ(run().exit_code, 1);
  write(-0.05);
  EXPECT_EQ(run().exit_code, 0);
  const std::string base = (folder_ / "base.json").string();
  const auto no_gate = run_program(program(), {"compare", base, base, "--gate", "no-such-gate"});
  EXPECT_EQ(no_gate.exit_code, 2);
  EXPECT_THAT(no_gate.err, AllOf(HasSubstr("default, demo"), HasSubstr("asbench gate list")));
  const auto unscored = run_program(program(), {"compare", base, base});
  EXPECT_EQ(unscored.exit_code, 2);
  EXPECT_THAT(unscored.err, HasSubstr("\n  dino_i: in neither document"));
  EXPECT_EQ(run({"--format", "poem"}).exit_code, 2);
  EXPECT_EQ(run_program(program(), {"compare", (folder_ / "base.json").string(), "/nowhere.json"})
                .exit_code,
            2);
  write_file_atomically(folder_ / "candidate.json", "{}");
  const auto broken = run();
  EXPECT_EQ(broken.exit_code, 2);
  EXPECT_THAT(broken.err, AllOf(StartsWith("asbench compare: "), HasSubstr("candidate.json")));
}

TEST_F(CompareCommand, WritesEveryForm) {
  write(0.05);
  EXPECT_THAT(run().out, StartsWith("regressed: clip_i\n"));
  EXPECT_THAT(run({"--format", "markdown"}).out, StartsWith("### Regressed"));
  EXPECT_THAT(run({"--format", "junit"}).out, StartsWith("<?xml"));
  EXPECT_EQ(parse_json(run({"--format", "json"}).out, "stdout").at("regressed"), true);
  const auto quiet =
      run({"--out", (folder_ / "out.txt").string(), "--csv", (folder_ / "d.csv").string()});
  EXPECT_EQ(quiet.out, "");
  EXPECT_THAT(read_text_file(folder_ / "out.txt"), StartsWith("regressed: clip_i\n"));
  EXPECT_THAT(read_text_file(folder_ / "d.csv"), HasSubstr("ip00/0,ip00,clip_i,higher,0.5,0.45,"));
}

TEST_F(CompareCommand, WhatStopsItIsWrittenInTheFormAskedFor) {
  write(0.0);
  Json edited = read_json_file(folder_ / "candidate.json");
  edited["metrics"]["clip_i"]["mean"] = 0.9;
  write_json_file(folder_ / "candidate.json", edited);
  const std::string named = "/metrics/clip_i/mean: the document states 0.9";
  const std::filesystem::path out = folder_ / "out";
  write_file_atomically(out, "an older comparison");
  for (const auto& [format, begin] :
       {std::pair("markdown", "### Not compared: `asbench compare` stopped"),
        std::pair("junit", "<?xml"), std::pair("json", "{\n"),
        std::pair("text", "Not compared: ")}) {
    const auto file = run({"--format", format, "--out", out.string()});
    EXPECT_EQ(file.exit_code, 2) << format;
    EXPECT_EQ(file.out, "") << format;
    EXPECT_THAT(file.err, HasSubstr(named)) << format;
    EXPECT_THAT(read_text_file(out), AllOf(StartsWith(begin), HasSubstr(named))) << format;
  }
  EXPECT_TRUE(parse_json(run({"--format", "json"}).out, "stdout").at("regressed").is_null());
  EXPECT_EQ(run().out, "") << "stderr has the text";
  const auto nowhere = run({"--format", "junit", "--out", (folder_ / "no/folder").string()});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.err,
              AllOf(HasSubstr(named), HasSubstr("its report can't be written either")));
}

TEST(GateCommand, ListsAndShowsTheBuiltInGates) {
  const auto listed = run_program(program(), {"gate", "list"});
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_THAT(listed.out, AllOf(HasSubstr("default   For protocols"), HasSubstr("\ndemo ")));
  EXPECT_EQ(run_program(program(), {"gate", "show", "demo"}).out,
            read_text_file(source_folder() / "configs/gates/demo.json"));
  EXPECT_EQ(run_program(program(), {"gate", "show", "nothing"}).exit_code, 2);
}

TEST(GateCommand, EveryBuiltInGateNamesOnlyMetricsThatExist) {
  for (const auto& name : reports::built_in_gates()) {
    const reports::Gate gate = reports::load_gate(name);
    EXPECT_FALSE(gate.metrics.empty()) << name;
    for (const auto& [id, rule] : gate.metrics)
      EXPECT_NO_THROW(static_cast<void>(metrics::built_in_metrics().require(id))) << name;
    const auto checked = run_program(program(), {"gate", "check", name});
    EXPECT_EQ(checked.exit_code, 0) << checked.err;
    EXPECT_THAT(checked.out, HasSubstr("missing shots (both scored with --missing zero)")) << name;
  }
}

TEST_F(CompareCommand, GateCheckSaysWhatIsTestedAndWhatItCouldFind) {
  write(0.0);
  const std::string base = (folder_ / "base.json").string();
  const auto checked =
      run_program(program(), {"gate", "check", gate_file().string(), "--base", base});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_THAT(checked.out, AllOf(StartsWith("gate one: 1 metric listed; alpha 0.05, one-sided\n"),
                                 HasSubstr("\nOn the stories of "), HasSubstr("  clip_i "),
                                 HasSubstr("detectable: the true drop")));
  Json gate = read_json_file(gate_file());
  gate["metrics"]["clip_j"] = {{"role", "watch"}};
  write_json_file(gate_file(), gate);
  const auto unknown = run_program(program(), {"gate", "check", gate_file().string()});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err,
              AllOf(HasSubstr("no such metric: clip_j\n"), HasSubstr("clip_i, dino_i")));
  const auto unscored =
      run_program(program(), {"gate", "check", gate_file().string(), "--base", base});
  EXPECT_EQ(unscored.exit_code, 2);
  EXPECT_THAT(unscored.err, HasSubstr("base.json doesn't have"));
  EXPECT_THAT(unscored.out, Not(HasSubstr("On the stories")));
}

TEST_F(CompareCommand, AllowIsNamedByTheRefusal) {
  write(0.0);
  Json other = read_json_file(folder_ / "candidate.json");
  other["coverage"]["scored_shots"] = 63;
  other["stories"][0]["shots"][0].erase("sha256");
  other["stories"][0]["shots"][0]["frames"] = Json::array();
  write_json_file(folder_ / "candidate.json", other);
  const auto refused = run();
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--allow coverage"));
  const auto allowed = run({"--allow", "coverage"});
  EXPECT_EQ(allowed.exit_code, 0) << allowed.err;
  EXPECT_THAT(allowed.out, HasSubstr("NOT A LIKE-FOR-LIKE COMPARISON"));
}

}  // namespace
}  // namespace asbench::testing
