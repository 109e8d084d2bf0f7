#include "metrics/measurement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "core/error.h"
#include "metrics/aggregate.h"
#include "metrics/check_features.h"
#include "metrics/registry.h"

namespace asbench::metrics {

namespace {

void refuse_missing(std::span<const StoryFeatures> stories) {
  std::vector<std::string> missing;
  for (const StoryFeatures& story : stories) {
    for (std::size_t s = 0; s < story.shots.size(); ++s) {
      if (story.shots[s].missing) missing.push_back(fmt::format("{} shot {}", story.id, s + 1));
    }
  }
  if (missing.empty()) return;
  throw BadInput(fmt::format(
      "{} shot{} missing or broken: {}.\n  Nothing is scored under --missing fail. Supply them, or "
      "choose --missing zero (they count as failures) or exclude (they leave their story).",
      missing.size(), missing.size() == 1 ? " is" : "s are", fmt::join(missing, ", ")));
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  n_evaluated += other.n_evaluated;
  n_failed += other.n_failed;
  n_skipped += other.n_skipped;
  return *this;
}

Measurement measure(std::string_view metric, std::span<const StoryFeatures> stories,
                    const MetricSettings& settings) {
  const MetricInfo& info = require_metric(metric);
  if (settings.missing == MissingPolicy::fail) refuse_missing(stories);
  check_features(info, stories);
  std::vector<StoryValue> values;
  values.reserve(stories.size());
  for (const StoryFeatures& story : stories) values.push_back(info.measure_story(story, settings));
  Measurement result = system_over_stories(info, std::move(values), settings);
  // A document lists the findings of all metrics together: each says whose it is.
  const auto name_metric = [&](Findings& findings) {
    for (Finding& finding : findings)
      finding.detail = fmt::format("{}: {}", metric, finding.detail);
  };
  name_metric(result.findings);
  for (StoryValue& story : result.stories) name_metric(story.findings);
  return result;
}

std::vector<Measurement> measure_all(std::span<const std::string> metrics,
                                     std::span<const StoryFeatures> stories,
                                     const MetricSettings& settings) {
  std::vector<Measurement> results;
  results.reserve(metrics.size());
  for (const std::string& metric : metrics) results.push_back(measure(metric, stories, settings));
  return results;
}

}  // namespace asbench::metrics
