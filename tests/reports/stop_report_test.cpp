// What is written in place of a result when a command stops.
#include "reports/comparison/stop_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/score_report.h"
#include "tests/support/synthetic_result.h"

namespace asbench::reports {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Stop kStop{"compare",
                 "a.json and b.json must not be compared.\n  Score both in the same way."};

TEST(StopReport, SaysWhatStoppedItAndWhatToDo) {
  EXPECT_THAT(stop_text(kStop), StartsWith("Not compared: a.json and b.json must not"));
  EXPECT_THAT(stop_markdown(kStop),
              AllOf(StartsWith("### Not compared: `asbench compare` stopped\n"),
                    HasSubstr("the candidate may be better, worse or the same"),
                    HasSubstr("\n```text\na.json and b.json must not be compared.\n  Score both")));
  EXPECT_THAT(stop_markdown({"score", "no weights"}),
              StartsWith("### Not scored: `asbench score`"));
}

TEST(StopReport, JsonSaysNeitherYesNorNo) {
  const Json json = stop_json(kStop);
  EXPECT_EQ(json.at("schema"), "asbench/stop@1");
  EXPECT_TRUE(json.at("regressed").is_null());
  EXPECT_EQ(json.at("exit_code"), 2);
  EXPECT_EQ(json.at("problem"), kStop.problem);
}

TEST(StopReport, JunitHasOneError) {
  EXPECT_THAT(stop_junit({"compare", "a<b>\nc"}),
              AllOf(HasSubstr("tests=\"1\" failures=\"0\" errors=\"1\""),
                    HasSubstr("<error type=\"stopped\" message=\"a&lt;b&gt;\">")));
}

TEST(StopReport, TheMessageStaysInItsBlock) {
  const auto text = stop_markdown({"compare", "a\n````\n# heading\x1b[31m @all"});
  EXPECT_THAT(text, AllOf(HasSubstr("\n`````text\n"), HasSubstr("\n`````\n"),
                          Not(HasSubstr("\n# heading")), Not(HasSubstr("\x1b"))));
  EXPECT_LT(stop_markdown({"score", std::string(100'000, 'x')}).size(), 65'536U);
}

TEST(ScoreReport, NamesEveryMetricAndWhatIsNotCanonical) {
  testing::SyntheticResult options;
  options.system = "mine|x";
  options.metrics = {"clip_i", "dino_i"};
  Json json = options.document();
  json["overrides"] = {"frames=ends:5"};
  json["coverage"]["findings"].push_back(
      {{"kind", "short_shot"}, {"story", "ip00/0"}, {"shot", 1}, {"detail", "x"}});
  json["metrics"]["dino_i"]["mean"] = nullptr;
  const auto result = document::result_from_json(json, "r.json");
  EXPECT_THAT(
      score_markdown(result),
      AllOf(StartsWith("### Scored: mine\\|x on synthetic\n"), HasSubstr("| clip\\_i ↑ | 0.5000 |"),
            HasSubstr("12 stories of 6 IPs, 48 of 48 shots scored (missing=fail)"),
            HasSubstr("> Differs from the protocol: frames=ends:5"),
            HasSubstr("- short\\_shot: 1")));
  EXPECT_THAT(score_junit(result),
              AllOf(HasSubstr("tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\""),
                    HasSubstr("<skipped message=\"no value\"/>")));
}

}  // namespace
}  // namespace asbench::reports
