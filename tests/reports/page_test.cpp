#include "reports/page/page.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "reports/page/page_pictures.h"
#include "tests/support/paths.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::reports {
namespace {

constexpr std::string_view kIslandBegin = "<script id=\"data\" type=\"application/json\">";

std::string island(const std::string& page) {
  const auto begin = page.find(kIslandBegin) + kIslandBegin.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

document::Result result(const testing::SyntheticResult& made) {
  return document::result_from_json(made.document(), made.system);
}

TEST(Page, ACaptionThatHoldsAScriptIsText) {
  Json document = testing::SyntheticResult{}.document();
  const std::string caption = "<script>alert(1)</script><!-- \xE2\x80\xA8 & \"quoted\"";
  document["stories"][0]["shots"][0]["caption"] = caption;
  document["system"]["name"] = "</script><img src=x onerror=alert(1)>";
  const auto page = page_html(
      std::vector<document::Result>{document::result_from_json(document, "d")}, Pictures());
  EXPECT_EQ(page.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(page.find("<img src=x"), std::string::npos);
  EXPECT_EQ(page.find("\xE2\x80\xA8"), std::string::npos);
  const Json data = parse_json(island(page), "island");
  EXPECT_EQ(data["groups"][0]["stories"][0][2][0], caption);
  EXPECT_EQ(data["systems"][0]["name"], document["system"]["name"]);
}

TEST(Page, SoundsStandBesideTheCaptions) {
  Json document = testing::SyntheticResult{}.document();
  document["stories"][1]["shots"][2]["audio_prompt"] = "rain";
  document["stories"][1]["shots"][2]["audio_type"] = "ambience";
  document["stories"][1]["shots"][2]["audio_context"] = "a roof";
  document["stories"][1]["shots"][3]["audio_type"] = "music";
  testing::SyntheticResult earlier;
  earlier.system = "of an earlier version";
  const std::vector<document::Result> results = {result(earlier),
                                                 document::result_from_json(document, "d")};
  const Json data = page_data(results, Pictures());
  ASSERT_EQ(data["groups"].size(), 1U);
  const Json& stories = data["groups"][0]["stories"];
  EXPECT_EQ(stories[1][4],
            (Json{nullptr, nullptr, {"rain", "ambience", "a roof"}, {"", "music", ""}}));
  EXPECT_EQ(stories[0].size(), 4U) << "a story without sounds takes no room for them";
}

TEST(Page, AsksTheNetworkForNothing) {
  const auto page = page_html(std::vector<document::Result>{result({})}, Pictures());
  for (const char* reference :
       {"src=\"http", "href=\"http", "@import", "url(http", "fetch(", "XMLHttpRequest"}) {
    EXPECT_EQ(page.find(reference), std::string::npos) << reference;
  }
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.find("{{"), std::string::npos) << "a place of the template was not filled";
}

TEST(Page, ItsOwnScriptsWriteTextOnly) {
  for (const char* name : {"base.js", "leaderboard.js", "charts.js", "stories.js", "page.js"}) {
    const auto script = read_text_file(testing::source_folder() / "reports/page" / name);
    for (const char* dangerous :
         {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("}) {
      EXPECT_EQ(script.find(dangerous), std::string::npos) << name << ": " << dangerous;
    }
  }
}

TEST(Page, PicturesTakeNoMoreThanTheirBudgetAndStandOnce) {
  const testing::TemporaryFolder folder;
  const std::string name(32, 'a');
  write_file_atomically(folder / (name + "-0.jpg"), "\xFF\xD8\xFF" + std::string(297, 'x'));
  const Pictures pictures({folder.path()});
  const std::vector<document::Result> results = {result({})};
  const Json data = page_data(results, pictures, {});
  EXPECT_EQ(data["pictures"].size(), 1U) << "every synthetic shot has the same frames";
  EXPECT_EQ(data["systems"][0]["pictures"][0][0][0], 0);
  const Json without = page_data(results, pictures, {.picture_bytes = 399});
  EXPECT_TRUE(without["pictures"].empty());
  EXPECT_EQ(without["picturesLeftOut"], 1);
  EXPECT_TRUE(without["systems"][0]["pictures"][0].is_null());
}

TEST(Page, WhatIsNoPictureIsNotShown) {
  const testing::TemporaryFolder folder;
  write_file_atomically(folder / (std::string(32, 'a') + "-0.jpg"), "<svg onload=alert(1)>");
  EXPECT_TRUE(
      page_data(std::vector<document::Result>{result({})}, Pictures({folder.path()}))["pictures"]
          .empty());
}

TEST(Page, SystemsOfOtherSignaturesStandInOtherGroups) {
  testing::SyntheticResult other;
  other.system = "other";
  other.frames = 3;
  const Json data = page_data(std::vector<document::Result>{result({}), result(other)}, Pictures());
  EXPECT_EQ(data["groups"].size(), 2U);
  EXPECT_EQ(data["systems"][0]["marks"][0], 0) << "alone in a table nobody is best";
}

TEST(Page, TheMetricsRowHasWhatTheDocumentHasOfIt) {
  testing::SyntheticResult made;
  Json document = made.document();
  document["metrics"]["clip_i"]["worst"] = 0.25;
  document["metrics"]["clip_i"]["normalised"] = 0.75;
  document["metrics"]["clip_i"]["noise_floor"] = 0.5;
  document["metrics"]["clip_i"]["n_failed"] = 3;
  const Json row =
      page_data(std::vector<document::Result>{document::result_from_json(document, "d")},
                Pictures())["systems"][0]["values"][0];
  EXPECT_EQ(row[3], 0.25) << "HarMeanP";
  EXPECT_EQ(row[6], 3) << "failed";
  EXPECT_EQ(row[8].size(), 4U) << "shots";
  EXPECT_EQ(row[10], (Json{{"worst", 0.25}, {"noise_floor", 0.5}, {"normalised", 0.75}}));
  EXPECT_TRUE(row[11].is_null()) << "the mean rests on all stories";
  document["metrics"]["clip_i"]["of_stories"] = 20;
  EXPECT_EQ(page_data(std::vector<document::Result>{document::result_from_json(document, "d")},
                      Pictures())["systems"][0]["values"][0][11],
            20);
}

TEST(Page, APartThatTheProgramDoesntKnowIsInTheMetricsTable) {
  auto made = result({});
  made.metrics[0].parts["sharpest"] = 0.125;
  const Json data = page_data(std::vector<document::Result>{made}, Pictures());
  EXPECT_EQ(data["systems"][0]["values"][0][10].at("sharpest"), 0.125);
}

TEST(Page, PartsOfStoriesAndShotsAreThereToo) {
  auto made = result({});
  auto& story = made.stories[0].metrics.find("clip_i")->second;
  story.parts["worst"] = 0.25;
  story.shots.at(1).parts["sharpest"] = 0.123456;
  const Json parts =
      page_data(std::vector<document::Result>{made}, Pictures())["systems"][0]["parts"];
  EXPECT_EQ(parts[0]["names"], (Json{"worst", "sharpest"}));
  EXPECT_EQ(parts[0]["stories"][0], (Json{0.25, nullptr}));
  EXPECT_EQ(parts[0]["stories"][1], (Json{nullptr, nullptr}));
  EXPECT_EQ(parts[0]["shots"][0][1], (Json{nullptr, 0.1235}));
  EXPECT_TRUE(
      page_data(std::vector<document::Result>{result({})}, Pictures())["systems"][0]["parts"][0]
          .is_null())
      << "a metric without parts takes no room";
}

TEST(Page, AMetricIsShownAsItsDescriptionSays) {
  testing::SyntheticResult made;
  made.metrics = {"reference_distance", "plain"};
  made.directions["reference_distance"] = "lower";
  made.descriptions["reference_distance"] = testing::reference_distance_description();
  const Json data = page_data(std::vector<document::Result>{result(made)}, Pictures());
  EXPECT_EQ(data["metrics"][0],
            (Json{{"id", "reference_distance"},
                  {"direction", "lower"},
                  {"title", "Distance to the reference"},
                  {"definition", "What Distance to the reference measures, in one sentence."},
                  {"source", ""},
                  {"family", "adherence"},
                  {"kind", "headline"},
                  {"range", {0, nullptr}},
                  {"unit", "shots"}}));
  EXPECT_EQ(data["metrics"][1],
            (Json{{"id", "plain"}, {"direction", "higher"}, {"title", "plain"}}));
}

TEST(Page, ADescriptionInALaterTableCounts) {
  testing::SyntheticResult described;
  described.system = "other";
  described.frames = 3;  // a table of its own
  described.descriptions["clip_i"] = testing::metric_description("Title", "adherence", "headline");
  const Json data =
      page_data(std::vector<document::Result>{result({}), result(described)}, Pictures());
  EXPECT_EQ(data["metrics"].size(), 1U);
  EXPECT_EQ(data["metrics"][0]["title"], "Title");
}

TEST(Page, ShowsTheColumnsOfTheLeaderboardFirst) {
  auto made = testing::page_result();
  const Json data = page_data(std::vector<document::Result>{result(made)}, Pictures());
  EXPECT_EQ(data["groups"][0]["metrics"].size(), 10U);
  EXPECT_EQ(data["groups"][0]["main"], (Json{0, 1, 2, 3, 4, 8, 9}));
  made.descriptions.clear();
  EXPECT_EQ(page_data(std::vector<document::Result>{result(made)}, Pictures())["groups"][0]["main"]
                .size(),
            10U);
}

TEST(Page, OfADistanceTheSmallestIsMarkedBest) {
  std::vector<document::Result> results;
  for (const double value : {20.0, 2.5}) {
    testing::SyntheticResult made;
    made.system = std::to_string(value);
    made.metrics = {"reference_distance"};
    made.direction = "lower";
    made.value = [value](int, int) { return value; };
    results.push_back(result(made));
  }
  const Json data = page_data(results, Pictures());
  EXPECT_EQ(data["systems"][0]["values"][0][0], 2.5) << "best first";
  EXPECT_EQ(data["systems"][0]["marks"][0], 1);
  EXPECT_EQ(data["systems"][1]["marks"][0], 2);
}

TEST(Page, SaysWhichColumnsHaveNoMarksAndWhy) {
  auto made = testing::page_result();
  made.value = [](int metric, int) { return metric == 8 ? 0.75 : 0.5; };
  const Json data = page_data(std::vector<document::Result>{result(made)}, Pictures());
  EXPECT_EQ(data["systems"][0]["withheld"],
            Json::array({"no marks for consistency (frozen_rate 0.75 is above 0.6)"}));
  Json barred = Json::array();
  for (const auto& metric : made.metrics)
    barred.push_back(metric.starts_with("cross_shot") || metric.starts_with("faithful")
                         ? "frozen_rate 0.75 is above 0.6"
                         : "");
  EXPECT_EQ(data["systems"][0]["barred"], barred);
}

TEST(Page, ShowsWhatMustBeKnownOfASystem) {
  auto noted = result(testing::page_result());
  noted.note = "trained on two films";
  const Json data = page_data(std::vector<document::Result>{noted}, Pictures());
  EXPECT_EQ(data["systems"][0]["note"], "trained on two films");
}

TEST(Page, KnowsNoMetricByName) {
  for (const char* name : {"base.js", "leaderboard.js", "charts.js", "stories.js", "page.js"}) {
    const auto script = read_text_file(testing::source_folder() / "reports/page" / name);
    for (const auto& metric : testing::page_result().metrics)
      EXPECT_EQ(script.find("'" + metric), std::string::npos) << name << ": " << metric;
  }
}

TEST(Page, NumbersKeepFiveDigits) {
  testing::SyntheticResult made;
  made.value = [](int, int) { return 0.123456789; };
  const Json data = page_data(std::vector<document::Result>{result(made)}, Pictures());
  EXPECT_EQ(data["systems"][0]["means"][0][0], 0.12346);
  EXPECT_EQ(data["systems"][0]["shots"][0][0][0], 0.1235);
}

TEST(Page, TwentySystemsOfTwoHundredStoriesStayBelowFifteenMegabytes) {
  std::vector<document::Result> results;
  for (int s = 0; s < 20; ++s) {
    testing::SyntheticResult made = testing::page_result();
    made.system = "system " + std::to_string(s);
    made.ips = 20;
    made.stories_per_ip = 10;
    made.value = [s](int metric, int story) {
      return 0.4 + 0.0123457 * s + 0.00098765 * story + 0.0314159 * metric;
    };
    results.push_back(result(made));
  }
  const auto page = page_html(results, Pictures());
  EXPECT_LT(page.size(), 8'000'000U)
      << "numbers alone, every metric with values of frames; pictures get what is left of 14 MB";
}

TEST(Base64, MatchesRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xD8\xFF"), "/9j/");
}

TEST(Page, NeedsAResult) {
  EXPECT_THROW((void)page_html({}, Pictures()), UsageError);
}

}  // namespace
}  // namespace asbench::reports
