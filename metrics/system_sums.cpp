#include "metrics/system_sums.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "core/stats.h"

namespace asbench::metrics {

void SystemSums::Total::add(const StoryValue& story) {
  const bool by_weight = total_.by == Measure::Total::By::weight;
  bool counts = false;
  for (const ShotValue& shot : story.shots) {
    if (!shot.counted) continue;
    counts = true;
    if (by_weight && !shot.value) worst_ = shot.counted;
    const double weight = by_weight ? shot.weight : 1.0;
    sum_ += weight * *shot.counted;
    weights_ += weight;
  }
  if (counts) ++n_stories_;
}

Overall SystemSums::Total::overall() const {
  Overall result{std::string(total_.part), std::nullopt, n_stories_};
  if (weights_ > 0.0) result.value = worst_ ? worst_ : sum_ / weights_;
  return result;
}

void SystemSums::add(const StoryValue& story) {
  mean_.add(story.value);
  harmeanp_.add(story.harmeanp);
  parts_.add(story.parts);
  for (Total& total : totals_) total.add(story);
  by_ip_[story.ip].add(story.value);
  for (const ShotValue& shot : story.shots) {
    const auto column = static_cast<std::size_t>(shot.number - 1);
    if (by_index_.size() <= column) by_index_.resize(column + 1);
    by_index_[column].add(shot.counted);
  }
  if (by_distance_.size() < story.by_distance.size()) by_distance_.resize(story.by_distance.size());
  for (std::size_t d = 0; d < story.by_distance.size(); ++d)
    by_distance_[d].add(story.by_distance[d]);
  counts_ += story.counts;
  findings_.insert(findings_.end(), story.findings.begin(), story.findings.end());
}

void SystemSums::add_interval(const MetricSettings& settings, Measurement& measurement) const {
  std::vector<ClusterSum> clusters;
  for (const auto& [ip, mean] : by_ip_) {
    if (mean.count() > 0) clusters.push_back({mean.sum(), static_cast<double>(mean.count())});
  }
  constexpr std::size_t kFewClusters = 10;
  measurement.ci95 = bootstrap_of_sums(clusters, settings.bootstrap);
  if (clusters.size() < 2) {
    measurement.findings.push_back({"one_cluster", "", std::nullopt,
                                    fmt::format("{} IP{} with a value: no interval",
                                                clusters.size(), clusters.size() == 1 ? "" : "s")});
  } else if (clusters.size() < kFewClusters) {
    measurement.findings.push_back({"few_clusters", "", std::nullopt,
                                    fmt::format("{} IPs: the interval is too narrow below {}",
                                                clusters.size(), kFewClusters)});
  }
}

Measurement SystemSums::finish(const MetricSettings& settings) {
  Measurement result;
  result.metric = metric_->id;
  result.mean = mean_.value();
  result.n_stories = mean_.count();
  if (metric_->has_harmeanp) result.harmeanp = harmeanp_.value();
  result.counts = counts_;
  result.parts = parts_.overall();
  for (const Total& total : totals_) result.parts.push_back(total.overall());
  if (metric_->unit == "shots") {
    for (const RunningMean& index : by_index_) result.per_shot_index.push_back(index.value());
  }
  for (std::size_t d = 0; d < by_distance_.size(); ++d) {
    result.by_distance.push_back(
        {std::to_string(d + 1), by_distance_[d].value(), by_distance_[d].count()});
  }
  for (const auto& [ip, mean] : by_ip_) result.ips.push_back({ip, mean.value(), mean.count()});
  result.findings = std::move(findings_);
  add_interval(settings, result);
  return result;
}

}  // namespace asbench::metrics
