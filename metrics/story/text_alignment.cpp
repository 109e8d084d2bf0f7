#include "metrics/story/text_alignment.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/stats.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

ShotOutcome align(const StoryFeatures& story, int index) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  const UnitRows text = unit_rows(shot.text);
  if (auto problem = caption_problem(story, index, text)) return std::move(*problem);
  if (shot.missing) return missing_shot();
  const UnitRows frames = unit_rows(shot.clip);
  if (auto bad = bad_frames(story, index, frames)) return std::move(*bad);
  const Matrix cosines = cosine_matrix(frames, text);  // [k, 1]
  ShotOutcome outcome;
  outcome.shot.value = mean(cosines.values);
  outcome.shot.frames.assign(cosines.values.begin(), cosines.values.end());
  return outcome;
}

StoryValue measure_clip_t(const StoryFeatures& story, const MetricSettings& settings) {
  std::vector<ShotOutcome> outcomes;
  for (int i = 0; i < static_cast<int>(story.shots.size()); ++i) {
    outcomes.push_back(align(story, i));
  }
  StoryValue value = story_over_shots(story, std::move(outcomes), kSimilarity, settings);
  add_harmeanp(story, value);
  return value;
}

}  // namespace

MetricInfo clip_t_metric() {
  MetricInfo info;
  info.id = "clip_t";
  info.title = "Text alignment under CLIP";
  info.direction = Direction::higher;
  info.range_low = -1.0;
  info.definition =
      "Frame: cosine of the caption's and the frame's projected CLIP features, signed: no clamp, "
      "no factor 100 or 2.5, no prompt prefix. Shot: mean over its sampled frames; story: mean "
      "over its shots. A shot without a caption is not scored.";
  info.source = "CLIP, Radford et al. 2021";
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.needs.clip_image = true;
  info.needs.clip_text = true;
  info.headline = true;
  info.has_harmeanp = true;
  info.measure_story = measure_clip_t;
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
