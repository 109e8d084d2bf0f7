#include "metrics/story/flicker.h"

#include "metrics/story/picture_shots.h"

namespace asbench::metrics {

namespace {

StoryValue measure_flicker(const StoryFeatures& story, const Metric& metric,
                           const MetricSettings& settings) {
  return story_over_pictures(
      story, kFaultShare, metric.parts, settings, [&](const ShotFeatures& shot, int index) {
        if (!shot.picture->flicker) {
          return outcome_with_finding(Outcome::skipped, story, index, "no_still_area",
                                      "nothing of the picture stands still over three frames");
        }
        ShotOutcome outcome;
        outcome.shot.value = shot.picture->flicker;
        outcome.shot.parts = {{"still_area", shot.picture->still_area}};
        return outcome;
      });
}

}  // namespace

Measure flicker() {
  Measure info = picture_measure("flicker", "Flicker");
  info.direction = Direction::lower;
  info.formula =
      "Over all frames and the blocks that stand still from the frame before to the frame after: "
      "mean "
      "absolute difference between the block's luma and the mean of its luma in these two, / 255. "
      "A "
      "fade has none; brightness that alternates between two values has their difference. Part: "
      "still_area, the share of the picture that it is seen on.";
  info.parts = {"still_area"};
  info.measure_story = measure_flicker;
  return info;
}

}  // namespace asbench::metrics
