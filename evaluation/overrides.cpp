#include "evaluation/overrides.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "core/config_files.h"
#include "core/error.h"
#include "core/json.h"
#include "core/nearest_name.h"
#include "evaluation/fvd_variant.h"
#include "features/extractor.h"
#include "loaders/video/frame_rules.h"
#include "metrics/catalogue.h"

namespace asbench::evaluation {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

void add_once(std::vector<std::string>& list, std::string_view text) {
  if (!contains(list, text)) list.emplace_back(text);
}

/// Metrics of sets of clips whose video encoder the run has; those that search a training set.
bool has_video_encoder(const metrics::Metric& metric, const Protocol& used) {
  const auto roles = metric.needs.roles(metrics::Modality::clip);
  return std::any_of(roles.begin(), roles.end(),
                     [&](const std::string& role) { return used.encoders.contains(role); });
}

bool searches_training_set(const metrics::Metric& metric) {
  return metric.needs.has(metrics::Modality::training_set);
}

bool cuts_to_subjects(const metrics::Metric& metric) {
  return metric.needs.has(metrics::Modality::subject) ||
         metric.needs.has(metrics::Modality::background);
}

bool predicts_frames(const metrics::Metric& metric) {
  return metric.needs.has(metrics::Modality::predicted_frames);
}

bool fills_roles(const metrics::Metric& metric, const Protocol& used) {
  return std::all_of(metric.roles.begin(), metric.roles.end(),
                     [&](const std::string& role) { return used.encoders.contains(role); });
}

/// True when the protocol itself has chosen with which role the training set is searched.
bool uses_training_set(const Protocol& used) {
  return std::any_of(used.metrics.begin(), used.metrics.end(), [&](const std::string& id) {
    return searches_training_set(used.catalogue.require(id));
  });
}

/// The user's list without repetitions.
std::vector<std::string> chosen_metrics(const Protocol& defaults,
                                        const std::vector<std::string>& ids) {
  std::vector<std::string> chosen;
  for (const auto& id : ids) {
    if (defaults.catalogue.find(id) == nullptr) {
      if (const auto reason = defaults.catalogue.why_not(id))
        throw UsageError(fmt::format("--metrics {}: {}", id, *reason));
      std::vector<std::string> known;
      for (const auto& metric : defaults.catalogue.all()) known.push_back(metric.id);
      throw UsageError(
          fmt::format("--metrics {}: unknown metric.{} Choose from: {}.\n  `asbench metrics list` "
                      "describes them.",
                      id, did_you_mean(id, known), fmt::join(known, ", ")));
    }
    add_once(chosen, id);
  }
  return chosen;
}

/// Enters ROLE=VALUE into `table`; a role given twice keeps its last value.
void assign(std::map<std::string, std::string>& table, const std::string& text,
            std::string_view option, std::string_view example) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw UsageError(
        fmt::format("{} {}: expected ROLE=VALUE, for example {}", option, text, example));
  }
  table[text.substr(0, equals)] = text.substr(equals + 1);
}

std::string frame_rule(const std::string& text) {
  try {
    (void)loaders::parse_frame_rule(text);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--frames: {}", error.what()));
  }
  return text;
}

std::string background(const std::string& text) {
  const Json schema =
      parse_json(config_file("schemas/protocol.schema.json").value(), "protocol.schema.json");
  const auto allowed =
      schema.at("properties").at("background").at("enum").get<std::vector<std::string>>();
  if (!contains(allowed, text)) {
    throw UsageError(fmt::format("--background {}: unknown background.{} Choose from: {}.", text,
                                 did_you_mean(text, allowed), fmt::join(allowed, ", ")));
  }
  return text;
}

}  // namespace

Protocol apply(const Protocol& defaults, const Overrides& overrides) {
  Protocol used = defaults;
  // The protocol's own first role shows the form.
  const std::string role = defaults.encoders.empty() ? "ROLE" : defaults.encoders.begin()->first;
  const std::string id = defaults.encoders.empty() ? "ID" : defaults.encoders.begin()->second;
  const std::string encoder = fmt::format("{}={}", role, id);
  const std::string profile = fmt::format("{}=hf", role);
  for (const auto& text : overrides.encoders) assign(used.encoders, text, "--encoder", encoder);
  for (const auto& text : overrides.preprocess)
    assign(used.preprocess, text, "--preprocess", profile);
  if (!overrides.metrics.empty()) {
    used.metrics = chosen_metrics(defaults, overrides.metrics);
  } else {
    for (const auto& metric : used.catalogue.set_metrics()) {
      if (has_video_encoder(metric, used)) add_once(used.metrics, metric.id);
    }
    for (const auto& metric : used.catalogue.story_metrics()) {
      if (predicts_frames(metric) && fills_roles(metric, used)) add_once(used.metrics, metric.id);
    }
    if (overrides.training_set && !uses_training_set(used)) {
      for (const auto& metric : used.catalogue.story_metrics()) {
        if (searches_training_set(metric)) add_once(used.metrics, metric.id);
      }
    }
  }
  if (overrides.metrics.empty() && overrides.regions) {
    const auto& listed = used.metrics;
    const bool has_own = std::any_of(listed.begin(), listed.end(), [&](const std::string& own) {
      return cuts_to_subjects(used.catalogue.require(own));
    });
    for (const auto& metric : used.catalogue.story_metrics()) {
      if (!has_own && cuts_to_subjects(metric) && fills_roles(metric, used))
        add_once(used.metrics, metric.id);
    }
  }
  if (overrides.missing) used.settings.missing = metrics::parse_missing_policy(*overrides.missing);
  if (overrides.frames) used.frames = frame_rule(*overrides.frames);
  if (overrides.background) used.background = background(*overrides.background);
  if (overrides.fvd_variant) used.fvd_variant = fvd_variant(*overrides.fvd_variant).name;
  if (overrides.precision) used.dtype = features::dtype_of(*overrides.precision);
  return used;
}

}  // namespace asbench::evaluation
