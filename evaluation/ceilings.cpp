#include "evaluation/ceilings.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "metrics/catalogue.h"

namespace asbench::evaluation {
namespace {

/// An IP's clips in the shots' place. Views stay valid as long as `kept`.
metrics::StoryFeatures clip_features(const loaders::Ip& ip, const StorySource& source,
                                     StoryMatrices& kept) {
  const Plan& plan = *source.plan;
  metrics::StoryFeatures features;
  features.ip = ip.id;
  features.characters.front().references = reference_features(character_key(ip), source, kept);
  for (const std::size_t clip : plan.ceiling_clips.at(ip.id)) {
    const auto& outcome = source.extraction->clip(clip);
    if (outcome.broken) continue;
    metrics::ShotFeatures& entry = features.shots.emplace_back();
    entry.decodable_frames = outcome.frame_count;
    for (const auto& role : plan.needs.roles(metrics::Modality::frames))
      entry.images.set(role,
                       kept.keep(source.extraction->clip_features(clip, plan.encoders.at(role))));
  }
  return features;
}

Findings broken_clips(const loaders::Split& split, const StorySource& source) {
  Findings findings;
  for (const auto& ip : split.ips) {
    const auto& clips = source.plan->ceiling_clips.at(ip.id);
    for (std::size_t i = 0; i < clips.size(); ++i) {
      const auto& outcome = source.extraction->clip(clips[i]);
      if (!outcome.broken) continue;
      findings.push_back(
          {"clip_unusable", "", std::nullopt,
           fmt::format("real_ceiling: {} of {}: {}", ip.clips[i].file.filename().string(), ip.id,
                       outcome.broken->cause)});
    }
  }
  return findings;
}

}  // namespace

std::map<std::string, metrics::RealCeiling> measure_ceilings(const loaders::Split& split,
                                                             const StorySource& source) {
  std::map<std::string, metrics::RealCeiling> ceilings;
  if (source.plan->ceiling_clips.empty()) return ceilings;
  std::map<std::string, std::vector<metrics::IpCeiling>> by_metric;
  for (const auto& ip : split.ips) {
    StoryMatrices kept;
    const auto clips = clip_features(ip, source, kept);
    for (const auto& id : source.protocol->metrics) {
      const auto& metric = source.protocol->catalogue.require(id);
      if (metric.has_real_ceiling)
        by_metric[id].push_back(metrics::ip_ceiling(metric, clips, source.protocol->settings));
    }
  }
  std::vector<std::string> story_ips;
  for (const auto& story : split.stories) story_ips.push_back(story.ip);
  const Findings broken = broken_clips(split, source);
  for (auto& [id, ips] : by_metric) {
    auto& ceiling = ceilings[id] =
        metrics::real_ceiling(source.protocol->catalogue.require(id), std::move(ips), story_ips);
    ceiling.findings.insert(ceiling.findings.begin(), broken.begin(), broken.end());
  }
  return ceilings;
}

}  // namespace asbench::evaluation
