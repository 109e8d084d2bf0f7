#include "metrics/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/error.h"
#include "metrics/set/set_metrics.h"
#include "metrics/story/clip_t_margin.h"
#include "metrics/story/copy_paste.h"
#include "metrics/story/copy_rate.h"
#include "metrics/story/cross_shot.h"
#include "metrics/story/duplicate_pairs.h"
#include "metrics/story/faithful_consistency.h"
#include "metrics/story/frozen_rate.h"
#include "metrics/story/identity.h"
#include "metrics/story/motion.h"
#include "metrics/story/reference_adherence.h"
#include "metrics/story/reference_copy.h"
#include "metrics/story/text_alignment.h"
#include "metrics/story/within_shot.h"

namespace asbench::metrics {

std::span<const MetricInfo> story_metrics() {
  static const std::array metrics = {
      clip_i_metric(),
      dino_i_metric(),
      clip_t_metric(),
      cross_shot_clip_metric(),
      cross_shot_dino_metric(),
      faithful_consistency_metric(),
      faithful_consistency_dino_metric(),
      clip_t_margin_metric(),
      motion_metric(),
      frozen_rate_metric(),
      reference_copy_metric(),
      duplicate_pairs_metric(),
      within_shot_metric(),
      copy_paste_metric(),
      identity_top1_metric(),
      identity_mrr_metric(),
      identity_margin_metric(),
      identity_top1_clip_metric(),
      identity_mrr_clip_metric(),
      identity_margin_clip_metric(),
      identity_top1_dino_metric(),
      identity_mrr_dino_metric(),
      identity_margin_dino_metric(),
      copy_rate_metric(),
  };
  return metrics;
}

std::span<const MetricInfo> all_metrics() {
  static const std::vector<MetricInfo> all = [] {
    std::vector<MetricInfo> joined(story_metrics().begin(), story_metrics().end());
    joined.insert(joined.end(), set_metrics().begin(), set_metrics().end());
    return joined;
  }();
  return all;
}

const MetricInfo* find_metric(std::string_view id) {
  for (const MetricInfo& metric : all_metrics()) {
    if (metric.id == id) return &metric;
  }
  return nullptr;
}

const MetricInfo& require_metric(std::string_view id) {
  if (const MetricInfo* metric = find_metric(id)) return *metric;
  std::vector<std::string_view> known;
  for (const MetricInfo& metric : all_metrics()) known.push_back(metric.id);
  throw UsageError(fmt::format("no metric is called '{}'. Known: {}.", id, fmt::join(known, ", ")));
}

Needs needs_of(std::span<const std::string> metrics) {
  Needs all;
  for (const std::string& id : metrics) {
    const Needs& needs = require_metric(id).needs;
    all.clip_image |= needs.clip_image;
    all.clip_text |= needs.clip_text;
    all.dino |= needs.dino;
    all.pixels |= needs.pixels;
    all.references |= needs.references;
    all.mirrored_references |= needs.mirrored_references;
    all.gallery |= needs.gallery;
    all.video |= needs.video;
    all.training_set |= needs.training_set;
  }
  return all;
}

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::higher:
      return "higher";
    case Direction::lower:
      return "lower";
    case Direction::none:
      return "none";
  }
  return "none";
}

std::vector<std::pair<std::string, std::string>> signature_fields(const MetricInfo& metric,
                                                                  const MetricSettings& settings) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (metric.uses_reference_pooling) {
    fields.emplace_back("refs", to_string(settings.references));
  }
  fields.emplace_back("agg", metric.aggregation);
  fields.emplace_back("missing", to_string(settings.missing));
  for (const MetricInfo::Threshold& threshold : metric.thresholds) {
    fields.emplace_back(threshold.name, fmt::format("{}", settings.*threshold.setting));
  }
  return fields;
}

std::string_view to_string(MissingPolicy policy) {
  switch (policy) {
    case MissingPolicy::fail:
      return "fail";
    case MissingPolicy::zero:
      return "zero";
    case MissingPolicy::exclude:
      return "exclude";
  }
  return "fail";
}

std::string_view to_string(ReferencePooling pooling) {
  return pooling == ReferencePooling::mean ? "mean" : "max";
}

MissingPolicy parse_missing_policy(std::string_view text) {
  for (const auto policy : {MissingPolicy::fail, MissingPolicy::zero, MissingPolicy::exclude}) {
    if (to_string(policy) == text) return policy;
  }
  throw UsageError(fmt::format("--missing {}: expected fail, zero or exclude.", text));
}

ReferencePooling parse_reference_pooling(std::string_view text) {
  for (const auto pooling : {ReferencePooling::mean, ReferencePooling::max}) {
    if (to_string(pooling) == text) return pooling;
  }
  throw UsageError(fmt::format("refs={}: expected mean or max.", text));
}

}  // namespace asbench::metrics
