#include "reports/leaderboard/ranking.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "core/error.h"
#include "reports/leaderboard/mark_controls.h"
#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

std::set<std::string> story_ids(const document::Result& result) {
  std::set<std::string> ids;
  for (const auto& story : result.stories) ids.insert(story.id);
  return ids;
}

/// Documents that will share a table; a metric's signature and direction are those of the first
/// that has it.
struct Group {
  bool reported = false;
  std::string split;
  std::set<std::string> stories;
  std::map<std::string, std::string> signatures;
  std::map<std::string, document::ResultDirection> directions;
  std::vector<const document::Result*> results;

  [[nodiscard]] bool takes(const document::Result& result, const std::set<std::string>& ids) const {
    if (reported != (result.kind == document::ResultKind::reported) ||
        split != result.split.sha256 || stories != ids)
      return false;
    return std::all_of(
        result.metrics.begin(), result.metrics.end(), [&](const document::ResultMetric& metric) {
          const auto known = signatures.find(metric.id);
          return known == signatures.end() || (known->second == metric.signature &&
                                               directions.at(metric.id) == metric.direction);
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
          {result.kind == document::ResultKind::reported, result.split.sha256, ids, {}, {}, {}});
      found = std::prev(groups.end());
    }
    for (const auto& metric : result.metrics) {
      found->signatures.emplace(metric.id, metric.signature);
      found->directions.emplace(metric.id, metric.direction);
    }
    found->results.push_back(&result);
  }
  // Measured results come before published ones.
  std::stable_partition(groups.begin(), groups.end(),
                        [](const Group& group) { return !group.reported; });
  return groups;
}

bool has_story_values(const Group& group, const std::string& metric) {
  return std::any_of(group.results.begin(), group.results.end(), [&](const auto* result) {
    return std::any_of(result->stories.begin(), result->stories.end(),
                       [&](const auto& story) { return story.metrics.contains(metric); });
  });
}

/// Every metric of the group, in document order.
std::vector<std::string> metrics_of(const Group& group) {
  std::vector<std::string> metrics;
  std::set<std::string> known;
  for (const document::Result* result : group.results) {
    for (const auto& metric : result->metrics) {
      if (known.insert(metric.id).second) metrics.push_back(metric.id);
    }
  }
  return metrics;
}

std::vector<std::string> columns_of(const Group& group, const Descriptions& descriptions,
                                    const std::vector<std::string>& wanted,
                                    DefaultColumns otherwise) {
  std::vector<std::string> columns;
  for (const auto& id : wanted) {
    if (group.signatures.contains(id)) columns.push_back(id);
  }
  if (!wanted.empty()) return columns;
  const auto all = metrics_of(group);
  for (const auto& id : all) {
    const auto& description = description_of(descriptions, id);
    const bool of_set =
        description.kind == document::MetricKind::set || !has_story_values(group, id);
    if (otherwise == DefaultColumns::all || description.leaderboard || description.title.empty() ||
        (otherwise == DefaultColumns::leaderboard_and_sets && of_set))
      columns.push_back(id);
  }
  return columns.empty() ? all : columns;
}

double sign_of(document::ResultDirection direction) {
  return direction == document::ResultDirection::lower ? -1.0 : 1.0;
}

void order(RankedTable& table, int digits) {
  table.ranked = table.systems.size();
  const auto column = table.ranking_column();
  if (!column || table.reported) return;
  const double sign = sign_of(table.directions[*column]);
  const auto key = [&](const RankedSystem& system) -> document::ResultValue {
    const auto* metric = system.result->find_metric(table.metrics[*column]);
    return metric == nullptr || !metric->mean ? document::ResultValue()
                                              : sign * as_printed(*metric->mean, digits);
  };
  std::stable_sort(table.systems.begin(), table.systems.end(),
                   [&](const RankedSystem& a, const RankedSystem& b) { return key(a) > key(b); });
  const auto barred = std::stable_partition(
      table.systems.begin(), table.systems.end(),
      [&](const RankedSystem& system) { return system.withheld[*column].empty(); });
  table.ranked = static_cast<std::size_t>(barred - table.systems.begin());
}

