#include "metrics/measurement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <utility>

#include "core/error.h"
#include "metrics/catalogue.h"
#include "metrics/story/check_features.h"
#include "metrics/story/gallery_scores.h"
#include "metrics/system_sums.h"

namespace asbench::metrics {

namespace {

void refuse_missing(std::span<const StoryFeatures> stories) {
  std::vector<std::string> missing;
  for (const StoryFeatures& story : stories) {
    for (std::size_t s = 0; s < story.shots.size(); ++s) {
      if (story.shots[s].missing)
        missing.push_back(
            fmt::format("{} shot {}", story.id, story.number_of(static_cast<int>(s))));
    }
  }
  if (missing.empty()) return;
  throw BadInput(fmt::format(
      "{} shot{} missing or broken: {}.\n  Nothing is scored under --missing fail. Supply them, or "
      "choose --missing zero (they count as failures) or exclude (they are left out).",
      missing.size(), missing.size() == 1 ? " is" : "s are", fmt::join(missing, ", ")));
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  n_evaluated += other.n_evaluated;
  n_failed += other.n_failed;
  n_skipped += other.n_skipped;
  return *this;
}

struct Measurer::Entry {
  explicit Entry(const Metric& of)
      : metric(std::make_unique<Metric>(of)), checker(of), sums(*metric) {}
  std::unique_ptr<const Metric> metric;  // stays where it is: the sums point to it
  FeatureChecker checker;
  SystemSums sums;
};

Measurer::Measurer(const Catalogue& catalogue, std::span<const std::string> metrics,
                   const MetricSettings& settings)
    : settings_(settings) {
  for (const std::string& id : metrics) {
    const Metric& metric = catalogue.require(id);
    if (metric.set_level())
      throw UsageError(fmt::format("{} is a number of a whole set of clips, no story has one", id));
    entries_.emplace_back(metric);
  }
}
Measurer::~Measurer() = default;
Measurer::Measurer(Measurer&&) noexcept = default;
Measurer& Measurer::operator=(Measurer&&) noexcept = default;

std::vector<StoryValue> Measurer::add(StoryFeatures story) {
  if (settings_.missing == MissingPolicy::fail) refuse_missing({&story, 1});
  SharedGalleryScores shared;
  story.shared = &shared;
  std::vector<StoryValue> values;
  values.reserve(entries_.size());
  for (Entry& entry : entries_) {
    entry.checker.check(story);
    values.push_back(entry.metric->measure_story(story, *entry.metric, settings_));
    entry.sums.add(values.back());
  }
  return values;
}

std::vector<Measurement> Measurer::finish(const std::function<void()>& after_each) {
  std::vector<Measurement> results;
  for (Entry& entry : entries_) {
    results.push_back(entry.sums.finish(settings_));
    if (after_each) after_each();
  }
  return results;
}

Measurement measure(std::string_view metric, std::span<const StoryFeatures> stories,
                    const MetricSettings& settings) {
  const std::string id(metric);
  return std::move(measure_all(built_in_metrics(), {&id, 1}, stories, settings).front());
}

std::vector<Measurement> measure_all(const Catalogue& catalogue,
                                     std::span<const std::string> metrics,
                                     std::span<const StoryFeatures> stories,
                                     const MetricSettings& settings) {
  Measurer measurer(catalogue, metrics, settings);
  if (settings.missing == MissingPolicy::fail) refuse_missing(stories);  // lists all at once
  std::vector<std::vector<StoryValue>> by_metric(metrics.size());
  for (const StoryFeatures& story : stories) {
    auto values = measurer.add(story);
    for (std::size_t m = 0; m < values.size(); ++m) by_metric[m].push_back(std::move(values[m]));
  }
  auto results = measurer.finish();
  for (std::size_t m = 0; m < results.size(); ++m) results[m].stories = std::move(by_metric[m]);
  return results;
}

}  // namespace asbench::metrics
