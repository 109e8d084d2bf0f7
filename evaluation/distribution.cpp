#include "evaluation/distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include "core/error.h"
#include "document/signature.h"
#include "metrics/set/distribution.h"
#include "metrics/set/frechet_parts.h"
#include "metrics/set/set_metrics.h"

namespace asbench::evaluation {
namespace {

bool is_finite(const features::FeatureMatrix& row) {
  return std::all_of(row.values.begin(), row.values.end(),
                     [](float value) { return std::isfinite(value); });
}

/// One side as a matrix, with what signatures and findings need of its clips.
struct Side {
  metrics::Samples samples;
  std::vector<std::string> groups;
  std::vector<std::string> contents;
  std::set<std::string> rates;  ///< frames per second, as text
  Findings findings;

  void add(const features::FeatureMatrix& row, const std::string& group,
           const features::ClipOutcome& clip) {
    samples.cols = row.cols;
    ++samples.rows;
    samples.values.insert(samples.values.end(), row.values.begin(), row.values.end());
    groups.push_back(group);
    contents.push_back(clip.content_sha256);
    rates.insert(clip.fps > 0.0 ? fmt::format("{:.6g}", clip.fps) : "unknown");
  }
  [[nodiscard]] std::string rate() const {
    return rates.empty() ? "unknown" : rates.size() == 1 ? *rates.begin() : "mixed";
  }
};

std::string too_short(const features::ClipOutcome& clip, const Plan& plan) {
  return fmt::format("{} frames; {} under {} needs more", clip.frame_count,
                     plan.extraction.clip_encoder->id, plan.fvd.clips);
}

Side real_side(Plan& plan, const features::Extraction& extraction) {
  SampleSet& set = *plan.reference_set;
  Side side;
  if (set.features) {
    side.samples = *set.features;
    side.groups = set.groups;
    return side;
  }
  for (std::size_t i = 0; i < set.clips.size(); ++i) {
    const std::size_t id = plan.reference_clips[i];
    const auto& clip = extraction.clip(id);
    const std::string& name = set.names[i];
    if (clip.broken) {
      side.findings.push_back({"reference_clip_unusable", "", std::nullopt,
                               fmt::format("{}: {}", name, clip.broken->cause)});
    } else if (clip.window.empty()) {
      side.findings.push_back({"reference_clip_unusable", "", std::nullopt,
                               fmt::format("{}: {}", name, too_short(clip, plan))});
    } else if (const auto row = extraction.video_features(id); !is_finite(row)) {
      side.findings.push_back({"reference_clip_unusable", "", std::nullopt,
                               fmt::format("{}: its feature holds NaN or infinite values", name)});
    } else {
      side.add(row, set.groups[i], clip);
    }
  }
  set.sha256 = hash_of_contents(side.contents);
  return side;
}

struct Generated {
  Side side;
  metrics::Counts counts;
  int stories = 0;
};

Generated generated_side(const loaders::Split& split, const Plan& plan, const Coverage& coverage,
                         const features::Extraction& extraction) {
  Generated result;
  for (const auto& story : split.stories) {
    const int before = result.side.samples.rows;
    for (const auto& shot : story.shots) {
      const loaders::ShotKey key{story.id, shot.number};
      if (coverage.missing.contains(key)) {
        ++result.counts.n_failed;
        continue;
      }
      const std::size_t index = plan.clips.at(key);
      const auto& clip = extraction.clip(index);
      if (clip.window.empty()) {
        ++result.counts.n_failed;
        result.side.findings.push_back(
            {"too_few_frames", story.id, shot.number, too_short(clip, plan)});
        continue;
      }
      const auto row = extraction.video_features(index);
      if (!is_finite(row)) {
        ++result.counts.n_failed;
        result.side.findings.push_back(
            {"bad_feature", story.id, shot.number,
             fmt::format("{} gives NaN or infinite values", plan.extraction.clip_encoder->id)});
        continue;
      }
      ++result.counts.n_evaluated;
      result.side.add(row, story.ip, clip);
    }
    if (result.side.samples.rows > before) ++result.stories;
  }
  return result;
}

/// Why no set-level metric can be had, whatever its formula.
std::optional<Finding> problem_of(const Side& real, const Side& outputs, bool incomplete) {
  if (incomplete)
    return Finding{"incomplete_set", "", std::nullopt,
                   "clips are missing; under --missing zero a smaller set is not measured"};
  const bool one_real = metrics::all_equal(real.samples);
  if (!one_real && !metrics::all_equal(outputs.samples)) return std::nullopt;
  return Finding{"degenerate_features", "", std::nullopt,
                 fmt::format("the features of all {} {} clips are equal: a distance from a set "
                             "without variance means nothing",
                             one_real ? real.samples.rows : outputs.samples.rows,
                             one_real ? "real" : "generated")};
}

std::string frame_rates(const Side& real, const Side& generated) {
  return real.rate() == generated.rate() ? real.rate()
                                         : fmt::format("{}/{}", real.rate(), generated.rate());
}

/// "16x1@8": frames of a clip, their stride, frames per second.
std::string clip_text(const Plan& plan, const Side& real, const Side& generated) {
  const auto& rule = plan.extraction.clip_rule;
  const std::string frames =
      rule.kind == loaders::FrameRule::Kind::all ? "all" : fmt::format("{}", rule.count);
  return fmt::format("{}x1@{}", frames, frame_rates(real, generated));
}

void add_parts(metrics::SetParts parts, SetMeasurement& measured) {
  for (auto& part : parts.values) measured.further.emplace_back(std::move(part.name), part.value);
  std::move(parts.findings.begin(), parts.findings.end(), std::back_inserter(measured.findings));
}

}  // namespace

std::vector<SetMeasurement> measure_sets(const loaders::Split& split, const Protocol& protocol,
                                         Plan& plan, const Coverage& coverage,
                                         const features::Extraction& extraction,
                                         const std::string& subset) {
  std::vector<SetMeasurement> all;
  if (plan.clip_role.empty()) return all;
  const Side real = real_side(plan, extraction);
  const Generated generated = generated_side(split, plan, coverage, extraction);
  const Side& outputs = generated.side;
  const bool incomplete =
      generated.counts.n_failed > 0 && protocol.settings.missing == metrics::MissingPolicy::zero;
  const auto problem = problem_of(real, outputs, incomplete);

  metrics::DistributionSettings settings;
  settings.ddof = plan.fvd.ddof;
  settings.neighbours = protocol.neighbours;
  settings.intervals = true;
  settings.metrics.clear();
  const int fewer = std::min(real.samples.rows, outputs.samples.rows);
  for (const auto& id : protocol.metrics) {
    const auto& info = protocol.catalogue.require(id);
    if (!info.set_level()) continue;
    const std::string name(info.measure);
    if (!problem && fewer >= metrics::least_samples(name, settings))
      settings.metrics.push_back(name);
  }
  metrics::DistributionResult result;
  if (!settings.metrics.empty())
    result = metrics::measure_distribution(real.samples, outputs.samples, settings, real.groups,
                                           outputs.groups);

  for (const auto& id : protocol.metrics) {
    const auto& info = protocol.catalogue.require(id);
    if (!info.set_level()) continue;
    const std::string name(info.measure);
    const int least = metrics::least_samples(name, settings);
    SetMeasurement& measured = all.emplace_back();
    measured.metric = id;
    auto fields = signature_fields_of(info, protocol, plan, subset);
    fields.real = signature_name(*plan.reference_set);
    fields.counts = fmt::format("{}/{}", real.samples.rows, outputs.samples.rows);
    fields.clip = clip_text(plan, real, outputs);
    if (info.uses_ddof) fields.ddof = fmt::format("{}", plan.fvd.ddof);
    if (info.uses_neighbours) fields.neighbours = fmt::format("{}", protocol.neighbours);
    measured.signature = fields.line();
    measured.n_stories = generated.stories;
    measured.counts = generated.counts;
    measured.further.emplace_back(metrics::kRealCount, real.samples.rows);
    measured.further.emplace_back(metrics::kGeneratedCount, outputs.samples.rows);
    if (problem) {
      measured.findings.push_back(*problem);
    } else if (fewer < least) {
      measured.findings.push_back(
          {"too_few_samples", "", std::nullopt,
           fmt::format(
               "at least {} clips are needed on both sides; there are {} real and {} generated",
               least, real.samples.rows, outputs.samples.rows)});
    }
    const auto value = result.values.find(name);
    if (value == result.values.end()) continue;
    measured.value = value->second;
    measured.ci95 = result.intervals[name];
    if (!measured.ci95)
      measured.findings.push_back(
          {"no_interval", "", std::nullopt, "fewer than two IPs can be left out in turn"});
    if (info.set_parts != nullptr) add_parts(info.set_parts(result), measured);
    if (info.uses_neighbours && result.degenerate) {
      measured.findings.push_back(
          {"degenerate_features", "", std::nullopt,
           "neighbours at distance 0: nothing lies strictly inside their balls"});
    }
  }
  if (!all.empty()) {
    auto& findings = all.front().findings;
    for (const Side* side : {&real, &outputs})
      findings.insert(findings.end(), side->findings.begin(), side->findings.end());
    if (!plan.reference_set->features && real.rate() != outputs.rate()) {
      findings.push_back({"frame_rates_differ", "", std::nullopt,
                          fmt::format("real clips have {} frames per second, generated ones {}: "
                                      "a difference in speed alone raises the distance",
                                      real.rate(), outputs.rate())});
    }
  }
  return all;
}

}  // namespace asbench::evaluation
