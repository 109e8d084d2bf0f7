// The forms that a comparison is written in: figures, order, and that whatever a document holds
// stays text.
#include "reports/comparison/comparison_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/comparison/comparison_words.h"
#include "reports/tables/escape_text.h"
#include "tests/support/synthetic_result.h"

namespace asbench::reports {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Documents {
  Json base, candidate;
};

/// Eight IPs of two stories; the candidate's clip_i is lower by `drop`.
Documents documents(double drop, const std::string& candidate_name = "candidate") {
  testing::SyntheticResult options;
  options.ips = 8;
  options.system = "base";
  options.metrics = {"clip_i", "dino_i"};
  options.value = [](int, int story) { return 0.5 + 0.01 * story; };
  Documents made;
  made.base = options.document();
  options.system = candidate_name;
  options.value = [drop](int metric, int story) {
    return 0.5 + 0.01 * story - (metric == 0 ? drop + 0.001 * story : 0.0);
  };
  made.candidate = options.document();
  return made;
}

Documents equal_documents() {
  Documents made = documents(0.0);
  made.candidate = made.base;
  return made;
}

Gate test_gate() {
  Gate gate;
  gate.name = "test";
  gate.replicates = 500;
  gate.metrics["clip_i"] = {.role = GateRole::headline, .tolerance = 0.001, .minimum_effect = 0.02};
  return gate;
}

Comparison compared(const Documents& made, const CompareOptions& options = {},
                    const Gate& gate = test_gate()) {
  return compare(document::result_from_json(made.base, "base.json"),
                 document::result_from_json(made.candidate, "candidate.json"), gate, options);
}

Documents renamed(Documents made, const std::string& story) {
  made.base["stories"][15]["id"] = story;
  made.candidate["stories"][15]["id"] = story;
  return made;
}

TEST(ComparisonText, BeginsWithTheVerdictAndListsTheWorstStories) {
  const auto text = comparison_text(compared(documents(0.1)));
  EXPECT_THAT(text, StartsWith("regressed: clip_i\n"));
  EXPECT_THAT(text, HasSubstr("  ip07/1  clip_i  0.6500 -> 0.5350  (-0.1150)"));
  EXPECT_THAT(comparison_text(compared(documents(-0.1))),
              StartsWith("no regression found; improved: clip_i\n"));
}

TEST(ComparisonText, SaysInWordsWhatWasFoundHowSureAndWhatWasNotTested) {
  const auto text = comparison_text(compared(documents(0.1)));
  EXPECT_THAT(text,
              HasSubstr("\nWhat was found\n  clip_i: regressed: worse by 0.1075 on average; by "
                        "chance alone such a drop would be seen in about 4 of 1,000 "
                        "comparisons\n"));
  EXPECT_THAT(text, HasSubstr("\nHow sure\n  It rests on 16 stories of 8 IPs."));
  EXPECT_THAT(text, HasSubstr("the tested metric fails it in at most 5 of 100 comparisons."));
  EXPECT_THAT(text, HasSubstr("\nNot tested\n  dino_i: watched only"));
  EXPECT_THAT(text,
              HasSubstr("\nThe numbers (gate test: alpha 0.05, one-sided, Holm's method over 1 "
                        "metric)\n"));
  EXPECT_THAT(comparison_text(compared(equal_documents())), Not(HasSubstr("What may be missed")))
      << "nothing changed in any story: the smallest drop is not known";
}

TEST(ComparisonText, AWatchedMetricThatIsWorseStandsInTheHeading) {
  auto made = equal_documents();
  for (Json& story : made.candidate["stories"]) story["metrics"]["dino_i"]["mean"] = 0.1;
  Gate gate = test_gate();
  EXPECT_THAT(
      comparison_text(compared(made, {}, gate)),
      StartsWith("no regression found; unchanged: clip_i; worse among the watched: dino_i\n"));
  gate.metrics["dino_i"] = {.role = GateRole::watch, .watch = WatchAction::fail};
  const auto failing = compared(made, {}, gate);
  EXPECT_THAT(comparison_text(failing), StartsWith("regressed: dino_i (watched)\n"));
  EXPECT_THAT(comparison_text(failing),
              HasSubstr("1 watched metric that can fail it: in at most 5 of 100."));
  EXPECT_THAT(comparison_junit(failing), HasSubstr("name=\"dino_i\" time=\"0\">\n      <failure"));
}

TEST(ComparisonOutput, MissingShotsStandInEveryForm) {
  auto made = equal_documents();
  for (Json* document : {&made.base, &made.candidate}) (*document)["coverage"]["policy"] = "zero";
  made.candidate["coverage"]["scored_shots"] = 63;
  Json& shot = made.candidate["stories"][2]["shots"][1];
  shot.erase("sha256");
  shot["frames"] = Json::array();
  const auto comparison = compared(made);
  EXPECT_THAT(comparison_text(comparison),
              AllOf(StartsWith("regressed: missing shots (1 more)\n"),
                    HasSubstr("missing shots: 1 of the candidate, 0 of the base; 1 more reach the "
                              "limit 1; missing in the candidate only: ip01/0 shot 2")));
  EXPECT_THAT(comparison_markdown(comparison),
              StartsWith("### Regressed: missing shots \\(1 more\\)\n"));
  EXPECT_THAT(comparison_junit(comparison),
              AllOf(HasSubstr("failures=\"1\""), HasSubstr("name=\"missing shots\""),
                    HasSubstr("ip01/0 shot 2")));
  const Json json = comparison_json(comparison);
  EXPECT_EQ(json.at("failing"), Json({"missing shots"}));
  EXPECT_EQ(json.at("missing_shots").at("added"), Json({"ip01/0 shot 2"}));
}

TEST(ComparisonWords, AChanceIsRoundedUp) {
  EXPECT_EQ(chance_words(0.03), "about 3 of 100 comparisons");
  EXPECT_EQ(chance_words(0.0312), "about 4 of 100 comparisons");
  EXPECT_EQ(chance_words(1.0 / 256), "about 4 of 1,000 comparisons");
  EXPECT_EQ(chance_words(0.0005), "about 5 of 10,000 comparisons");
  EXPECT_EQ(chance_words(0.00001), "fewer than 1 of 10,000 comparisons");
  EXPECT_EQ(chance_words(1.0), "about 100 of 100 comparisons");
}

TEST(ComparisonText, MarksWhatWasAllowed) {
  auto made = documents(0.0);
  made.candidate["coverage"]["scored_shots"] = 1;
  EXPECT_THAT(comparison_text(compared(made, {.allow = {"coverage"}})),
              HasSubstr("NOT A LIKE-FOR-LIKE COMPARISON, allowed: coverage"));
  EXPECT_THAT(comparison_markdown(compared(made, {.allow = {"coverage"}})),
              HasSubstr("> **Not a like-for-like comparison**, allowed: coverage"));
  EXPECT_THAT(comparison_junit(compared(made, {.allow = {"coverage"}})),
              HasSubstr("<property name=\"allowed\" value=\"coverage"));
  EXPECT_EQ(comparison_json(compared(made, {.allow = {"coverage"}})).at("allowed").size(), 1U);
}

TEST(ComparisonMarkdown, BeginsWithTheVerdictAndLinksTheWorstStories) {
  const auto text = comparison_markdown(compared(documents(0.1)),
                                        {.story_link = "https://ci.example/report/#story={story}"});
  EXPECT_THAT(text, StartsWith("### Regressed: clip\\_i\n"));
  EXPECT_THAT(text, HasSubstr("[ip07/1](<https://ci.example/report/#story=ip07%2F1>) | clip\\_i | "
                              "0.6500 | 0.5350 | -0.1150 |"));
  EXPECT_THAT(text, HasSubstr("<details><summary>The numbers (gate test: alpha 0.05"));
  EXPECT_THAT(text, HasSubstr("\n1 watched metric:\n\n| metric |"));
  EXPECT_THAT(text, HasSubstr("\n**How sure**\n- It rests on 16 stories of 8 IPs."));
  EXPECT_LT(text.find("**Not tested**"), text.find("<details>"));
}

TEST(ComparisonMarkdown, AnArrowSaysWhichWayIsBetter) {
  auto made = documents(0.1);
  for (Json* document : {&made.base, &made.candidate})
    (*document)["metrics"]["clip_i"]["direction"] = "lower";
  const auto better = compared(made);
  EXPECT_THAT(comparison_markdown(better),
              AllOf(HasSubstr("| clip\\_i ↓ | improved | 0.5750 | 0.4675 | +0.1075 |"),
                    HasSubstr("| dino\\_i ↑ |")));
  EXPECT_THAT(comparison_text(better),
              AllOf(HasSubstr("clip_i v"), HasSubstr("dino_i ^ (watched)")));
}

TEST(ComparisonText, OneStoryIsNotCalledStories) {
  Comparison one;
  one.split = "s";
  one.stories = one.ips = one.tested = 1;
  EXPECT_THAT(comparison_text(one),
              AllOf(HasSubstr("on s: 1 story of 1 IP\n"), HasSubstr("over 1 metric)\n")));
}

TEST(ComparisonMarkdown, IdsAreText) {
  const auto made =
      renamed(documents(0.1, "a|b<script>\n# x @all"), "<img src=x>|[l](http://e)`c`");
  const auto text = comparison_markdown(compared(made));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("<img")), Not(HasSubstr("<script>")),
                          Not(HasSubstr("\n# x")), Not(HasSubstr("@all"))));
  EXPECT_THAT(text, HasSubstr("&lt;img src=x&gt;\\|\\[l\\]\\(http&#58;//e\\)\\`c\\`"));
}

