#include "reports/tables/table_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/nearest_name.h"
#include "reports/leaderboard/leaderboard.h"
#include "reports/leaderboard/metric_parts.h"

namespace asbench::reports {
namespace {

const document::ResultMetric& metric_or_empty(const document::Result& result,
                                              const std::string& id) {
  static const document::ResultMetric empty;
  const auto* found = result.find_metric(id);
  return found == nullptr ? empty : *found;
}

std::size_t shot_columns(const RankedTable& table) {
  std::size_t most = 0;
  for (const auto& system : table.systems) {
    for (const auto& id : table.metrics)
      most = std::max(most, metric_or_empty(*system.result, id).per_shot_index.size());
  }
  return most;
}

std::vector<std::string> heads_of(const TableColumn& column, std::size_t shots) {
  std::vector<std::string> heads;
  switch (column.kind) {
    case TableColumn::Kind::shots:
      for (std::size_t i = 0; i < shots; ++i) heads.push_back(fmt::format("shot {}", i + 1));
      return heads;
    case TableColumn::Kind::mean:
      return {"Mean"};
    case TableColumn::Kind::harmeanp:
      return {"HarMeanP"};
    case TableColumn::Kind::part:
      return {column.part};
  }
  return heads;
}

std::vector<TableCell> cells_of(const document::ResultMetric& metric, const TableColumn& column,
                                std::size_t shots) {
  const bool fewer = metric.of_stories.has_value();
  std::vector<TableCell> cells;
  switch (column.kind) {
    case TableColumn::Kind::shots:
      for (std::size_t i = 0; i < shots; ++i)
        cells.push_back(
            {i < metric.per_shot_index.size() ? metric.per_shot_index[i] : document::ResultValue(),
             {},
             {},
             fewer});
      return cells;
    case TableColumn::Kind::mean:
      return {{metric.mean, metric.ci95, {}, fewer}};
    case TableColumn::Kind::harmeanp:
      return {{metric.harmeanp, {}, {}, fewer}};
    case TableColumn::Kind::part:
      return {{part_of(metric, column.part), {}, {}, fewer}};
  }
  return cells;
}

TableRow row_of(const RankedSystem& system, const std::string& metric, bool withheld,
                const TableOptions& options, std::size_t shots) {
  TableRow row{system.result, withheld, {}};
  for (const auto& column : options.columns) {
    for (auto& cell : cells_of(metric_or_empty(*system.result, metric), column, shots))
      row.cells.push_back(cell);
  }
  return row;
}

/// A part that stories have too is a mean over them, on the metric's own scale, and is better in
/// the metric's direction. Others (sizes of sets, standard errors) have no preferred direction.
bool is_mean_of_stories(const RankedTable& table, const std::string& metric,
                        const std::string& part) {
  return std::any_of(table.systems.begin(), table.systems.end(), [&](const auto& system) {
    const auto& stories = system.result->stories;
    return std::any_of(stories.begin(), stories.end(), [&](const auto& story) {
      const auto found = story.metrics.find(metric);
      return found != story.metrics.end() && found->second.parts.contains(part);
    });
  });
}

/// Which way each column of the block is better.
std::vector<document::ResultDirection> directions_of(const RankedTable& table,
                                                     const TableBlock& block,
                                                     const TableOptions& options,
                                                     std::size_t shots) {
  std::vector<document::ResultDirection> directions;
  for (const auto& column : options.columns) {
    const bool ranked = column.kind != TableColumn::Kind::part ||
                        is_mean_of_stories(table, block.metric, column.part);
    directions.insert(directions.end(), heads_of(column, shots).size(),
                      ranked ? block.direction : document::ResultDirection::none);
  }
  return directions;
}

void mark(TableBlock& block, const std::vector<document::ResultDirection>& directions) {
  for (std::size_t column = 0; column < directions.size(); ++column) {
    std::vector<Contender> contenders;
    for (const auto& row : block.rows)
      contenders.push_back({row.cells[column].value, row.cells[column].interval, row.withheld});
    const auto marks = mark_column(contenders, directions[column]);
    for (std::size_t i = 0; i < marks.size(); ++i) block.rows[i].cells[column].marks = marks[i];
  }
}

std::vector<std::string> footnotes_of(const RankedTable& table) {
  std::vector<std::string> notes = {table_heading(table)};
  if (table.reported) notes.emplace_back(kReportedLabel);
  if (const std::string line = not_ranked_line(table); !line.empty()) notes.push_back(line);
  for (const auto& system : table.systems) {
    const auto& coverage = system.result->coverage;
    if (!table.reported && coverage.scored_shots < coverage.expected_shots) {
      notes.push_back(fmt::format("{}: {} of {} shots scored, policy for missing shots: {}",
                                  system.result->system, coverage.scored_shots,
                                  coverage.expected_shots, coverage.policy));
    }
    for (const auto& line : withheld_lines(table, system))
      notes.push_back(fmt::format("† {}: {}", system.result->system, line));
    for (const auto& line : fewer_stories_lines(table, system))
      notes.push_back("‡ mean of fewer stories: " + line);
  }
  notes.insert(notes.end(), table.signatures.begin(), table.signatures.end());
  return notes;
}

TableLayout layout_of(const RankedTable& table, const TableOptions& options) {
  const std::size_t shots = shot_columns(table);
  TableLayout layout;
  layout.reported = table.reported;
  layout.ranked = table.ranked;
  layout.not_ranked_head = not_ranked_head(table);
  for (const auto& column : options.columns) {
    for (auto& head : heads_of(column, shots)) layout.heads.push_back(std::move(head));
  }
  for (std::size_t i = 0; i < table.metrics.size(); ++i) {
    TableBlock block{table.metrics[i], table.directions[i], {}};
    const bool ranked = block.direction != document::ResultDirection::none;
    for (const auto& system : table.systems)
      block.rows.push_back(
          row_of(system, table.metrics[i], ranked && !system.withheld[i].empty(), options, shots));
    if (!table.reported) mark(block, directions_of(table, block, options, shots));
    layout.blocks.push_back(std::move(block));
  }
  layout.footnotes = footnotes_of(table);
  return layout;
}

/// Refuses a part that no document has, with the names of those that there are.
void require_parts(std::span<const document::Result> results, const TableOptions& options) {
  std::vector<const document::ResultMetric*> metrics;
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) metrics.push_back(&metric);
  }
  const auto parts = part_names(metrics);
  for (const auto& column : options.columns) {
    if (column.kind != TableColumn::Kind::part ||
        std::find(parts.begin(), parts.end(), column.part) != parts.end())
      continue;
    std::vector<std::string> known = {"shots", "mean", "harmeanp"};
    known.insert(known.end(), parts.begin(), parts.end());
    throw UsageError(fmt::format("Unknown column '{}'.{} Choose from: {}", column.part,
                                 did_you_mean(column.part, known), fmt::join(known, ", ")));
  }
}

