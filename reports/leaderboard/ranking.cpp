#include "reports/leaderboard/ranking.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"

namespace asbench::reports {
namespace {

/// metrics.md 5: what takes the marks away. A control that was not measured clears nobody.
std::string gaming(const document::Result& result) {
  constexpr double kMost = 0.1;
  // What three digits show as 0: noise is 0 but for chance.
  constexpr double kDeaf = 0.0005;
  std::vector<std::string> reasons;
  for (const char* control : {"frozen_rate", "reference_copy", "duplicate_pairs"}) {
    const auto* metric = result.find_metric(control);
    if (metric == nullptr || !metric->mean)
      reasons.push_back(fmt::format("{} not measured", control));
    else if (*metric->mean > kMost)
      reasons.push_back(fmt::format("{} {:.2f}", control, *metric->mean));
  }
  const auto* margin = result.find_metric("clip_t_margin");
  if (margin == nullptr || !margin->mean)
    reasons.emplace_back("clip_t_margin not measured");
  else if (*margin->mean < kDeaf)
    reasons.push_back(fmt::format("clip_t_margin {:.3f}", *margin->mean));
  return fmt::format("{}", fmt::join(reasons, ", "));
}

std::set<std::string> story_ids(const document::Result& result) {
  std::set<std::string> ids;
  for (const auto& story : result.stories) ids.insert(story.id);
  return ids;
}

/// Documents under way to a table; the signature of a metric is that of the first that has it.
struct Group {
  bool reported = false;
  std::string split;
  std::set<std::string> stories;
  std::map<std::string, std::string> signatures;
  std::vector<const document::Result*> results;

  [[nodiscard]] bool takes(const document::Result& result, const std::set<std::string>& ids) const {
    if (reported != (result.kind == document::ResultKind::reported) ||
        split != result.split.sha256 || stories != ids)
      return false;
    return std::all_of(result.metrics.begin(), result.metrics.end(),
                       [&](const document::ResultMetric& metric) {
                         const auto known = signatures.find(metric.id);
                         return known == signatures.end() || known->second == metric.signature;
                       });
  }
};

std::vector<Group> groups_of(std::span<const document::Result> results) {
  std::vector<Group> groups;
  for (const auto& result : results) {
    const auto ids = story_ids(result);
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& group) { return group.takes(result, ids); });
    if (found == groups.end()) {
      groups.push_back(
          {result.kind == document::ResultKind::reported, result.split.sha256, ids, {}, {}});
      found = std::prev(groups.end());
    }
    for (const auto& metric : result.metrics)
      found->signatures.emplace(metric.id, metric.signature);
    found->results.push_back(&result);
  }
  // What was measured first.
  std::stable_partition(groups.begin(), groups.end(),
                        [](const Group& group) { return !group.reported; });
  return groups;
}

std::vector<std::string> columns_of(const Group& group, const std::vector<std::string>& wanted) {
  std::vector<std::string> columns;
  if (wanted.empty()) {
    for (const document::Result* result : group.results) {
      for (const auto& metric : result->metrics) {
        if (std::find(columns.begin(), columns.end(), metric.id) == columns.end())
          columns.push_back(metric.id);
      }
    }
  } else {
    for (const auto& id : wanted) {
      if (group.signatures.contains(id)) columns.push_back(id);
    }
  }
  return columns;
}

document::ResultDirection direction_of(const Group& group, const std::string& metric) {
  for (const document::Result* result : group.results) {
    if (const auto* found = result->find_metric(metric)) return found->direction;
  }
  return document::ResultDirection::none;
}

double sign_of(document::ResultDirection direction) {
  return direction == document::ResultDirection::lower ? -1.0 : 1.0;
}

void sort_by_first_metric(RankedTable& table) {
  if (table.metrics.empty()) return;
  const double sign = sign_of(table.directions.front());
  const auto key = [&](const RankedSystem& system) -> document::ResultValue {
    const auto* metric = system.result->find_metric(table.metrics.front());
    return metric == nullptr || !metric->mean ? document::ResultValue() : sign * *metric->mean;
  };
  std::stable_sort(table.systems.begin(), table.systems.end(),
                   [&](const RankedSystem& a, const RankedSystem& b) { return key(a) > key(b); });
}

