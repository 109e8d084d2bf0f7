#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/means.h"
#include "metrics/measurement.h"
#include "metrics/metric.h"
#include "metrics/part_means.h"
#include "metrics/settings.h"

namespace asbench::metrics {

/// From stories to the system under one metric, story by story: means over stories that are not
/// null, by shot index and by IP, counts, and the interval clustered by IP (docs/design/metrics.md
/// 9.2). Sums are kept and no stories: memory grows with the IPs and with what the findings list.
/// One thread.
class SystemSums {
 public:
  /// @param metric  must outlive the sums
  explicit SystemSums(const Metric& metric)
      : metric_(&metric), totals_(metric.totals.begin(), metric.totals.end()) {}

  /// In the order of the split: sums depend on it.
  void add(const StoryValue& story);
  /// Call once, after the last story. Measurement::stories is left empty.
  [[nodiscard]] Measurement finish(const MetricSettings& settings);

 private:
  /// One of Measure::totals: over the shots of all stories that count. By weight, a failed shot
  /// that counts has no known weight: whatever it were, dropping a shot could raise the total, so
  /// it is then the worst that there is.
  class Total {
   public:
    explicit Total(const Measure::Total& total) : total_(total) {}
    void add(const StoryValue& story);
    [[nodiscard]] Overall overall() const;

   private:
    Measure::Total total_;
    double sum_ = 0.0;
    double weights_ = 0.0;
    std::optional<double> worst_;
    int n_stories_ = 0;
  };

  void add_interval(const MetricSettings& settings, Measurement& measurement) const;

  const Metric* metric_;
  RunningMean mean_;
  RunningMean harmeanp_;
  PartMeans parts_;
  std::vector<Total> totals_;
  std::vector<RunningMean> by_index_;
  std::vector<RunningMean> by_distance_;
  std::map<std::string, RunningMean> by_ip_;  ///< ordered: byte order of the ids
  Counts counts_;
  Findings findings_;
};

}  // namespace asbench::metrics
