// What a run measured becomes a result, field by field; checked as the document that is written.
#include "evaluation/result_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "metrics/catalogue.h"

namespace asbench::evaluation {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

/// Two stories of two IPs; shot 2 of the second is missing. Metrics without encoders, so that no
/// weights are needed; their numbers are made up.
class MakeResult : public ::testing::Test {
 protected:
  MakeResult() {
    protocol_.name = "demo";
    protocol_.frames = "midpoint:5";
    protocol_.background = "black";
    protocol_.text = "narrative";
    protocol_.dtype = "float32";
    protocol_.metrics = {"motion", "fvd"};
    protocol_.catalogue = metrics::built_in_metrics();
    protocol_.settings.missing = metrics::MissingPolicy::exclude;
    defaults_ = protocol_;
    split_.name = "split";
    split_.form = "test-set";
    split_.sha256 = std::string(64, 'a');
    split_.ips.resize(2);
    split_.ips[0].id = "ada";
    split_.ips[0].reference_sha256 = {std::string(64, 'b')};
    split_.ips[1].id = "zoe";
    for (const auto& ip : split_.ips) {
      loaders::Story story{ip.id + "/0", ip.id, "0", {}};
      for (int number : {1, 2}) {
        loaders::Shot shot;
        shot.number = number;
        if (number == 1) shot.caption = "Walks.";
        story.shots.push_back(shot);
      }
      split_.stories.push_back(story);
    }
    outputs_.layout = "default";
    outputs_.columns[{"ada/0", 1}] = {{"seed", "7"}};
    coverage_.expected_shots = 4;
    coverage_.missing = {{"zoe/0", 2}};
    coverage_.findings = {{"missing_shot", "zoe/0", 2, "no such file"}};
    for (const char* story : {"ada/0", "zoe/0"}) {
      for (int shot : {1, 2}) {
        plan_.clips[{story, shot}] = clips_.size();
        features::ClipOutcome clip;
        clip.indices = {0, 2};
        clip.frame_count = 3;
        clip.content_sha256 = std::string(64, static_cast<char>('1' + clips_.size()));
        clips_.push_back(clip);
      }
    }
    measurements_ = {motion()};
    sets_ = {fvd()};
    parts_ = {.system = "mine",
              .kind = document::ResultKind::baseline,
              .note = "a note",
              .defaults = &defaults_,
              .protocol = &protocol_,
              .split = &split_,
              .outputs = &outputs_,
              .plan = &plan_,
              .coverage = &coverage_,
              .clips = &clips_,
              .measurements = &measurements_,
              .sets = &sets_,
              .ceilings = &ceilings_,
              .subset = {},
              .truncated_captions = 3};
  }

  static metrics::Measurement motion() {
    metrics::Measurement measured;
    measured.metric = "motion";
    measured.mean = 0.25;
    measured.ci95 = Interval{0.125, 0.5};
    measured.n_stories = 2;
    measured.counts = {3, 1, 0};
    measured.per_shot_index = {0.25, std::nullopt};
    measured.parts = {{"pixels", 0.25, 2}, {"features", std::nullopt, 0}};
    measured.by_distance = {{"1", 0.5, 1}, {"2", std::nullopt, 0}};
    measured.ips = {{"ada", 0.125, 1}, {"zoe", std::nullopt, 0}};
    measured.findings = {{"few_clusters", "", std::nullopt, "2 IPs"},
                         {"missing_shot", "zoe/0", 2, "no such file"}};
    return measured;
  }

  /// Of the two stories under motion.
  static std::vector<metrics::StoryValue> motion_of_stories() {
    metrics::StoryValue ada;
    ada.value = 0.125;
    ada.parts = {{"pixels", 0.125}};
    ada.by_distance = {0.5, std::nullopt};
    metrics::ShotValue shot;
    shot.value = 0.125;
    shot.frames = {0.5, std::nullopt};
    shot.parts = {{"pixels", 0.0625}};
    ada.shots = {shot, {}};
    metrics::StoryValue zoe;
    zoe.shots.resize(2);
    return {ada, zoe};
  }

