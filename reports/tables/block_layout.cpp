#include <algorithm>

#include "document/result.h"
#include "reports/tables/table_rows.h"

namespace asbench::reports {
namespace {

/// The metrics of the systems, then those that only published results have.
std::vector<std::string> metrics_of(const RowPlan& plan) {
  std::vector<std::string> metrics = plan.table->metrics;
  for (const auto* published : plan.published) {
    for (const auto& id : published->metrics) {
      if (std::find(metrics.begin(), metrics.end(), id) == metrics.end()) metrics.push_back(id);
    }
  }
  return metrics;
}

/// Nothing where the metric is none of the row's table, whose results then lack it.
std::optional<std::size_t> index_of(const RankedTable& table, const std::string& metric) {
  const auto found = std::find(table.metrics.begin(), table.metrics.end(), metric);
  if (found == table.metrics.end()) return std::nullopt;
  return static_cast<std::size_t>(found - table.metrics.begin());
}

TableSection block_of(const RowPlan& plan, const std::string& metric, std::size_t shots,
                      const TableOptions& options) {
  std::vector<document::ResultDirection> directions;
  for (const auto& column : options.columns)
    directions.insert(directions.end(), heads_of(column, shots).size(),
                      direction_of(plan, metric, column));
  const auto direction = direction_of(plan, metric, {});
  std::vector<TableRow> rows;
  for (const auto& source : plan.rows) {
    const auto index = index_of(*source.table, metric);
    const auto* measured = source.system->result->find_metric(metric);
    if (source.grey && source.table != plan.table && measured == nullptr) continue;
    if (!index && !index_of(*plan.table, metric)) continue;  // a block of published results
    const bool withheld = index && direction != document::ResultDirection::none &&
                          !source.system->withheld[*index].empty();
    TableRow row = source.row(withheld);
    for (const auto& column : options.columns) {
      for (auto& cell : cells_of(*source.system->result, metric, column, shots,
                                 digits_of(options, metric, column))) {
        cell.withheld = withheld;
        row.cells.push_back(std::move(cell));
      }
    }
    rows.push_back(std::move(row));
  }
  TableSection section = section_of(plan.rows, std::move(rows));
  section.head = metric;
  section.arrow = direction;
  mark_section(section, directions);
  return section;
}

}  // namespace

Table lay_out_blocks(const RowPlan& plan, const TableOptions& options) {
  const auto metrics = metrics_of(plan);
  const std::size_t shots = shots_of(plan, metrics);
  Table table;
  for (const auto& column : options.columns) {
    for (auto& head : heads_of(column, shots)) table.heads.push_back({.text = std::move(head)});
  }
  for (const auto& metric : metrics) {
    TableSection section = block_of(plan, metric, shots, options);
    if (!section.rows.empty()) table.sections.push_back(std::move(section));
  }
  finish_table(table, plan, options, metrics);
  return table;
}

}  // namespace asbench::reports