void mark(RankedTable& table, int digits) {
  for (auto& system : table.systems) system.marks.resize(table.metrics.size());
  if (table.reported) return;
  for (std::size_t column = 0; column < table.metrics.size(); ++column) {
    std::vector<Contender> contenders;
    for (const auto& system : table.systems) {
      const auto* metric = system.result->find_metric(table.metrics[column]);
      const bool withheld = !system.withheld[column].empty();
      contenders.push_back(metric == nullptr ? Contender{{}, {}, withheld}
                                             : Contender{metric->mean, metric->ci95, withheld});
    }
    const auto marks = mark_column(contenders, table.directions[column], digits);
    for (std::size_t i = 0; i < marks.size(); ++i) table.systems[i].marks[column] = marks[i];
  }
}

/// Nothing is withheld from published results: their controls were measured by nobody.
std::vector<std::string> withheld_from(const document::Result& result, const RankedTable& table,
                                       const Descriptions& descriptions) {
  std::vector<std::string> reasons;
  for (const auto& metric : table.metrics)
    reasons.push_back(table.reported ? std::string()
                                     : withheld_reason(result, metric, descriptions));
  return reasons;
}

RankedTable table_of(const Group& group, const std::vector<std::string>& wanted,
                     DefaultColumns otherwise, int digits) {
  const Descriptions descriptions = descriptions_of(group.results);
  RankedTable table;
  table.reported = group.reported;
  table.metrics = columns_of(group, descriptions, wanted, otherwise);
  for (const auto& metric : table.metrics) {
    table.descriptions.push_back(description_of(descriptions, metric));
    table.directions.push_back(group.directions.at(metric));
    table.signatures.push_back(group.signatures.at(metric));
  }
  std::set<std::string> demo_encoders;
  for (const document::Result* result : group.results) {
    table.systems.push_back({result, withheld_from(*result, table, descriptions), {}});
    demo_encoders.insert(result->demo_encoders.begin(), result->demo_encoders.end());
  }
  table.demo_encoders.assign(demo_encoders.begin(), demo_encoders.end());
  order(table, digits);
  mark(table, digits);
  return table;
}

}  // namespace

double as_printed(double value, int digits) {
  const std::string text = fmt::format("{:.{}f}", value, digits);
  double printed = value;
  std::from_chars(text.data(), text.data() + text.size(), printed);
  return printed == 0.0 ? 0.0 : printed;  // -0.000 is 0.000
}

std::vector<Marks> mark_column(std::span<const Contender> column,
                               document::ResultDirection direction, int digits) {
  std::vector<Marks> marks(column.size());
  if (direction == document::ResultDirection::none) return marks;
  const double sign = sign_of(direction);
  std::multiset<double, std::greater<>> values;
  for (const auto& contender : column) {
    if (!contender.value || contender.withheld) continue;
    values.insert(sign * as_printed(*contender.value, digits));
  }
  if (values.size() < 2) return marks;
  const double best = *values.begin();
  const auto first = values.count(best);
  for (std::size_t i = 0; i < column.size(); ++i) {
    const auto& contender = column[i];
    if (!contender.value || contender.withheld) continue;
    const double value = sign * as_printed(*contender.value, digits);
    marks[i].best = value == best;
    marks[i].second = first == 1 && values.size() > 1 && value == *std::next(values.begin());
    marks[i].as_good = !marks[i].best && contender.interval &&
                       as_printed(contender.interval->low, digits) <= sign * best &&
                       sign * best <= as_printed(contender.interval->high, digits);
  }
  return marks;
}

std::vector<RankedTable> rank(std::span<const document::Result> results,
                              const std::vector<std::string>& metrics, DefaultColumns columns,
                              int digits) {
  std::vector<RankedTable> tables;
  for (const auto& group : groups_of(results))
    tables.push_back(table_of(group, metrics, columns, digits));
  return tables;
}

std::optional<std::size_t> RankedTable::ranking_column() const {
  const auto found = std::find_if(directions.begin(), directions.end(), [](auto direction) {
    return direction != document::ResultDirection::none;
  });
  if (found == directions.end()) return std::nullopt;
  return static_cast<std::size_t>(found - directions.begin());
}

