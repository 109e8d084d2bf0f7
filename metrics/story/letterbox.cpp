#include "metrics/story/letterbox.h"

#include "metrics/story/picture_shots.h"

namespace asbench::metrics {

namespace {

StoryValue measure_letterbox(const StoryFeatures& story, const Metric& metric,
                             const MetricSettings& settings) {
  return story_over_pictures(story, kFaultShare, metric.parts, settings,
                             [](const ShotFeatures& shot, int /*index*/) {
                               const double rows = shot.picture->bar_rows;
                               const double columns = shot.picture->bar_columns;
                               ShotOutcome outcome;
                               outcome.shot.value = 1.0 - (1.0 - rows) * (1.0 - columns);
                               outcome.shot.parts = {{"rows", rows}, {"columns", columns}};
                               return outcome;
                             });
}

}  // namespace

Measure letterbox() {
  Measure info = picture_measure("letterbox", "Share of plain bars");
  info.direction = Direction::lower;
  info.formula =
      "Share of the picture under bars: rows at top and bottom, columns at left and right that are "
      "plain in every frame, and dark or of the colour of the bar on the other side. Parts: rows, "
      "columns (shares of height and width).";
  info.parts = {"rows", "columns"};
  info.measure_story = measure_letterbox;
  return info;
}

}  // namespace asbench::metrics