TEST(ComparisonMarkdown, FitsACommentHoweverManyAndLongTheMetrics) {
  testing::SyntheticResult options;
  options.ips = 8;
  options.metrics = {"clip_i"};
  for (int m = 0; m < 300; ++m)
    options.metrics.push_back(std::string(400, 'm') + std::to_string(m));
  options.shots = 1;
  options.frames = 1;
  Documents made{options.document(), options.document()};
  made.candidate["stories"][0]["metrics"]["clip_i"]["mean"] = 0.1;
  EXPECT_LT(comparison_markdown(compared(renamed(made, std::string(5000, 's')))).size(), 65'536U);
}

TEST(ComparisonJson, HoldsEveryFigureOfTheComparison) {
  const auto comparison = compared(documents(0.1));
  const Json json = comparison_json(comparison);
  EXPECT_EQ(json.at("schema"), "asbench/comparison@1");
  EXPECT_EQ(json.at("regressed"), true);
  const Json& clip = json.at("metrics").at("clip_i");
  EXPECT_EQ(clip.at("verdict"), "regressed");
  EXPECT_EQ(clip.at("difference").get<double>(), *comparison.metrics.at(0).difference);
  EXPECT_EQ(clip.at("worst").at(0).at("story"), "ip07/1");
  EXPECT_EQ(parse_json(json.dump(), "again"), json);
}

TEST(ComparisonJunit, ARegressionIsAFailureAndAMetricWithoutDirectionIsSkipped) {
  auto made = documents(0.1);
  for (Json* document : {&made.base, &made.candidate})
    (*document)["metrics"]["dino_i"]["direction"] = "none";
  const auto text = comparison_junit(compared(made));
  EXPECT_THAT(text, HasSubstr("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""));
  EXPECT_THAT(text,
              HasSubstr("<testcase classname=\"asbench.compare.headline\" name=\"clip_i\" "
                        "time=\"0\">\n      <failure type=\"regression\" message=\"regressed: "));
  EXPECT_THAT(text,
              HasSubstr("<skipped message=\"untested: the metric has no preferred direction\"/>"));
}

TEST(ComparisonJunit, IdsAreText) {
  const auto text =
      comparison_junit(compared(renamed(documents(0.1, "<&\"'\x01>"), "</failure><x a=\"")));
  EXPECT_THAT(text, HasSubstr("&lt;&amp;&quot;&apos;\\x01&gt;"));
  EXPECT_THAT(text, Not(HasSubstr("</failure><x")));
}

TEST(ComparisonCsv, HasALineAStoryAndMetricAndQuotesWhatNeedsIt) {
  const auto text = comparison_csv(compared(renamed(documents(0.25), "a,\"b\"\r\nc")));
  EXPECT_THAT(text, StartsWith("story,ip,metric,direction,base,candidate,difference\r\nip00/"
                               "0,ip00,clip_i,higher,0.5,0.25,-0.25\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n\"a,\"\"b\"\"\r\nc\",ip07,clip_i,higher,0.65,"));
}

TEST(EscapeText, ASpreadsheetRunsNoFormula) {
  for (const std::string formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"})
    EXPECT_EQ(csv_field(formula), "'" + formula);
  EXPECT_EQ(csv_field("=HYPERLINK(\"http://e\",\"x\")"),
            "\"'=HYPERLINK(\"\"http://e\"\",\"\"x\"\")\"");
  EXPECT_EQ(csv_field("a=b"), "a=b");
}

TEST(EscapeText, MarkdownNotifiesNobodyAndLinksNowhere) {
  EXPECT_EQ(markdown_text("@all"), "&#64;&#8203;all");
  EXPECT_EQ(markdown_text("clip@1"), "clip&#64;1");
  EXPECT_EQ(markdown_text("http://e www.e"), "http&#58;//e www\\.e");
  EXPECT_EQ(markdown_text("frames: 5."), "frames: 5.");
}

TEST(EscapeText, LeavesPlainTextAlone) {
  for (const auto escape : {&terminal_text, &markdown_text, &xml_text, &csv_field})
    EXPECT_EQ(escape("Fuchs läuft 3-mal."), "Fuchs läuft 3-mal.");
  EXPECT_EQ(url_text("a-b_c.d~1/ä"), "a-b_c.d~1%2F%C3%A4");
  EXPECT_EQ(terminal_text("a\x1b[31mb\n"), "a\\x1b[31mb\\n");
}

}  // namespace
}  // namespace asbench::reports
