#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/finding.h"
#include "metrics/measurement.h"
#include "metrics/metric.h"
#include "metrics/settings.h"

namespace asbench::metrics {

/// A reference metric on one IP's own clips: what real animation of the character gets.
struct IpCeiling {
  std::string ip;
  std::optional<double> value;  ///< mean over its clips; nothing: a finding says why
  int n_clips = 0;              ///< clips in that mean
  Findings findings;
};

/// The same for a system's split, docs/design/metrics.md 5.2: `real_ceiling`.
struct RealCeiling {
  std::string metric;
  std::optional<double> mean;  ///< over the stories whose IP has a ceiling, so that it weighs IPs
                               ///< as the metric's mean does
  int n_stories = 0;           ///< stories in the mean
  int n_clips = 0;
  std::vector<Overall> ips;  ///< every IP given, sorted by id; Overall::n_stories stays 0
  Findings findings;
};

/// Measures an IP's clips as if they were the shots of one story of it: same frames, references,
/// pooling. A clip with a bad feature is left out under every policy: it isn't the system's doing.
///
/// @param metric  one with Metric::has_real_ceiling
/// @param clips   `ip` and `references` of the IP, a shot for each clip that decodes
/// Findings: `no_clips`, or what the metric says of references and clips. Pure, thread-safe.
[[nodiscard]] IpCeiling ip_ceiling(const Metric& metric, const StoryFeatures& clips,
                                   const MetricSettings& settings);

/// @param ips        one each
/// @param story_ips  the IP of every story of the split
[[nodiscard]] RealCeiling real_ceiling(const Metric& metric, std::vector<IpCeiling> ips,
                                       std::span<const std::string> story_ips);

}  // namespace asbench::metrics