std::string not_ranked_head(const RankedTable& table) {
  const auto column = table.ranking_column();
  if (!column || table.ranked == table.systems.size()) return {};
  return fmt::format("not ranked by {}", table.metrics[*column]);
}

std::string not_ranked_line(const RankedTable& table) {
  const std::string head = not_ranked_head(table);
  return head.empty() ? head
                      : head + ": a control of this metric is beyond its limit or was not measured";
}

std::vector<std::string> withheld_lines(const RankedTable& table, const RankedSystem& system) {
  const auto without_marks = [&](std::size_t column) {
    return !system.withheld[column].empty() &&
           table.directions[column] != document::ResultDirection::none;
  };
  /// The family, where all of its ranked columns are without marks.
  const auto name_of = [&](std::size_t column) -> const std::string& {
    const std::string& family = table.descriptions[column].family;
    if (family.empty()) return table.metrics[column];
    for (std::size_t other = 0; other < table.metrics.size(); ++other) {
      if (table.descriptions[other].family == family &&
          table.directions[other] != document::ResultDirection::none && !without_marks(other))
        return table.metrics[column];
    }
    return family;
  };
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  for (std::size_t column = 0; column < table.metrics.size(); ++column) {
    if (!without_marks(column)) continue;
    const std::string& reason = system.withheld[column];
    auto found = std::find_if(by_reason.begin(), by_reason.end(),
                              [&](const auto& known) { return known.first == reason; });
    if (found == by_reason.end()) found = by_reason.insert(found, {reason, {}});
    const std::string& name = name_of(column);
    if (std::find(found->second.begin(), found->second.end(), name) == found->second.end())
      found->second.push_back(name);
  }
  std::vector<std::string> lines;
  for (const auto& [reason, names] : by_reason)
    lines.push_back(fmt::format("no marks for {} ({})", fmt::join(names, ", "), reason));
  return lines;
}

std::vector<std::string> fewer_stories_lines(const RankedTable& table, const RankedSystem& system) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_count;
  for (const auto& id : table.metrics) {
    const auto* metric = system.result->find_metric(id);
    const std::string count = metric == nullptr ? std::string() : fewer_stories(*metric);
    if (count.empty()) continue;
    auto found = std::find_if(by_count.begin(), by_count.end(),
                              [&](const auto& known) { return known.first == count; });
    if (found == by_count.end()) found = by_count.insert(found, {count, {}});
    found->second.push_back(id);
  }
  std::vector<std::string> lines;
  for (const auto& [count, ids] : by_count)
    lines.push_back(
        fmt::format("{} of {}: {}", fmt::join(ids, ", "), system.result->system, count));
  return lines;
}

std::vector<std::string> system_notes(const RankedTable& table) {
  std::vector<std::string> lines;
  for (const auto& system : table.systems) {
    const document::Result& result = *system.result;
    if (!result.note.empty()) lines.push_back(fmt::format("{}: {}", result.system, result.note));
  }
  return lines;
}

void require_reportable(std::span<const document::Result> results) {
  for (const auto& result : results) {
    if (result.metrics.empty())
      throw BadInput(fmt::format(
          "{}: the document has no metrics, so there is nothing to report\n  Score the system with "
          "`asbench score`.",
          result.where));
    if (result.stories.empty() && result.kind != document::ResultKind::reported) {
      throw BadInput(
          fmt::format("{}: the document has no stories, although the system was measured\n  Only "
                      "published results (system/kind \"reported\") have none. Score the system "
                      "again.",
                      result.where));
    }
  }
  for (const auto& group : groups_of(results)) {
    std::map<std::string, const document::Result*> known;
    for (const document::Result* result : group.results) {
      const auto [place, fresh] = known.emplace(result->system, result);
      if (fresh) continue;
      throw BadInput(fmt::format(
          "{} and {} are both results of a system named '{}', measured in the same "
          "way, so their rows could not be told apart\n"
          "  Leave one out, or rename one: `asbench score --system NAME` (system/name in "
          "the document).",
          place->second->where, result->where, result->system));
    }
  }
}

}  // namespace asbench::reports
