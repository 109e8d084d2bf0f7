#include "tests/document/every_field.h"

namespace asbench::testing {
namespace {

using namespace document;

std::string hash(char digit) {
  return std::string(64, digit);
}

ResultProvenance provenance() {
  ResultProvenance made;
  made.version = "0.2.0";
  made.commit = "abc";
  made.dirty = true;
  made.libraries = {{"torch", "2.11"}};
  made.device = "cuda:0 (name)";
  made.products = "avx512";
  made.search = "faiss 1.7.3 cpu";
  made.threads = 8;
  made.weights = {
      {"clip",
       {.id = "openai/clip",
        .sha256 = hash('1'),
        .config_sha256 = hash('2'),
        .revision = "main",
        .pin = "differs",
        .pin_difference =
            ResultPinDifference{.file = "f", .expected_sha256 = "e", .found_sha256 = "g"},
        .overridden_revision = "refs/pr/1",
        .further = {{"files", 3}}}},
      {"video",
       {.id = "i3d",
        .sha256 = hash('3'),
        .config_sha256 = std::nullopt,
        .revision = std::nullopt,
        .pin = std::nullopt,
        .pin_difference = std::nullopt,
        .overridden_revision = std::nullopt,
        .further = nullptr}}};
  made.decoder = "libav 59";
  made.colours = {{"matrix=bt709 range=full", 3}, {"matrix=rgb", 1}};
  made.started = "2026-01-31T12:00:00Z";
  made.wall_seconds = 12.5;
  made.stages = ResultStages{.clips = 1,
                             .clips_decoded = 2,
                             .images_encoded = 3,
                             .captions_encoded = 4,
                             .clips_encoded = 5,
                             .batch_sizes = {{"clip", 16}, {"dino", 8}},
                             .hash_seconds = 0.5,
                             .decode_seconds = 1.5,
                             .preprocess_seconds = 2.5,
                             .load_seconds = 3.5,
                             .encode_seconds = 4.5,
                             .encode_flops = 1e12,
                             .encode_text_seconds = 5.5,
                             .encode_clip_seconds = 6.5,
                             .frames_predicted = 6,
                             .predict_seconds = 6.75,
                             .wait_seconds = 7.5,
                             .extract_seconds = 8.5,
                             .further = {{"later_seconds", 9.5}}};
  made.run = {{"split", "data/split"}, {"limit", 3}, {"no-frames", false}, {"metrics", {"clip_i"}}};
  made.further = {{"host", "a"}};
  return made;
}

ResultMetric story_metric() {
  ResultMetric metric;
  metric.id = "clip_i";
  metric.signature = "clip_i@1 | enc=a#00";
  metric.description = {.title = "Title",
                        .definition = "definition",
                        .source = "source",
                        .cites = {"asbench", "radford2021clip"},
                        .family = "adherence",
                        .kind = MetricKind::headline,
                        .range_low = -1.0,
                        .range_high = 1.0,
                        .unit = "shots",
                        .parts = {"worst", "adjacent", "pixels"},
                        .roles = {"clip"},
                        .leaderboard = true,
                        .controls = {"frozen_rate"},
                        .withholds_marks = MarkLimit{.above = 0.5, .below = std::nullopt}};
  metric.direction = ResultDirection::higher;
  metric.mean = 0.75;
  metric.ci95 = Interval{0.7, 0.8};
  metric.n_stories = 1;
  metric.of_stories = 2;
  metric.n_evaluated = 2;
  metric.n_failed = 3;
  metric.n_skipped = 4;
  metric.per_shot_index = {0.5, std::nullopt};
  metric.has_harmeanp = true;
  metric.harmeanp = 0.25;
  metric.has_real_ceiling = true;
  metric.real_ceiling =
      ResultCeiling{.mean = 0.9, .n_stories = 1, .n_clips = 2, .ips = {{"b", 0.9}, {"a", {}}}};
  metric.real_stories =
      ResultRealStories{.mean = 0.8, .ci95 = Interval{0.7, 0.9}, .n_stories = 5, .distance = 0.3};
  metric.parts = {{"worst", 0.1}, {"adjacent", std::nullopt}};
  metric.by_distance = {{1, 0.4, 2}, {2, std::nullopt, 0}};
  metric.has_ips = true;
  metric.ips = {{"b", 0.75}, {"a", std::nullopt}};
  metric.has_normalised = true;
  metric.normalised = 0.625;
  return metric;
}

ResultMetric set_metric() {
  ResultMetric metric;
  metric.id = "fvd";
  metric.signature = "fvd@1";
  metric.direction = ResultDirection::lower;
  metric.mean = 123.5;
  metric.n_stories = 1;
  metric.parts = {{"n_real", 12.0}, {"n_generated", 8.0}, {"mean_term", 0.125}};
  metric.has_normalised = true;
  return metric;
}

ResultStory story() {
  ResultStory made;
  made.id = "b/0";
  made.ip = "b";
  ResultShot scored;
  scored.number = 2;
  scored.caption = "A caption.";
  scored.audio_prompt = "Rain on a roof.";
  scored.audio_type = "Ambience";
  scored.audio_context = "A roof in the rain.";
  scored.frames = {0, 5};
  scored.frame_count = 9;
  scored.fps = 12.5;
  scored.width = 720;
  scored.height = 480;
  scored.seconds = 0.72;
  scored.sha256 = hash('4');
  scored.nearest =
      std::vector<NearestFrame>{{"row 1", 0.5, 0.25, false}, {"row 2", 0.1, 0.25, true}};
  scored.columns = {{"seed", "7"}};
  ResultShot missing;
  missing.number = 3;
  made.shots = {scored, missing};
  StoryMetric metric;
  metric.mean = 0.75;
  metric.has_harmeanp = true;
  metric.harmeanp = 0.25;
  metric.parts = {{"worst", 0.1}};
  metric.by_distance = {{1, 0.4, std::nullopt}};
  metric.shots = {{0.75, 0.5, {0.5, 1.0}, {{"pixels", 0.01}}},
                  {std::nullopt, std::nullopt, {}, {}}};
  made.metrics = {{"clip_i", metric}};
  return made;
}

}  // namespace

Result result_with_every_field() {
  Result result;
  result.where = "r.json";
  result.system = "mine";
  result.kind = ResultKind::baseline;
  result.note = "trained on two films";
  result.protocol = "demo";
  result.settings = {{"frames", "midpoint:5"}, {"thresholds", {{"frozen_below", 0.002}}}};
  result.split = {"world", "test-set", hash('5'), 1, 2, 3, {}};
  document::ResultShotFrames frames{"trim:0.5", "whole", 4, 4, 0, {}, std::vector<int>(21, 0)};
  frames.shift_quartiles_seconds = {-0.5, 0.0, 0.0, 0.25, 0.5};
  result.split.source = std::move(frames);
  result.coverage = {
      2,
      1,
      "exclude",
      "default",
      3,
      {{"short_shot", "b/0", 2, "3 frames"}, {"few_clusters", "", std::nullopt, "1 IP"}}};
  result.provenance = provenance();
  result.canonical = true;
  result.overrides = {"frames=ends:5"};
  result.demo_encoders = {"asbench/mini-clip"};
  result.references = {{"b", {hash('6'), hash('7')}}, {"a", {}}};
  result.metrics = {story_metric(), set_metric()};
  result.stories = {story()};
  result.normalised_between = {{"wrong-ip", hash('8')}, {"gt-story", hash('9')}};
  result.real_stories = {"real", hash('a')};
  return result;
}

}  // namespace asbench::testing
