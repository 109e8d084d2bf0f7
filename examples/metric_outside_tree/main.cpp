// A metric of your own, outside the source tree: `first_frame_adherence`, the cosine of each shot's
// first sampled frame and the reference. The library supplies cosines, the policy for missing
// shots, the levels from shots to the system, and the confidence interval.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "asbench/metrics/aggregate.h"
#include "asbench/metrics/metric.h"
#include "asbench/metrics/numerics/cosine.h"
#include "asbench/metrics/story/reference_adherence.h"
#include "asbench/metrics/story/story_features.h"
#include "asbench/metrics/system_sums.h"

namespace {

namespace metrics = asbench::metrics;

metrics::StoryValue measure_story(const metrics::StoryFeatures& story,
                                  const metrics::Metric& metric,
                                  const metrics::MetricSettings& settings) {
  if (auto without = metrics::without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  const metrics::UnitRows& references = story.character(0).references_under(metric.role());
  auto outcomes = metrics::outcomes_of(story, [&](int index) {
    const metrics::ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
    const metrics::UnitRows& frames = shot.frames(metric.role());
    if (auto bad = metrics::bad_frames(story, index, frames)) return std::move(*bad);
    metrics::ShotOutcome outcome;
    outcome.shot.value = metrics::reference_cosines(frames, references, settings.references)[0];
    return outcome;
  });
  return metrics::story_over_shots(story, std::move(outcomes), metrics::kSimilarity, settings);
}

/// The formula, and the encoder role that it is measured with here.
metrics::Metric first_frame_adherence(const std::string& role) {
  metrics::Metric metric;
  metric.measure = "first_frame_adherence";
  metric.measure_title = "Reference adherence of the first frame";
  metric.direction = metrics::Direction::higher;
  metric.range_low = -1.0;
  metric.formula = "Cosine of each shot's first sampled frame and the reference; mean over shots.";
  metric.aggregation = "shot>story>system";
  metric.unit = "shots";
  metric.measure_story = measure_story;
  metric.id = "first_frame_" + role;
  metric.roles = {role};
  return metric;
}

}  // namespace

int main() {
  // Two stories of two characters with features of length 2, as an encoder would give them. The
  // reference is (1, 0); the first story's second shot is missing.
  const std::vector<float> reference = {1, 0};
  const std::vector<float> like_it = {3, 4, 0, 1};  // two frames; the first has cosine 0.6
  const std::vector<float> equal = {2, 0, 0, 1};    // the first has cosine 1

  const std::string role = "my_encoder";
  std::vector<metrics::StoryFeatures> stories(2);
  for (std::size_t i = 0; i < stories.size(); ++i) {
    stories[i].id = "story" + std::to_string(i);
    stories[i].ip = "character" + std::to_string(i);
    stories[i].characters.front().references.straight.set(role, {reference, 2});
    stories[i].shots.resize(2);
    for (metrics::ShotFeatures& shot : stories[i].shots) {
      shot.decodable_frames = 2;
      shot.images.set(role, {i == 0 ? like_it : equal, 2});
    }
  }
  stories[0].shots[1].missing = true;

  metrics::MetricSettings settings;
  settings.missing = metrics::MissingPolicy::zero;  // a missing shot counts 0
  const metrics::Metric metric = first_frame_adherence(role);
  metrics::SystemSums sums(metric);
  for (const metrics::StoryFeatures& story : stories) {
    const metrics::StoryValue value = metric.measure_story(story, metric, settings);
    std::printf("%s %.3f\n", story.id.c_str(), value.value.value());
    sums.add(value);
  }
  const metrics::Measurement system = sums.finish(settings);
  std::printf("%s %.3f, %d of %d shots scored\n", system.metric.c_str(), system.mean.value(),
              system.counts.n_evaluated, system.counts.expected());
  return 0;
}
