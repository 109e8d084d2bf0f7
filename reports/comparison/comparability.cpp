#include "reports/comparison/comparability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/nearest_name.h"
#include "document/signature.h"
#include "reports/comparison/missing_shots.h"
#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

constexpr std::string_view kAbsent = "(missing)";

class Differences {
 public:
  void add(const std::string& field, const std::string& metric, std::string_view base,
           std::string_view candidate) {
    const auto same = std::find_if(all.begin(), all.end(),
                                   [&](const auto& known) { return known.field == field; });
    if (same != all.end())
      ++same->more_metrics;
    else
      all.push_back({field, metric, 0, std::string(base), std::string(candidate)});
  }
  std::vector<FieldDifference> all;
};

void compare_signatures(const document::ResultMetric& base, const document::ResultMetric& candidate,
                        Differences& differences) {
  if (base.signature == candidate.signature) return;
  const auto left = document::Signature::parse(base.signature).by_name();
  const auto right = document::Signature::parse(candidate.signature).by_name();
  const auto text = [](const auto& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string(kAbsent) : found->second;
  };
  auto names = left;
  names.insert(right.begin(), right.end());
  for (const auto& [name, ignored] : names) {
    if (text(left, name) != text(right, name))
      differences.add(name, base.id, text(left, name), text(right, name));
  }
  // Fields in another order, or twice: equal by name, yet not the same line.
  if (left == right) differences.add("signature", base.id, base.signature, candidate.signature);
}

std::string covered(const document::Result& result) {
  return fmt::format("{} of {} shots scored, missing={}", result.coverage.scored_shots,
                     result.coverage.expected_shots, result.coverage.policy);
}

std::string first_not_in(const std::set<std::string>& shots, const std::set<std::string>& others) {
  const auto found = std::find_if(shots.begin(), shots.end(),
                                  [&](const auto& shot) { return !others.contains(shot); });
  return found == shots.end() ? "no other shot missing" : "missing " + *found;
}

/// As many shots scored is not the same shots scored. Where both count missing shots as failures
/// (`zero`), every mean is over all shots, whichever are missing.
void compare_coverage(const document::Result& base, const document::Result& candidate,
                      Differences& differences) {
  const bool failures = base.coverage.policy == "zero" && candidate.coverage.policy == "zero";
  if (failures && base.coverage.expected_shots == candidate.coverage.expected_shots) return;
  if (covered(base) != covered(candidate)) {
    differences.add("coverage", {}, covered(base), covered(candidate));
    return;
  }
  const auto left = missing_shots(base, candidate);
  const auto right = missing_shots(candidate, base);
  if (left != right)
    differences.add("coverage", {}, first_not_in(left, right), first_not_in(right, left));
}

std::string split_of(const document::Result& result) {
  return fmt::format("{} ({}, sha256 {})", result.split.name,
                     counted(result.split.stories, "story", "stories"),
                     result.split.sha256.substr(0, 12));
}

/// Hash of config.json by the encoder's role; empty where a document doesn't say.
std::map<std::string, std::string> config_hashes(const document::Result& result) {
  std::map<std::string, std::string> hashes;
  for (const auto& [role, weights] : result.provenance.weights) {
    if (weights.config_sha256) hashes[role] = *weights.config_sha256;
  }
  return hashes;
}

/// Whether the metric has a mean, or some story has a value of it.
bool has_value(const document::Result& result, const std::string& id) {
  const auto* metric = result.find_metric(id);
  if (metric == nullptr) return false;
  return metric->mean ||
         std::any_of(result.stories.begin(), result.stories.end(), [&](const auto& story) {
           const auto found = story.metrics.find(id);
           return found != story.metrics.end() && found->second.mean;
         });
}

std::vector<std::string> ids_of(const document::Result& result) {
  std::vector<std::string> ids;
  for (const auto& metric : result.metrics) ids.push_back(metric.id);
  return ids;
}

}  // namespace

std::string FieldDifference::text() const {
  const std::string more = more_metrics == 0 ? "" : fmt::format(" and {} more", more_metrics);
  return fmt::format("{}{}: {} | {}", field,
                     metric.empty() ? "" : fmt::format(" ({}{})", metric, more), base, candidate);
}

void require_known_fields(const std::set<std::string>& allow, const document::Result& base,
                          const document::Result& candidate) {
  std::set<std::string> known = {"split",   "coverage",  "references", "metrics",
                                 "stories", "signature", "version"};
  for (const std::string_view name : document::Signature::field_names()) known.emplace(name);
  for (const auto* result : {&base, &candidate}) {
    for (const auto& metric : result->metrics) {
      for (const auto& [name, value] : document::Signature::parse(metric.signature).by_name())
        known.insert(name);
    }
  }
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& name : allow) {
    if (known.contains(name)) continue;
    throw UsageError(
        fmt::format("--allow {}: no field that two documents could differ in.{}\n  Fields: {}.",
                    name, did_you_mean(name, names), fmt::join(names, ", ")));
  }
}

