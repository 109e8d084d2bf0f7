#include "metrics/story/real_ceiling.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/means.h"
#include "metrics/aggregate.h"

namespace asbench::metrics {
namespace {

/// What the metric says of clips: as of shots, but no story or shot of the split is meant. HarMeanP
/// is not asked for.
Findings of_clips(const Findings& findings, const std::string& ip) {
  Findings result;
  for (const Finding& finding : findings) {
    if (finding.kind == "nonpositive_similarity" || finding.kind == "no_scored_shots") continue;
    const std::string which = finding.shot ? fmt::format("clip {}", *finding.shot) : "clips";
    result.push_back({finding.kind, "", std::nullopt,
                      fmt::format("real_ceiling, {} of {}: {}", which, ip, finding.detail)});
  }
  return result;
}

}  // namespace

IpCeiling ip_ceiling(const Metric& metric, const StoryFeatures& clips,
                     const MetricSettings& settings) {
  IpCeiling ceiling;
  ceiling.ip = clips.ip;
  if (clips.shots.empty()) return ceiling;
  MetricSettings usable_clips_only = settings;
  usable_clips_only.missing = MissingPolicy::exclude;
  const StoryValue measured = metric.measure_story(clips, metric, usable_clips_only);
  ceiling.value = measured.value;
  if (measured.value) ceiling.n_clips = measured.counts.n_evaluated;
  ceiling.findings = of_clips(measured.findings, clips.ip);
  return ceiling;
}

RealCeiling real_ceiling(const Metric& metric, std::vector<IpCeiling> ips,
                         std::span<const std::string> story_ips) {
  RealCeiling result;
  result.metric = metric.id;
  std::sort(ips.begin(), ips.end(),
            [](const IpCeiling& a, const IpCeiling& b) { return a.ip < b.ip; });
  std::vector<std::string> without;
  for (IpCeiling& ip : ips) {
    result.ips.push_back({ip.ip, ip.value, 0});
    result.n_clips += ip.n_clips;
    if (!ip.value && ip.findings.empty()) without.push_back(ip.ip);
    std::move(ip.findings.begin(), ip.findings.end(), std::back_inserter(result.findings));
  }
  if (!without.empty()) {
    result.findings.push_back(
        {"no_clips", "", std::nullopt,
         without.size() == ips.size()
             ? "real_ceiling: the split has no usable clips of its own"
             : fmt::format("real_ceiling: no usable clips of {}", fmt::join(without, ", "))});
  }
  std::vector<std::optional<double>> values;
  for (const std::string& ip : story_ips) {
    const auto found = std::find_if(result.ips.begin(), result.ips.end(),
                                    [&](const Overall& entry) { return entry.name == ip; });
    values.push_back(found == result.ips.end() ? std::nullopt : found->value);
    if (values.back()) ++result.n_stories;
  }
  result.mean = mean_of(values);
  return result;
}

}  // namespace asbench::metrics