  static SetMeasurement fvd() {
    SetMeasurement measured;
    measured.metric = "fvd";
    measured.signature = "fvd@1 | N=6/3";
    measured.value = 12.5;
    measured.n_stories = 2;
    measured.counts = {3, 1, 0};
    measured.further = {{"n_real", 6}, {"fvd_inf", std::nullopt}, {"noise_floor", 1.5}};
    return measured;
  }

  /// As written and checked: provenance as the schema wants it.
  [[nodiscard]] Json document() const {
    document::Result result = make_result(parts_);
    result.provenance.version = "1";
    result.provenance.libraries = Json::object();
    const std::string metric = "motion";
    const auto values = motion_of_stories();
    for (std::size_t i = 0; i < split_.stories.size(); ++i)
      result.stories.push_back(
          make_story(parts_, split_.stories[i], {&metric, 1}, {&values[i], 1}));
    return document::to_json(result);
  }

  Protocol defaults_, protocol_;
  loaders::Split split_;
  loaders::Outputs outputs_;
  Plan plan_;
  Coverage coverage_;
  std::vector<features::ClipOutcome> clips_;
  std::vector<metrics::Measurement> measurements_;
  std::vector<SetMeasurement> sets_;
  std::map<std::string, metrics::RealCeiling> ceilings_;
  ResultParts parts_;
};

TEST_F(MakeResult, SaysWhatWasScored) {
  const Json json = document();
  EXPECT_EQ(json.at("system"), (Json{{"name", "mine"}, {"kind", "baseline"}, {"note", "a note"}}));
  EXPECT_EQ(json.at("protocol").at("name"), "demo");
  EXPECT_EQ(json.at("protocol").at("settings"), protocol_settings(protocol_));
  EXPECT_EQ(json.at("split").at("stories"), 2);
  EXPECT_EQ(json.at("split").at("shots"), 4);
  EXPECT_EQ(json.at("split").at("ips"), 2);
  const Json& coverage = json.at("coverage");
  EXPECT_EQ(coverage.at("expected_shots"), 4);
  EXPECT_EQ(coverage.at("scored_shots"), 3);
  EXPECT_EQ(coverage.at("policy"), "exclude");
  EXPECT_EQ(coverage.at("layout"), "default");
  EXPECT_EQ(coverage.at("truncated_captions"), 3);
  EXPECT_EQ(json.at("references"), (Json{{"ada", {std::string(64, 'b')}}, {"zoe", Json::array()}}));
}

TEST_F(MakeResult, ListsEachFindingOnceAndNamesTheMetricOfThoseAboutNoStory) {
  const auto findings = make_result(parts_).coverage.findings;
  EXPECT_THAT(findings, ElementsAre(Finding{"missing_shot", "zoe/0", 2, "no such file"},
                                    Finding{"few_clusters", "", std::nullopt, "motion: 2 IPs"}));
}

TEST_F(MakeResult, FillsAMetricOfStories) {
  const Json metric = document().at("metrics").at("motion");
  EXPECT_EQ(metric.at("signature"),
            signature_of(metrics::built_in_metrics().require("motion"), protocol_, plan_, ""));
  EXPECT_EQ(metric.at("direction"), "none");
  EXPECT_EQ(metric.at("mean"), 0.25);
  EXPECT_EQ(metric.at("ci95"), (Json{0.125, 0.5}));
  EXPECT_EQ(metric.at("n_stories"), 2);
  EXPECT_EQ(metric.at("n_evaluated"), 3);
  EXPECT_EQ(metric.at("n_failed"), 1);
  EXPECT_EQ(metric.at("n_skipped"), 0);
  EXPECT_EQ(metric.at("per_shot_index"), (Json{0.25, nullptr}));
  EXPECT_FALSE(metric.contains("harmeanp"));
  EXPECT_FALSE(metric.contains("real_ceiling"));
  EXPECT_EQ(metric.at("pixels"), 0.25);
  EXPECT_TRUE(metric.at("features").is_null());
  EXPECT_EQ(metric.at("by_distance"),
            (Json::array({{{"distance", 1}, {"value", 0.5}, {"n_stories", 1}},
                          {{"distance", 2}, {"value", nullptr}, {"n_stories", 0}}})));
  EXPECT_EQ(metric.at("ips"), (Json{{"ada", 0.125}, {"zoe", nullptr}}));
}

TEST_F(MakeResult, FillsTheValuesOfStoriesAndShots) {
  const Json stories = document().at("stories");
  const Json& ada = stories.at(0).at("metrics").at("motion");
  EXPECT_EQ(ada.at("mean"), 0.125);
  EXPECT_EQ(ada.at("pixels"), 0.125);
  EXPECT_EQ(
      ada.at("by_distance"),
      (Json::array({{{"distance", 1}, {"value", 0.5}}, {{"distance", 2}, {"value", nullptr}}})));
  EXPECT_EQ(ada.at("shots"),
            (Json::array({{{"value", 0.125}, {"frames", {0.5, nullptr}}, {"pixels", 0.0625}},
                          {{"value", nullptr}, {"frames", Json::array()}}})));
  const Json& zoe = stories.at(1).at("metrics").at("motion");
  EXPECT_TRUE(zoe.at("mean").is_null());
  EXPECT_EQ(zoe.at("shots"), Json::array()) << "no shot has anything to say";
}

TEST_F(MakeResult, CarriesTheSoundsThatTheSplitHas) {
  loaders::Shot& shot = split_.stories[0].shots[1];
  shot.audio_prompt = "rain";
  shot.audio_type = "ambience";
  shot.audio_context = "a roof";
  split_.stories[1].shots[0].audio_prompt = "wind";
  const Json stories = document().at("stories");
  const Json& whole = stories.at(0).at("shots").at(1);
  EXPECT_EQ(whole.at("audio_prompt"), "rain");
  EXPECT_EQ(whole.at("audio_type"), "ambience");
  EXPECT_EQ(whole.at("audio_context"), "a roof");
  const Json& part = stories.at(1).at("shots").at(0);
  EXPECT_EQ(part.at("audio_prompt"), "wind");
  EXPECT_FALSE(part.contains("audio_type") || part.contains("audio_context"));
  for (const auto& [field, value] : stories.at(0).at("shots").at(0).items())
    EXPECT_FALSE(field.starts_with("audio")) << "a shot without a sound says nothing of it";
}

TEST_F(MakeResult, DescribesShotsAsTheyWereScored) {
  const Json stories = document().at("stories");
  EXPECT_EQ(stories.at(0).at("shots").at(0), (Json{{"shot", 1},
                                                   {"caption", "Walks."},
                                                   {"frames", {0, 2}},
                                                   {"frame_count", 3},
                                                   {"sha256", std::string(64, '1')},
                                                   {"columns", {{"seed", "7"}}}}));
  EXPECT_EQ(stories.at(1).at("shots").at(1), (Json{{"shot", 2}})) << "missing, without a caption";
  clips_[0].fps = 12.0;
  clips_[0].width = 720;
  clips_[0].height = 480;
  const Json shot = document().at("stories").at(0).at("shots").at(0);
  EXPECT_EQ(shot.at("fps"), 12.0);
  EXPECT_EQ(shot.at("width"), 720);
  EXPECT_EQ(shot.at("height"), 480);
  EXPECT_EQ(shot.at("seconds"), 0.25);
}

TEST_F(MakeResult, FillsAMetricOfTheWholeSet) {
  const Json metric = document().at("metrics").at("fvd");
  EXPECT_EQ(metric.at("signature"), "fvd@1 | N=6/3");
  EXPECT_EQ(metric.at("direction"), "lower");
  EXPECT_EQ(metric.at("mean"), 12.5);
  EXPECT_TRUE(metric.at("n_real").is_number_integer());
  EXPECT_EQ(metric.at("n_real"), 6);
  EXPECT_TRUE(metric.at("fvd_inf").is_null());
  EXPECT_EQ(metric.at("noise_floor"), 1.5);
  EXPECT_FALSE(metric.contains("ips") || metric.contains("per_shot_index"));
}

TEST_F(MakeResult, IsCanonicalOnlyWithoutOverridesSubsetAndMissingShots) {
  EXPECT_THAT(make_result(parts_).overrides, ElementsAre("1 of 4 shots missing"));
  coverage_.missing.clear();
  coverage_.findings.clear();
  EXPECT_TRUE(make_result(parts_).canonical);
  parts_.subset = "1of2#01234567";
  protocol_.frames = "ends:5";
  const auto result = make_result(parts_);
  EXPECT_FALSE(result.canonical);
  EXPECT_THAT(result.overrides,
              ElementsAre("frames=\"ends:5\" (demo: \"midpoint:5\")", "subset=1of2#01234567"));
}

TEST_F(MakeResult, ARealCeilingMayBeNull) {
  metrics::RealCeiling& ceiling = ceilings_["motion"];
  ceiling.findings = {{"no_clips", "", std::nullopt, "real_ceiling: no usable clips"}};
  EXPECT_TRUE(document().at("metrics").at("motion").at("real_ceiling").is_null());
  ceiling.mean = 0.5;
  ceiling.n_stories = 1;
  ceiling.n_clips = 2;
  ceiling.ips = {{"ada", 0.5, 0}, {"zoe", std::nullopt, 0}};
  const Json json = document();
  EXPECT_EQ(json.at("metrics").at("motion").at("real_ceiling"),
            (Json{{"mean", 0.5},
                  {"n_stories", 1},
                  {"n_clips", 2},
                  {"ips", {{"ada", 0.5}, {"zoe", nullptr}}}}));
  EXPECT_EQ(json.at("coverage").at("findings").back().at("kind"), "no_clips");
}

TEST_F(MakeResult, NamesTheEncodersThatAreForTheDemoOnly) {
  EXPECT_FALSE(document().contains("demo_encoders"));
  auto& use = plan_.extraction.encoders.emplace_back();
  use.id = "asbench/mini-clip";
  use.demo_only = true;
  EXPECT_EQ(document().at("demo_encoders"), (Json::array({"asbench/mini-clip"})));
}

TEST(Describe, SaysWhatTheRegistrySays) {
  for (const auto& metric : metrics::built_in_metrics().all()) {
    const auto description = describe(metric, {});
    EXPECT_EQ(description.title, metric.title);
    EXPECT_FALSE(description.title.empty()) << metric.id << ": an empty title is not written";
    EXPECT_EQ(description.definition, metrics::definition_under(metric, {}));
    EXPECT_EQ(description.source, metric.source);
    EXPECT_EQ(description.unit, metric.unit);
    EXPECT_EQ(description.kind == document::MetricKind::set, metric.set_level()) << metric.id;
  }
  metrics::Metric open = metrics::built_in_metrics().require("motion");
  open.range_high = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(describe(open, {}).range_high.has_value()) << "JSON has no infinity";
  EXPECT_EQ(describe(open, {}).range_low, open.range_low);
}

TEST(Describe, StatesTheThresholdsThatTheRunUsed) {
  metrics::MetricSettings settings;
  settings.copy_cosine_from = 0.75;
  const auto copy = describe(metrics::built_in_metrics().require("reference_copy"), settings);
  EXPECT_NE(copy.definition.find("at least 0.75 (copy_cosine_from)"), std::string::npos);
}

}  // namespace
}  // namespace asbench::evaluation
