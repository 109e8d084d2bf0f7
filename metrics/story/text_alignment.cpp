#include "metrics/story/text_alignment.h"

#include <fmt/format.h>

#include <utility>

#include "core/stats.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

ShotOutcome align(const StoryFeatures& story, int index, std::string_view role) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  const UnitRows& frames = shot.frames(role);
  if (auto bad = bad_frames(story, index, frames)) return std::move(*bad);
  const Matrix cosines = cosine_matrix(frames, shot.caption(role));  // [k, 1]
  ShotOutcome outcome;
  outcome.shot.value = mean(cosines.values);
  outcome.shot.frames.assign(cosines.values.begin(), cosines.values.end());
  return outcome;
}

StoryValue measure_alignment(const StoryFeatures& story, const Metric& metric,
                             const MetricSettings& settings) {
  const std::string& role = metric.role();
  auto outcomes = outcomes_of(
      story, [&](int index) { return align(story, index, role); },
      [&](int index) {
        const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
        return caption_problem(story, index, shot.caption(role));
      });
  StoryValue value = story_over_shots(story, std::move(outcomes), kSimilarity, settings);
  add_harmeanp(story, value);
  return value;
}

}  // namespace

Measure text_alignment() {
  Measure info;
  info.measure = "text_alignment";
  info.measure_title = "Text alignment";
  info.family = "text";
  info.direction = Direction::higher;
  info.range_low = -1.0;
  info.formula =
      "Frame: cosine of the caption's and the frame's projected {roles} features, signed: no "
      "clamp, "
      "no factor 100 or 2.5, no prompt prefix. Shot: mean over its sampled frames; story: mean "
      "over its shots. A shot without a caption is not scored.";
  info.source = "CLIP, Radford et al. 2021";
  info.cites = {"radford2021clip"};
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::caption};
  info.has_harmeanp = true;
  info.measure_story = measure_alignment;
  return info;
}

std::optional<ShotOutcome> caption_problem(const StoryFeatures& story, int index,
                                           const UnitRows& text) {
  if (text.rows.rows == 0) {
    return outcome_with_finding(Outcome::skipped, story, index, "missing_caption",
                                "the shot has no caption");
  }
  if (text.bad.empty()) return std::nullopt;
  return outcome_with_finding(Outcome::unusable, story, index, "bad_feature",
                              fmt::format("caption: {}", text.bad.front().cause));
}

}  // namespace asbench::metrics