void mark(RankedTable& table) {
  for (auto& system : table.systems) system.marks.resize(table.metrics.size());
  if (table.reported) return;
  for (std::size_t column = 0; column < table.metrics.size(); ++column) {
    std::vector<Contender> contenders;
    for (const auto& system : table.systems) {
      const auto* metric = system.result->find_metric(table.metrics[column]);
      const bool barred = is_consistency_metric(table.metrics[column]) && !system.gamed.empty();
      contenders.push_back(metric == nullptr ? Contender{{}, {}, barred}
                                             : Contender{metric->mean, metric->ci95, barred});
    }
    const auto marks = mark_column(contenders, table.directions[column]);
    for (std::size_t i = 0; i < marks.size(); ++i) table.systems[i].marks[column] = marks[i];
  }
}

RankedTable table_of(const Group& group, const std::vector<std::string>& wanted) {
  RankedTable table;
  table.reported = group.reported;
  table.metrics = columns_of(group, wanted);
  for (const auto& metric : table.metrics) {
    table.directions.push_back(direction_of(group, metric));
    table.signatures.push_back(group.signatures.at(metric));
  }
  std::set<std::string> demo_encoders;
  for (const document::Result* result : group.results) {
    table.systems.push_back({result, table.reported ? std::string() : gaming(*result), {}});
    demo_encoders.insert(result->demo_encoders.begin(), result->demo_encoders.end());
  }
  table.demo_encoders.assign(demo_encoders.begin(), demo_encoders.end());
  if (!table.reported) sort_by_first_metric(table);
  mark(table);
  return table;
}

}  // namespace

std::vector<Marks> mark_column(std::span<const Contender> column,
                               document::ResultDirection direction) {
  std::vector<Marks> marks(column.size());
  if (direction == document::ResultDirection::none) return marks;
  const double sign = sign_of(direction);
  std::multiset<double, std::greater<>> values;
  for (const auto& contender : column) {
    if (!contender.value || contender.barred) continue;
    values.insert(sign * *contender.value);
  }
  if (values.size() < 2) return marks;
  const double best = *values.begin();
  const auto first = values.count(best);
  for (std::size_t i = 0; i < column.size(); ++i) {
    const auto& contender = column[i];
    if (!contender.value || contender.barred) continue;
    const double value = sign * *contender.value;
    marks[i].best = value == best;
    marks[i].second = first == 1 && values.size() > 1 && value == *std::next(values.begin());
    marks[i].as_good = !marks[i].best && contender.interval &&
                       contender.interval->low <= sign * best &&
                       sign * best <= contender.interval->high;
  }
  return marks;
}

std::vector<RankedTable> rank(std::span<const document::Result> results,
                              const std::vector<std::string>& metrics) {
  std::vector<RankedTable> tables;
  for (const auto& group : groups_of(results)) tables.push_back(table_of(group, metrics));
  return tables;
}

void require_reportable(std::span<const document::Result> results) {
  for (const auto& result : results) {
    if (result.metrics.empty())
      throw BadInput(fmt::format(
          "{}: no metrics, so there is nothing to report\n  Score the system with asbench score.",
          result.where));
    if (result.stories.empty() && result.kind != document::ResultKind::reported) {
      throw BadInput(
          fmt::format("{}: no stories, though the system was measured\n  Only published results "
                      "(system/kind \"reported\") have none. Score the system again.",
                      result.where));
    }
  }
  for (const auto& group : groups_of(results)) {
    std::map<std::string, const document::Result*> known;
    for (const document::Result* result : group.results) {
      const auto [place, fresh] = known.emplace(result->system, result);
      if (fresh) continue;
      throw BadInput(
          fmt::format("{} and {} are both of a system '{}' and measured alike, so their rows could "
                      "not be told apart\n"
                      "  Leave one out, or give one another name: asbench score --system NAME "
                      "(system/name in the document).",
                      place->second->where, result->where, result->system));
    }
  }
}

const std::vector<std::string>& main_metrics() {
  static const std::vector<std::string> ids = {"clip_i",          "dino_i",
                                               "dreamsim",        "clip_t",
                                               "cross_shot_clip", "faithful_consistency",
                                               "clip_t_margin",   "frozen_rate",
                                               "reference_copy",  "duplicate_pairs"};
  return ids;
}

bool is_consistency_metric(std::string_view metric) {
  static const std::set<std::string_view> ids = {
      "cross_shot_clip", "cross_shot_dino", "faithful_consistency", "faithful_consistency_dino"};
  return ids.contains(metric);
}

}  // namespace asbench::reports
