#include "reports/tables/table_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "reports/leaderboard/leaderboard.h"

namespace asbench::reports {
namespace {

const document::ResultMetric& metric_or_empty(const document::Result& result,
                                              const std::string& id) {
  static const document::ResultMetric empty;
  const auto* found = result.find_metric(id);
  return found == nullptr ? empty : *found;
}

document::ResultValue part(const document::ResultMetric& metric, const char* name) {
  const auto found = metric.parts.find(name);
  return found == metric.parts.end() ? document::ResultValue() : found->second;
}

std::size_t shot_columns(const RankedTable& table) {
  std::size_t most = 0;
  for (const auto& system : table.systems) {
    for (const auto& id : table.metrics)
      most = std::max(most, metric_or_empty(*system.result, id).per_shot_index.size());
  }
  return most;
}

std::vector<std::string> heads_of(TableColumn column, std::size_t shots) {
  std::vector<std::string> heads;
  switch (column) {
    case TableColumn::shots:
      for (std::size_t i = 0; i < shots; ++i) heads.push_back(fmt::format("shot {}", i + 1));
      return heads;
    case TableColumn::mean:
      return {"Mean"};
    case TableColumn::harmeanp:
      return {"HarMeanP"};
    case TableColumn::adjacent:
      return {"adjacent"};
    case TableColumn::first:
      return {"first"};
    case TableColumn::worst:
      return {"worst"};
  }
  return heads;
}

std::vector<TableCell> cells_of(const document::ResultMetric& metric, TableColumn column,
                                std::size_t shots) {
  std::vector<TableCell> cells;
  switch (column) {
    case TableColumn::shots:
      for (std::size_t i = 0; i < shots; ++i)
        cells.push_back(
            {i < metric.per_shot_index.size() ? metric.per_shot_index[i] : document::ResultValue(),
             {},
             {}});
      return cells;
    case TableColumn::mean:
      return {{metric.mean, metric.ci95, {}}};
    case TableColumn::harmeanp:
      return {{metric.harmeanp, {}, {}}};
    case TableColumn::adjacent:
      return {{part(metric, "adjacent"), {}, {}}};
    case TableColumn::first:
      return {{part(metric, "first"), {}, {}}};
    case TableColumn::worst:
      return {{part(metric, "worst"), {}, {}}};
  }
  return cells;
}

TableRow row_of(const RankedSystem& system, const std::string& metric, bool gamed,
                const TableOptions& options, std::size_t shots) {
  TableRow row{system.result, gamed, {}};
  for (const auto column : options.columns) {
    for (auto& cell : cells_of(metric_or_empty(*system.result, metric), column, shots))
      row.cells.push_back(cell);
  }
  return row;
}

void mark(TableBlock& block) {
  for (std::size_t column = 0; column < block.rows.front().cells.size(); ++column) {
    std::vector<Contender> contenders;
    for (const auto& row : block.rows)
      contenders.push_back({row.cells[column].value, row.cells[column].interval, row.gamed});
    const auto marks = mark_column(contenders, block.direction);
    for (std::size_t i = 0; i < marks.size(); ++i) block.rows[i].cells[column].marks = marks[i];
  }
}

std::vector<std::string> footnotes_of(const RankedTable& table) {
  std::vector<std::string> notes = {table_heading(table)};
  if (table.reported) notes.emplace_back(kReportedLabel);
  for (const auto& system : table.systems) {
    const auto& coverage = system.result->coverage;
    if (!table.reported && coverage.scored_shots < coverage.expected_shots) {
      notes.push_back(fmt::format("{}: {} of {} shots, missing ones: {}", system.result->system,
                                  coverage.scored_shots, coverage.expected_shots, coverage.policy));
    }
    if (!table.reported && !system.gamed.empty())
      notes.push_back(
          fmt::format("† {}: no mark for consistency, {}", system.result->system, system.gamed));
  }
  notes.insert(notes.end(), table.signatures.begin(), table.signatures.end());
  return notes;
}

TableLayout layout_of(const RankedTable& table, const TableOptions& options) {
  const std::size_t shots = shot_columns(table);
  TableLayout layout;
  layout.reported = table.reported;
  for (const auto column : options.columns) {
    for (auto& head : heads_of(column, shots)) layout.heads.push_back(std::move(head));
  }
  for (std::size_t i = 0; i < table.metrics.size(); ++i) {
    TableBlock block{table.metrics[i], table.directions[i], {}};
    for (const auto& system : table.systems) {
      const bool gamed =
          !table.reported && !system.gamed.empty() && is_consistency_metric(table.metrics[i]);
      block.rows.push_back(row_of(system, table.metrics[i], gamed, options, shots));
    }
    if (!table.reported) mark(block);
    layout.blocks.push_back(std::move(block));
  }
  layout.footnotes = footnotes_of(table);
  return layout;
}

/// The main metrics, then those of whole sets and of raters.
std::vector<std::string> default_metrics(std::span<const document::Result> results) {
  std::vector<std::string> metrics = main_metrics();
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) {
      const bool of_stories =
          std::any_of(result.stories.begin(), result.stories.end(),
                      [&](const auto& story) { return story.metrics.contains(metric.id); });
      const bool wanted = !of_stories || metric.id.starts_with("rated ");
      if (wanted && std::find(metrics.begin(), metrics.end(), metric.id) == metrics.end())
        metrics.push_back(metric.id);
    }
  }
  return metrics;
}

}  // namespace

TableColumn table_column(std::string_view name) {
  if (name == "shots") return TableColumn::shots;
  if (name == "mean") return TableColumn::mean;
  if (name == "harmeanp") return TableColumn::harmeanp;
  if (name == "adjacent") return TableColumn::adjacent;
  if (name == "first") return TableColumn::first;
  if (name == "worst") return TableColumn::worst;
  throw UsageError(
      fmt::format("there is no column '{}': shots, mean, harmeanp, adjacent, first, worst", name));
}

std::vector<TableLayout> lay_out(std::span<const document::Result> results,
                                 const TableOptions& options) {
  std::vector<TableLayout> layouts;
  const bool chosen = !options.metrics.empty();
  const auto tables = rank(results, chosen ? options.metrics : default_metrics(results));
  // The same tables with every metric: shown where none of the default ones was measured.
  const auto full = rank(results, {});
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const RankedTable& table = tables[i].metrics.empty() && !chosen ? full[i] : tables[i];
    if (!table.metrics.empty()) layouts.push_back(layout_of(table, options));
  }
  if (layouts.empty())
    throw UsageError(fmt::format("no document has any of the metrics asked for: {}",
                                 fmt::join(options.metrics, ", ")));
  return layouts;
}

}  // namespace asbench::reports
