#include "metrics/story/duplicate_pairs.h"

#include <algorithm>
#include <vector>

#include "metrics/story/pixel_checks.h"
#include "metrics/story/shot_pairs.h"

namespace asbench::metrics {

namespace {

/// Shots of different lengths under the frame rule `all` are compared over the shorter one.
double shot_distance(const ShotFeatures& a, const ShotFeatures& b) {
  const int frames = std::min(a.pixels.cells.rows, b.pixels.cells.rows);
  double sum = 0.0;
  for (int i = 0; i < frames; ++i) sum += cell_distance(a.pixels.cells, i, b.pixels.cells, i);
  return sum / frames;
}

StoryValue measure_duplicate_pairs(const StoryFeatures& story, const Metric& /*metric*/,
                                   const MetricSettings& settings) {
  std::vector<Outcome> outcomes;
  Findings findings;
  for (int i = 0; i < static_cast<int>(story.shots.size()); ++i) {
    outcomes.push_back(Outcome::failed);
    if (story.shots[static_cast<std::size_t>(i)].missing) continue;
    if (const auto bad = bad_pixels(story, i)) {
      findings.insert(findings.end(), bad->findings.begin(), bad->findings.end());
    } else {
      outcomes.back() = Outcome::scored;
    }
  }
  std::vector<ShotPair> pairs = pairs_of(outcomes);
  for (ShotPair& pair : pairs) {
    if (pair.outcome != Outcome::scored) continue;
    const double distance = shot_distance(story.shots[static_cast<std::size_t>(pair.first)],
                                          story.shots[static_cast<std::size_t>(pair.second)]);
    pair.value = distance < settings.duplicate_cells_below ? 1.0 : 0.0;
  }
  StoryValue result = story_over_pairs(story, pairs, kFaultShare, settings);
  result.findings.insert(result.findings.begin(), findings.begin(), findings.end());
  return result;
}

}  // namespace

Measure duplicate_pairs() {
  Measure info;
  info.measure = "duplicate_pairs";
  info.measure_title = "Share of duplicate shot pairs";
  info.family = "controls";
  info.direction = Direction::lower;
  info.formula =
      "Share of the story's shot pairs whose sampled frames, paired by index, have a mean absolute "
      "cell difference below {duplicate_cells_below} x 255 (duplicate_cells_below). Null for a "
      "single shot.";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "pair>story>system";
  info.unit = "shot pairs";
  info.reads_pixels = {Modality::frames};
  info.fewest_roles = info.most_roles = 0;
  info.thresholds = {{"duplicate_cells_below", &MetricSettings::duplicate_cells_below}};
  info.measure_story = measure_duplicate_pairs;
  return info;
}

}  // namespace asbench::metrics