/// Refuses a metric that no document has.
void require_metrics(std::span<const document::Result> results, const TableOptions& options) {
  std::vector<std::string> known;
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) {
      if (std::find(known.begin(), known.end(), metric.id) == known.end())
        known.push_back(metric.id);
    }
  }
  for (const auto& id : options.metrics) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    throw UsageError(fmt::format("--metrics {}: no document has this metric.{} They have: {}", id,
                                 did_you_mean(id, known), fmt::join(known, ", ")));
  }
}

}  // namespace

TableColumn table_column(std::string_view name) {
  if (name == "shots") return {.kind = TableColumn::Kind::shots};
  if (name == "mean") return {.kind = TableColumn::Kind::mean};
  if (name == "harmeanp") return {.kind = TableColumn::Kind::harmeanp};
  return {.kind = TableColumn::Kind::part, .part = std::string(name)};
}

std::vector<TableLayout> lay_out(std::span<const document::Result> results,
                                 const TableOptions& options) {
  require_metrics(results, options);
  require_parts(results, options);
  std::vector<TableLayout> layouts;
  for (const auto& table : rank(results, options.metrics, DefaultColumns::leaderboard_and_sets)) {
    if (!table.metrics.empty()) layouts.push_back(layout_of(table, options));
  }
  if (layouts.empty())
    throw UsageError(
        fmt::format("No document has any of these metrics: {}", fmt::join(options.metrics, ", ")));
  return layouts;
}

}  // namespace asbench::reports
