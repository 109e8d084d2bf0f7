#include "document/result.h"
#include "reports/comparison/comparison_output.h"

namespace asbench::reports {
namespace {

Json value(const document::ResultValue& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json count(const std::optional<int>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json interval(const std::optional<Interval>& ends) {
  return ends ? Json::array({ends->low, ends->high}) : Json(nullptr);
}

const char* action(WatchAction watch) {
  return watch == WatchAction::fail ? "fail" : "warn";
}

Json rule(const MetricRule& metric) {
  return {{"role", metric.role == GateRole::headline ? "headline" : "watch"},
          {"tolerance", metric.tolerance},
          {"tolerance_spread", value(metric.tolerance_spread)},
          {"minimum_effect", value(metric.minimum_effect)},
          {"limit", value(metric.limit)},
          {"ip_limit", value(metric.ip_limit)},
          {"story_limit", value(metric.story_limit)},
          {"watch", action(metric.watch)},
          {"optional", metric.optional}};
}

Json missing_json(const MissingShots& missing) {
  return {{"base", missing.base},
          {"candidate", missing.candidate},
          {"added", missing.added},
          {"rule", {{"watch", action(missing.rule.watch)}, {"limit", missing.rule.limit}}},
          {"fails", missing.fails},
          {"warns", missing.warns}};
}

Json rule(const ClipRule& clips) {
  return {{"watch", action(clips.watch)},
          {"shorter", value(clips.shorter)},
          {"smaller", value(clips.smaller)},
          {"reshaped", value(clips.reshaped)},
          {"limit", clips.limit}};
}

Json clips_json(const ClipChanges& clips) {
  Json changes = Json::array();
  for (const auto& change : clips.changes)
    changes.push_back({{"how", change.how}, {"most", change.most}, {"shots", change.shots}});
  return {{"rule", clips.rule ? rule(*clips.rule) : Json(nullptr)},
          {"compared", clips.compared},
          {"unknown", clips.unknown},
          {"changes", changes},
          {"fails", clips.fails},
          {"warns", clips.warns}};
}

Json story(const StoryDifference& entry) {
  return {{"story", entry.story},
          {"ip", entry.ip},
          {"base", entry.base},
          {"candidate", entry.candidate},
          {"difference", entry.difference}};
}

Json metric_json(const MetricComparison& metric) {
  Json json;
  json["verdict"] = to_string(metric.verdict);
  json["fails"] = metric.fails;
  json["warns"] = metric.warns;
  json["reason"] = metric.reason;
  json["direction"] = to_string(metric.direction);
  json["rule"] = rule(metric.rule);
  json["base"] = value(metric.base);
  json["candidate"] = value(metric.candidate);
  json["difference"] = value(metric.difference);
  json["ci95"] = interval(metric.interval);
  if (metric.set_level) {
    json["base_ci95"] = interval(metric.base_interval);
    json["candidate_ci95"] = interval(metric.candidate_interval);
  }
  json["p_worse"] = value(metric.p_worse);
  json["p_better"] = value(metric.p_better);
  json["standard_error"] = value(metric.standard_error);
  json["effect_size"] = value(metric.effect_size);
  json["minimum_detectable_effect"] = value(metric.detectable);
  json["minimum_detectable_effect_error"] = value(metric.detectable_error);
  json["deciding_ips"] = count(metric.deciding_ips);
  json["deciding_stories"] = count(metric.deciding_stories);
  json["stories"] = metric.stories.size();
  json["ips"] = metric.ips;
  json["worst_ip"] = metric.worst_ip ? Json{{"ip", metric.worst_ip->ip},
                                            {"difference", metric.worst_ip->difference}}
                                     : Json(nullptr);
  json["wins"] = metric.wins;
  json["ties"] = metric.ties;
  json["losses"] = metric.losses;
  json["unpaired"] = metric.unpaired;
  json["worst"] = Json::array();
  for (const auto* entry : metric.worst_stories(5)) json["worst"].push_back(story(*entry));
  json["signature"] = metric.signature;
  return json;
}

}  // namespace

Json comparison_json(const Comparison& comparison) {
  Json json;
  json["schema"] = "asbench/comparison@1";
  json["regressed"] = comparison.regressed();
  json["failing"] = comparison.failing();
  json["base"] = {{"system", comparison.base}, {"document", comparison.base_where}};
  json["candidate"] = {{"system", comparison.candidate}, {"document", comparison.candidate_where}};
  json["split"] = comparison.split;
  json["stories"] = comparison.stories;
  json["ips"] = comparison.ips;
  json["gate"] = {{"name", comparison.gate},
                  {"alpha", comparison.alpha},
                  {"sides", comparison.sides == TestSides::two ? "two" : "one"},
                  {"tested", comparison.tested},
                  {"watched_tested", comparison.watched_tested}};
  json["allowed"] = comparison.allowed;
  json["warnings"] = comparison.warnings;
  json["absent"] = comparison.absent;
  json["base_only"] = comparison.base_only;
  json["candidate_only"] = comparison.candidate_only;
  json["missing_shots"] = missing_json(comparison.missing);
  json["clips"] = clips_json(comparison.clips);
  json["metrics"] = Json::object();
  for (const auto& metric : comparison.metrics) json["metrics"][metric.id] = metric_json(metric);
  return json;
}

}  // namespace asbench::reports
