#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "metrics/registry.h"

namespace asbench::metrics::testing {

/// The row of docs/metrics.md for one metric.
inline std::string docs_row(const MetricInfo& metric) {
  std::vector<std::string> needs;
  if (metric.needs.clip_image) needs.emplace_back("CLIP frames");
  if (metric.needs.clip_text) needs.emplace_back("captions");
  if (metric.needs.dino) needs.emplace_back("DINO frames");
  if (metric.needs.pixels) needs.emplace_back("pixels");
  if (metric.needs.references) needs.emplace_back("references");
  if (metric.needs.mirrored_references) needs.emplace_back("mirrored references");
  if (metric.needs.gallery) needs.emplace_back("all characters' references");
  if (metric.needs.video) needs.emplace_back("a video network, a reference set");
  if (metric.needs.training_set) needs.emplace_back("a training set");
  return fmt::format("| `{}` | {} | {} | {} to {} | {} | {} | {} |\n", metric.id,
                     metric.set_level  ? "set"
                     : metric.headline ? "headline"
                                       : "control",
                     to_string(metric.direction), metric.range_low, metric.range_high,
                     fmt::join(needs, ", "), metric.definition, metric.source);
}

}  // namespace asbench::metrics::testing
