#include "metrics/story/frame_repeats.h"

#include <algorithm>
#include <limits>

#include "metrics/story/picture_shots.h"

namespace asbench::metrics {

namespace {

constexpr std::string_view kUnknownRate =
    "a folder of frames, or a video that doesn't state its frame rate";

StoryValue measure_repeated_frames(const StoryFeatures& story, const Metric& metric,
                                   const MetricSettings& settings) {
  return story_over_pictures(
      story, kFaultShare, metric.parts, settings, [](const ShotFeatures& shot, int /*index*/) {
        const PictureStatistics& picture = *shot.picture;
        ShotOutcome outcome;
        // A single frame is shown for as long as the shot lasts: nothing but repeats.
        outcome.shot.value =
            picture.frames < 2 ? 1.0 : static_cast<double>(picture.repeats) / (picture.frames - 1);
        return outcome;
      });
}

/// A system of frame folders has no rate at all: then a missing shot has none either.
bool has_no_rate(const StoryFeatures& story) {
  bool any = false;
  for (const ShotFeatures& shot : story.shots) {
    if (shot.missing) continue;
    if (shot.fps > 0.0) return false;
    any = true;
  }
  return any;
}

StoryValue measure_effective_fps(const StoryFeatures& story, const Metric& metric,
                                 const MetricSettings& settings) {
  if (has_no_rate(story)) {
    return skipped_story(story, story.shot_count(), "unknown_frame_rate",
                         std::string("its shots: ").append(kUnknownRate));
  }
  return story_over_pictures(
      story, kSimilarity, metric.parts, settings, [&](const ShotFeatures& shot, int index) {
        if (shot.fps <= 0.0) {
          return outcome_with_finding(Outcome::skipped, story, index, "unknown_frame_rate",
                                      std::string(kUnknownRate));
        }
        const PictureStatistics& picture = *shot.picture;
        ShotOutcome outcome;
        outcome.shot.value =
            shot.fps * static_cast<double>(picture.frames - picture.repeats) / picture.frames;
        outcome.shot.parts = {{"fps", shot.fps}};
        return outcome;
      });
}

}  // namespace

Measure repeated_frames() {
  Measure info = picture_measure("repeated_frames", "Share of repeated frames");
  info.direction = Direction::lower;
  info.formula =
      "Share of frames, from the second on, that repeat the frame before: the luma, at 120 lines, "
      "changes by at most 1 level, and none of its blocks of 4 x 4 by more than 6 (root mean "
      "square). Animation on twos has 0.5: says something against a base on the same split only.";
  info.measure_story = measure_repeated_frames;
  return info;
}

Measure effective_fps() {
  Measure info = picture_measure("effective_fps", "Different pictures a second");
  info.direction = Direction::higher;
  info.range_high = std::numeric_limits<double>::infinity();
  info.formula =
      "Frame rate of the file x share of frames that differ from the frame before "
      "(repeated_frames; "
      "the first counts). Part: fps, the frame rate of the file. Shots without one are skipped.";
  info.parts = {"fps"};
  info.measure_story = measure_effective_fps;
  return info;
}

}  // namespace asbench::metrics
