#include "evaluation/result_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "features/pins.h"
#include "metrics/registry.h"

namespace asbench::evaluation {
namespace {

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json numbers(const std::vector<std::optional<double>>& values) {
  Json array = Json::array();
  for (const auto& value : values) array.push_back(number(value));
  return array;
}

Json finding(const Finding& entry) {
  Json json;
  json["kind"] = entry.kind;
  json["story"] = entry.story;
  json["shot"] = entry.shot ? Json(*entry.shot) : Json(nullptr);
  json["detail"] = entry.detail;
  return json;
}

/// null when no IP has one: a finding says why.
Json ceiling(const metrics::RealCeiling& measured) {
  if (!measured.mean) return nullptr;
  Json ips = Json::object();
  for (const auto& ip : measured.ips) ips[ip.name] = number(ip.value);
  return {{"mean", *measured.mean},
          {"n_stories", measured.n_stories},
          {"n_clips", measured.n_clips},
          {"ips", ips}};
}

Json overall_metric(const metrics::MetricInfo& info, const metrics::Measurement& measured,
                    const ResultParts& parts) {
  Json json;
  json["signature"] = signature_of(info, *parts.protocol, *parts.plan, parts.subset);
  json["direction"] = metrics::to_string(info.direction);
  json["mean"] = number(measured.mean);
  json["ci95"] =
      measured.ci95 ? Json::array({measured.ci95->low, measured.ci95->high}) : Json(nullptr);
  json["n_stories"] = measured.n_stories;
  json["n_evaluated"] = measured.counts.n_evaluated;
  json["n_failed"] = measured.counts.n_failed;
  json["n_skipped"] = measured.counts.n_skipped;
  json["per_shot_index"] = numbers(measured.per_shot_index);
  if (info.has_harmeanp) json["harmeanp"] = number(measured.harmeanp);
  if (const auto found = parts.ceilings->find(measured.metric); found != parts.ceilings->end())
    json["real_ceiling"] = ceiling(found->second);
  for (const auto& part : measured.parts) json[part.name] = number(part.value);
  if (!measured.by_distance.empty()) {
    Json rows = Json::array();
    for (const auto& entry : measured.by_distance) {
      rows.push_back({{"distance", std::stoi(entry.name)},
                      {"value", number(entry.value)},
                      {"n_stories", entry.n_stories}});
    }
    json["by_distance"] = rows;
  }
  Json ips = Json::object();
  for (const auto& ip : measured.ips) ips[ip.name] = number(ip.value);
  json["ips"] = ips;
  return json;
}

Json set_metric(const SetMeasurement& measured) {
  Json json;
  json["signature"] = measured.signature;
  json["direction"] = metrics::to_string(metrics::require_metric(measured.metric).direction);
  json["mean"] = number(measured.value);
  json["ci95"] =
      measured.ci95 ? Json::array({measured.ci95->low, measured.ci95->high}) : Json(nullptr);
  json["n_stories"] = measured.n_stories;
  json["n_evaluated"] = measured.counts.n_evaluated;
  json["n_failed"] = measured.counts.n_failed;
  json["n_skipped"] = measured.counts.n_skipped;
  for (const auto& [name, value] : measured.further) {
    if (name.starts_with("n_") && value)
      json[name] = static_cast<int>(*value);
    else
      json[name] = number(value);
  }
  return json;
}

Json story_metric(const metrics::MetricInfo& info, const metrics::StoryValue& value) {
  Json json;
  json["mean"] = number(value.value);
  if (info.has_harmeanp) json["harmeanp"] = number(value.harmeanp);
  for (const auto& part : value.parts) json[part.name] = number(part.value);
  if (!value.by_distance.empty()) {
    Json rows = Json::array();
    for (std::size_t d = 0; d < value.by_distance.size(); ++d) {
      rows.push_back({{"distance", d + 1}, {"value", number(value.by_distance[d])}});
    }
    json["by_distance"] = rows;
  }
  Json shots = Json::array();
  const bool per_shot = std::any_of(value.shots.begin(), value.shots.end(), [](const auto& shot) {
    return shot.value || !shot.frames.empty() || !shot.parts.empty();
  });
  if (per_shot) {
    for (const auto& shot : value.shots) {
      Json entry;
      entry["value"] = number(shot.value);
      entry["frames"] = numbers(shot.frames);
      for (const auto& part : shot.parts) entry[part.name] = number(part.value);
      shots.push_back(entry);
    }
  }
  json["shots"] = shots;
  return json;
}

Json story_shots(const loaders::Story& story, const ResultParts& parts) {
  Json shots = Json::array();
  for (const auto& shot : story.shots) {
    const loaders::ShotKey key{story.id, shot.number};
    Json entry;
    entry["shot"] = shot.number;
    if (const auto caption = caption_of(shot, parts.protocol->text)) entry["caption"] = *caption;
    if (const auto clip = parts.plan->clips.find(key);
        clip != parts.plan->clips.end() && !parts.coverage->missing.contains(key)) {
      const auto& outcome = (*parts.clips)[clip->second];
      entry["frames"] = outcome.indices;
      entry["frame_count"] = outcome.frame_count;
      entry["sha256"] = outcome.content_sha256;
    }
    if (parts.copies != nullptr) {
      if (auto nearest = parts.copies->nearest(key); !nearest.is_null())
        entry["nearest"] = std::move(nearest);
    }
    if (const auto columns = parts.outputs->columns.find(key);
        columns != parts.outputs->columns.end()) {
      entry["columns"] = columns->second;
    }
    shots.push_back(entry);
  }
  return shots;
}

/// Findings of the inputs first, then those of the metrics, each once: several metrics raise the
/// same about one shot.
Json all_findings(const ResultParts& parts) {
  Json array = Json::array();
  std::set<std::tuple<std::string, std::string, int, std::string>> seen;
  const auto add = [&](const Findings& findings, const std::string& metric) {
    for (Finding entry : findings) {
      if (!metric.empty() && entry.story.empty()) entry.detail = metric + ": " + entry.detail;
      if (seen.emplace(entry.kind, entry.story, entry.shot.value_or(0), entry.detail).second)
        array.push_back(finding(entry));
    }
  };
  add(parts.coverage->findings, {});
  for (const auto& measured : *parts.measurements) add(measured.findings, measured.metric);
  for (const auto& measured : *parts.sets) add(measured.findings, measured.metric);
  for (const auto& [metric, measured] : *parts.ceilings) add(measured.findings, {});
  return array;
}

std::vector<std::string> demo_encoders(const Plan& plan) {
  std::vector<std::string> ids;
  for (const auto& use : plan.extraction.encoders) {
    if (use.demo_only) ids.push_back(use.id);
  }
  return ids;
}

}  // namespace

Json result_document(const ResultParts& parts) {
  const auto& split = *parts.split;
  Json document;
  document["schema"] = "asbench/result@1";
  document["system"] = {{"name", parts.system}, {"kind", parts.kind}};
  document["protocol"] = {{"name", parts.protocol->name},
                          {"settings", protocol_settings(*parts.protocol)}};
  document["split"] = {{"name", split.name},          {"form", split.form},
                       {"sha256", split.sha256},      {"stories", split.stories.size()},
                       {"shots", split.shot_count()}, {"ips", split.ips.size()}};
  document["coverage"] = {{"expected_shots", parts.coverage->expected_shots},
                          {"scored_shots", parts.coverage->expected_shots -
                                               static_cast<int>(parts.coverage->missing.size())},
                          {"policy", metrics::to_string(parts.protocol->settings.missing)},
                          {"layout", parts.outputs->layout},
                          {"truncated_captions", parts.truncated_captions},
                          {"findings", all_findings(parts)}};
  document["provenance"] = nullptr;  // keeps its place

  auto overrides = protocol_overrides(*parts.defaults, *parts.protocol);
  if (!parts.subset.empty()) overrides.push_back("subset=" + parts.subset);
  if (!parts.coverage->missing.empty()) {
    overrides.push_back(fmt::format("{} of {} shots missing", parts.coverage->missing.size(),
                                    parts.coverage->expected_shots));
  }
  for (auto& line : features::pin_overrides(parts.plan->extraction)) overrides.push_back(line);
  document["canonical"] = overrides.empty();
  document["overrides"] = overrides;
  if (const auto demo = demo_encoders(*parts.plan); !demo.empty()) document["demo_encoders"] = demo;

  Json references = Json::object();
  for (const auto& ip : split.ips) references[ip.id] = ip.reference_sha256;
  document["references"] = references;

  Json metrics_json = Json::object();
  Json stories = Json::array();
  for (const auto& story : split.stories) {
    Json entry;
    entry["id"] = story.id;
    entry["ip"] = story.ip;
    entry["shots"] = story_shots(story, parts);
    entry["metrics"] = Json::object();
    stories.push_back(std::move(entry));
  }
  for (const auto& measured : *parts.measurements) {
    const auto& info = metrics::require_metric(measured.metric);
    metrics_json[measured.metric] = overall_metric(info, measured, parts);
    for (std::size_t s = 0; s < measured.stories.size(); ++s) {
      stories[s]["metrics"][measured.metric] = story_metric(info, measured.stories[s]);
    }
  }
  for (const auto& measured : *parts.sets) metrics_json[measured.metric] = set_metric(measured);
  document["metrics"] = std::move(metrics_json);
  document["stories"] = std::move(stories);
  return document;
}

}  // namespace asbench::evaluation
