#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/nearest_name.h"
#include "document/result.h"
#include "reports/leaderboard/metric_parts.h"
#include "reports/tables/table_rows.h"
#include "reports/tables/tables.h"

namespace asbench::reports {
namespace {

/// Every metric that some result has.
std::vector<std::string> known_metrics(std::span<const document::Result> results) {
  std::vector<std::string> known;
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) {
      if (std::find(known.begin(), known.end(), metric.id) == known.end())
        known.push_back(metric.id);
    }
  }
  return known;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void require_metric(std::string_view option, const std::string& metric,
                    const std::vector<std::string>& known,
                    const std::vector<std::string>& further = {}) {
  if (contains(known, metric)) return;
  std::vector<std::string> candidates = further;
  candidates.insert(candidates.end(), known.begin(), known.end());
  throw UsageError(fmt::format(
      "{}: no document has a metric '{}'.{} Metrics: {}.{}", option, metric,
      did_you_mean(metric, candidates), fmt::join(known, ", "),
      further.empty() ? std::string()
                      : fmt::format(" Column sets: {}, or a file.", fmt::join(further, ", "))));
}

/// Refuses a part that no document has, with the names of those that there are.
void require_part(std::span<const document::Result> results, const TableColumn& column) {
  if (column.kind != TableColumn::Kind::part) return;
  std::vector<const document::ResultMetric*> metrics;
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) metrics.push_back(&metric);
  }
  std::vector<std::string> names = {"shots", "mean", "harmeanp"};
  const auto parts = part_names(metrics);
  names.insert(names.end(), parts.begin(), parts.end());
  if (contains(names, column.part)) return;
  throw UsageError(fmt::format("Unknown column '{}'.{} Choose from: {}", column.part,
                               did_you_mean(column.part, names), fmt::join(names, ", ")));
}

void require_digits(std::span<const document::Result> results, const TableOptions& options,
                    const std::vector<std::string>& known) {
  for (const auto& [column, digits] : options.digits_of) {
    const auto colon = column.find(':');
    require_metric("--digits-of", column.substr(0, colon), known);
    if (colon != std::string::npos) require_part(results, table_column(column.substr(colon + 1)));
  }
}

void require_known(std::span<const document::Result> results, const TableOptions& options) {
  const auto known = known_metrics(results);
  require_digits(results, options, known);
  for (const auto& metric : options.metrics) require_metric("--metrics", metric, known);
  for (const auto& column : options.columns) require_part(results, column);
  if (!options.set) return;
  for (const auto& group : options.set->groups) {
    for (const auto& column : group.columns) {
      if (!column.optional) require_metric("--table", column.metric, known, column_set_names());
      require_part(results, column.value);
    }
  }
}

/// The groups of a set that asks for a kind of metrics: those of the documents, by family.
ColumnSet with_groups(ColumnSet set, std::span<const document::Result> results) {
  if (set.choice == ColumnSet::Choice::groups) return set;
  std::set<std::string> seen;
  const auto tables = rank(results, {}, DefaultColumns::leaderboard);
  const bool measured = std::any_of(tables.begin(), tables.end(),
                                    [](const RankedTable& table) { return !table.reported; });
  for (const auto& table : tables) {
    // Published rows fill the columns of what was measured; they bring none of their own.
    if (table.reported && measured) continue;
    for (std::size_t i = 0; i < table.metrics.size(); ++i) {
      const auto& description = table.descriptions[i];
      const bool other =
          !description.title.empty() && description.kind != document::MetricKind::headline;
      if (set.choice == ColumnSet::Choice::headline && other) continue;
      if (!seen.insert(table.metrics[i]).second) continue;
      const std::string head = family_head(description.family);
      auto group = std::find_if(set.groups.begin(), set.groups.end(),
                                [&](const SetGroup& known) { return known.head == head; });
      if (group == set.groups.end()) group = set.groups.insert(group, {head, {}});
      group->columns.push_back({.metric = table.metrics[i]});
    }
  }
  return set;
}

std::vector<std::string> metrics_of(const ColumnSet& set) {
  std::vector<std::string> metrics;
  for (const auto& group : set.groups) {
    for (const auto& column : group.columns) {
      if (!contains(metrics, column.metric)) metrics.push_back(column.metric);
    }
  }
  return metrics;
}

/// Ranked as the ranking column is printed.
std::vector<RankedTable> ranked(std::span<const document::Result> results,
                                const TableOptions& options) {
  const auto metrics = options.set ? metrics_of(*options.set) : options.metrics;
  const auto columns = DefaultColumns::leaderboard_and_sets;
  auto tables = rank(results, metrics, columns, options.digits);
  for (const auto& table : tables) {
    const auto column = table.ranking_column();
    if (table.reported || !column) continue;
    const int digits = digits_of(options, table.metrics[*column], {});
    return digits == options.digits ? tables : rank(results, metrics, columns, digits);
  }
  return tables;
}

}  // namespace

std::vector<Table> lay_out(std::span<const document::Result> results,
                           const TableOptions& asked_options) {
  require_known(results, asked_options);
  TableOptions options = asked_options;
  if (options.set) options.set = with_groups(std::move(*options.set), results);
  auto ranked_tables = ranked(results, options);
  std::erase_if(ranked_tables, [](const RankedTable& table) { return table.metrics.empty(); });
  std::vector<Table> tables;
  for (const auto& plan : plan_rows(ranked_tables, options.rows)) {
    Table table = options.set ? lay_out_columns(plan, options) : lay_out_blocks(plan, options);
    if (table.heads.empty()) continue;
    if (!table.label.empty() && !tables.empty())
      table.label += fmt::format("-{}", tables.size() + 1);
    tables.push_back(std::move(table));
  }
  if (tables.empty()) {
    throw UsageError(
        "No value of these metrics, columns and systems is in the documents, so the table would be "
        "empty\n  Leave out --metrics, --columns, --table or --rows, or score the systems with "
        "these metrics.");
  }
  return tables;
}

}  // namespace asbench::reports