std::vector<FieldDifference> field_differences(const document::Result& base,
                                               const document::Result& candidate,
                                               const Gate& gate) {
  Differences differences;
  if (base.split.sha256 != candidate.split.sha256)
    differences.add("split", {}, split_of(base), split_of(candidate));
  compare_coverage(base, candidate, differences);
  for (const auto& [ip, pictures] : base.references) {
    const auto other = candidate.references.find(ip);
    if (other == candidate.references.end() || other->second == pictures) continue;
    differences.add("references", {}, "pictures of " + ip, "different pictures");
    break;
  }
  for (const auto& metric : base.metrics) {
    if (!gate.rule_of(metric.id)) continue;
    const document::ResultMetric* other = candidate.find_metric(metric.id);
    if (other != nullptr)
      compare_signatures(metric, *other, differences);
    else if (gate.metrics.contains(metric.id))
      differences.add("metrics", metric.id, "scored", kAbsent);
  }
  for (const auto& metric : candidate.metrics) {
    const auto listed = gate.metrics.find(metric.id);
    const bool wanted = listed != gate.metrics.end() && !listed->second.optional;
    if (wanted && base.find_metric(metric.id) == nullptr)
      differences.add("metrics", metric.id, kAbsent, "scored");
  }
  return differences.all;
}

std::vector<std::string> only_in(const document::Result& result, const document::Result& other,
                                 const Gate& gate) {
  std::vector<std::string> ids;
  for (const auto& metric : result.metrics) {
    if (gate.rule_of(metric.id) && other.find_metric(metric.id) == nullptr)
      ids.push_back(metric.id);
  }
  return ids;
}

std::vector<std::string> require_scored(const document::Result& base,
                                        const document::Result& candidate, const Gate& gate) {
  std::vector<std::string> optional;
  std::vector<std::string> refused;
  bool unknown = false;
  for (const auto& [id, rule] : gate.metrics) {
    if (has_value(base, id) || has_value(candidate, id)) continue;
    const bool listed = base.find_metric(id) != nullptr || candidate.find_metric(id) != nullptr;
    if (rule.optional) {
      optional.push_back(id);
    } else {
      refused.push_back(fmt::format(
          "{}: {}", id, listed ? "no value in either document" : "in neither document"));
      unknown = unknown || !listed;
    }
  }
  if (refused.empty()) return optional;
  const std::string where = base.where == candidate.where
                                ? base.where + " doesn't"
                                : fmt::format("{} and {} don't", base.where, candidate.where);
  throw NotComparable(fmt::format(
      "gate {} names metrics that {} have, so it can't be relied on:\n  {}\n  {}Score them "
      "(`asbench score --metrics`), take them out of the gate, or mark them \"optional\": true. "
      "`asbench gate check` says what a gate tests.",
      gate.name, where, fmt::join(refused, "\n  "),
      unknown ? fmt::format("Scored were: {}.\n  ", fmt::join(ids_of(base), ", ")) : ""));
}

void require_directed(const document::ResultMetric& metric, const MetricRule& rule,
                      const Gate& gate) {
  if (metric.direction != document::ResultDirection::none || rule.role != GateRole::headline)
    return;
  throw BadInput(
      fmt::format("gate {}: {} has no preferred direction, so it can't be a headline metric\n  "
                  "Give it the role \"watch\".",
                  gate.name, metric.id));
}

std::vector<std::string> provenance_warnings(const document::Result& base,
                                             const document::Result& candidate) {
  std::vector<std::string> warnings;
  const auto& left_made = base.provenance;
  const auto& right_made = candidate.provenance;
  const auto compare_text = [&](const char* name, const std::string& left,
                                const std::string& right) {
    if (left != right)
      warnings.push_back(fmt::format(
          "different {}: {} | {}; the last digits may differ because of it", name, left, right));
  };
  compare_text("decoder", left_made.decoder, right_made.decoder);
  compare_text("version", left_made.version, right_made.version);
  compare_text("device", left_made.device, right_made.device);
  for (const auto& [role, left] : config_hashes(base)) {
    const auto theirs = config_hashes(candidate);
    const auto right = theirs.find(role);
    if (right == theirs.end() || right->second == left) continue;
    warnings.push_back(
        fmt::format("different config.json of the {} encoder: {} | {}; an activation or an epsilon "
                    "may differ, which changes its scores",
                    role, left.substr(0, 8), right->second.substr(0, 8)));
  }
  return warnings;
}

}  // namespace asbench::reports
