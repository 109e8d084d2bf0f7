#include "metrics/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/config_files.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/schema.h"
#include "core/words.h"
#include "metrics/registry.h"

namespace asbench::metrics {
namespace {

std::vector<std::string> roles_of(const Json& entry) {
  if (entry.contains("role")) return {entry.at("role").get<std::string>()};
  if (entry.contains("roles")) return entry.at("roles").get<std::vector<std::string>>();
  return {};
}

Kind kind_of(const Json& entry, const Measure& measure) {
  const std::string text = entry.value("kind", "");
  for (const Kind kind : {Kind::headline, Kind::control, Kind::set}) {
    if (to_string(kind) == text) return kind;
  }
  if (measure.set_level()) return Kind::set;
  const std::set<std::string_view> watched{"identity", "controls", "picture"};
  return watched.contains(measure.family) ? Kind::control : Kind::headline;
}

std::string with_roles(std::string_view formula, const std::vector<std::string>& roles) {
  return replaced(formula, "{roles}", role_labels(roles));
}

void require_roles(const Measure& measure, const std::vector<std::string>& roles,
                   std::string_view where) {
  const auto count = static_cast<int>(roles.size());
  if (count < measure.fewest_roles || count > measure.most_roles) {
    throw BadInput(fmt::format(
        "{}: the measure {} takes {} encoder role{}, not {}.\n  Write \"role\": \"NAME\", or "
        "\"roles\": [...] for a measure of several.",
        where, measure.measure,
        measure.fewest_roles == measure.most_roles
            ? fmt::format("{}", measure.most_roles)
            : fmt::format("{} to {}", measure.fewest_roles, measure.most_roles),
        measure.most_roles == 1 ? "" : "s", count));
  }
  if (std::set(roles.begin(), roles.end()).size() != roles.size() ||
      std::count(roles.begin(), roles.end(), kPixels) > 0) {
    throw BadInput(fmt::format(
        "{}: the roles {} are not distinct encoder roles (\"{}\" needs no encoder and is no role)",
        where, fmt::join(roles, ", "), kPixels));
  }
}

void require_kind(const Metric& metric, std::string_view where) {
  if ((metric.kind == Kind::set) == metric.set_level()) return;
  throw BadInput(
      fmt::format("{}: the measure {} gives {}, so its kind can't be \"{}\".\n  Leave \"kind\" out "
                  "or choose {}.",
                  where, metric.measure,
                  metric.set_level() ? "one number per set of clips" : "a number per story",
                  to_string(metric.kind), metric.set_level() ? "set" : "headline or control"));
}

/// Marks wait for controls: for one that does not exist they would wait forever.
void require_known_controls(const Metric& metric, const Catalogue& known, std::string_view list) {
  for (const std::string& control : metric.controls) {
    if (known.find(control) != nullptr) continue;
    std::vector<std::string_view> controls;
    for (const Metric& one : known.all())
      if (one.withholds_marks) controls.push_back(one.id);
    throw BadInput(fmt::format("{}: metric {}: unknown control '{}'. Metrics with a limit: {}.",
                               list, metric.id, control, fmt::join(controls, ", ")));
  }
}

/// Those of the first metric with the same measure, else of the first of the same family.
std::vector<std::string> controls_of_the_like(const Metric& metric, const Catalogue& known) {
  const auto all = known.all();
  auto alike = std::find_if(all.begin(), all.end(),
                            [&](const Metric& one) { return one.measure == metric.measure; });
  if (alike == all.end())
    alike = std::find_if(all.begin(), all.end(),
                         [&](const Metric& one) { return one.family == metric.family; });
  return alike == all.end() ? std::vector<std::string>() : alike->controls;
}

Metric metric_of(const Json& entry, const Catalogue& known, std::string_view list) {
  Metric metric;
  metric.id = entry.at("id").get<std::string>();
  const std::string where = fmt::format("{}: metric {}", list, metric.id);
  if (known.find(metric.id) != nullptr) {
    throw BadInput(fmt::format("{}: a metric has this id already.\n  Choose another id.", where));
  }
  const auto name = entry.at("measure").get<std::string>();
  const Measure* measure = find_measure(name);
  if (measure == nullptr) {
    std::vector<std::string_view> names;
    for (const Measure& one : all_measures()) names.push_back(one.measure);
    throw BadInput(fmt::format("{}: unknown measure '{}'. Measures: {}.", where, name,
                               fmt::join(names, ", ")));
  }
  metric.roles = roles_of(entry);
  require_roles(*measure, metric.roles, where);
  static_cast<Measure&>(metric) = *measure;
  metric.title = entry.value(
      "title", metric.roles.empty()
                   ? std::string(measure->measure_title)
                   : fmt::format("{} under {}", measure->measure_title, role_labels(metric.roles)));
  metric.definition = with_roles(measure->formula, metric.roles);
  metric.kind = kind_of(entry, *measure);
  require_kind(metric, where);
  metric.leaderboard = entry.value("leaderboard", metric.kind == Kind::headline);
  if (entry.contains("controls")) {
    metric.controls = entry.at("controls").get<std::vector<std::string>>();
  } else {
    metric.controls = controls_of_the_like(metric, known);
  }
  if (entry.contains("withholds_marks")) {
    const Json& limit = entry.at("withholds_marks");
    metric.withholds_marks.emplace();
    if (limit.contains("above")) metric.withholds_marks->above = limit.at("above").get<double>();
    if (limit.contains("below")) metric.withholds_marks->below = limit.at("below").get<double>();
  }
  for (const std::string& role : metric.roles) {
    for (const Modality modality : measure->reads) metric.needs.add(role, modality);
  }
  for (const Modality modality : measure->reads_pixels) metric.needs.add(kPixels, modality);
  return metric;
}

}  // namespace

Catalogue Catalogue::with(const Json& list, std::string_view where) const {
  check_schema(list, "metrics", std::string(where));
  Catalogue result = *this;
  for (const Json& entry : list.at("metrics"))
    result.metrics_.push_back(metric_of(entry, result, where));
  if (list.contains("not_computed")) {
    for (const Json& entry : list.at("not_computed"))
      result.not_computed_.push_back({entry.at("id").get<std::string>(),
                                      entry.at("reason").get<std::string>(),
                                      entry.value("instead", std::string())});
  }
  std::stable_partition(result.metrics_.begin(), result.metrics_.end(),
                        [](const Metric& metric) { return !metric.set_level(); });
  for (const Metric& metric : result.metrics_) require_known_controls(metric, result, where);
  return result;
}

std::vector<Metric> Catalogue::story_metrics() const {
  std::vector<Metric> metrics;
  std::copy_if(metrics_.begin(), metrics_.end(), std::back_inserter(metrics),
               [](const Metric& metric) { return !metric.set_level(); });
  return metrics;
}

std::vector<Metric> Catalogue::set_metrics() const {
  std::vector<Metric> metrics;
  std::copy_if(metrics_.begin(), metrics_.end(), std::back_inserter(metrics),
               [](const Metric& metric) { return metric.set_level(); });
  return metrics;
}

const Metric* Catalogue::find(std::string_view id) const {
  const auto found = std::find_if(metrics_.begin(), metrics_.end(),
                                  [&](const Metric& metric) { return metric.id == id; });
  return found == metrics_.end() ? nullptr : &*found;
}

std::optional<std::string> Catalogue::why_not(std::string_view id) const {
  const auto found = std::find_if(not_computed_.begin(), not_computed_.end(),
                                  [&](const NotComputed& one) { return one.id == id; });
  if (found == not_computed_.end()) return std::nullopt;
  return fmt::format(
      "{}.\n  {}", found->reason,
      found->instead.empty() ? "Leave it out." : fmt::format("Take {} instead.", found->instead));
}

const Metric& Catalogue::require(std::string_view id) const {
  if (const Metric* metric = find(id)) return *metric;
  if (const auto reason = why_not(id)) throw UsageError(fmt::format("{}: {}", id, *reason));
  std::vector<std::string> known;
  for (const Metric& metric : metrics_) known.push_back(metric.id);
  throw UsageError(fmt::format("Unknown metric '{}'.{} Metrics: {}.", id, did_you_mean(id, known),
                               fmt::join(known, ", ")));
}

Needs Catalogue::needs_of(std::span<const std::string> ids) const {
  Needs all;
  for (const std::string& id : ids) all.add(require(id).needs);
  return all;
}

std::vector<std::string> Catalogue::roles() const {
  std::set<std::string> roles;
  for (const Metric& metric : metrics_) roles.insert(metric.roles.begin(), metric.roles.end());
  return {roles.begin(), roles.end()};
}

std::string markdown_row(const Metric& metric) {
  const auto needs = describe(metric.needs);
  return fmt::format("| `{}` | {} | {} | {} to {} | {} | {} | {} |\n", metric.id,
                     to_string(metric.kind), to_string(metric.direction), metric.range_low,
                     metric.range_high, fmt::join(needs, ", "), definition_under(metric, {}),
                     metric.source);
}

const Catalogue& built_in_metrics() {
  static const Catalogue metrics = [] {
    constexpr std::string_view kFile = "metrics.json";
    const auto text = config_file(std::string(kFile));
    if (!text) throw InternalError("configs/metrics.json is not compiled in");
    return Catalogue().with(parse_json(*text, std::string(kFile)), kFile);
  }();
  return metrics;
}

}  // namespace asbench::metrics
