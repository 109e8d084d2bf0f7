#include <algorithm>

#include "document/result.h"
#include "reports/leaderboard/mark_controls.h"
#include "reports/tables/table_rows.h"

namespace asbench::reports {
namespace {

/// What the results of the plan say about the metric.
document::MetricDescription described(const RowPlan& plan, const std::string& metric) {
  std::vector<const document::Result*> results;
  for (const auto& row : plan.rows) results.push_back(row.system->result);
  return description_of(descriptions_of(results), metric);
}

/// The groups as they are listed; those without a head get their first metric's family.
std::vector<SetGroup> groups_of(const RowPlan& plan, const ColumnSet& set) {
  std::vector<SetGroup> groups = set.groups;
  for (auto& group : groups) {
    if (group.head.empty())
      group.head = family_head(described(plan, group.columns.front().metric).family);
  }
  return groups;
}

/// The direction that every column of a group of one metric has.
document::ResultDirection common_direction(const RowPlan& plan, const SetGroup& group) {
  const auto& first = group.columns.front();
  const auto direction = direction_of(plan, first.metric, first.value);
  const bool common =
      std::all_of(group.columns.begin(), group.columns.end(), [&](const auto& column) {
        return column.metric == first.metric &&
               direction_of(plan, column.metric, column.value) == direction;
      });
  return common && group.columns.size() > 1 ? direction : document::ResultDirection::none;
}

std::string key_of(const std::string& metric, const std::string& head) {
  std::string key = metric + "_" + head;
  std::replace(key.begin(), key.end(), ' ', '_');
  std::transform(key.begin(), key.end(), key.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return key;
}

/// Whether the row's system gets no mark in the metric.
bool is_withheld(const RowSource& row, const std::string& metric) {
  const auto& metrics = row.table->metrics;
  const auto found = std::find(metrics.begin(), metrics.end(), metric);
  return found != metrics.end() &&
         !row.system->withheld[static_cast<std::size_t>(found - metrics.begin())].empty();
}

/// The columns of one metric's value, added to heads and rows.
class Columns {
 public:
  Columns(const RowPlan& plan, const TableOptions& options) : plan_(plan), options_(options) {
    for (const auto& source : plan.rows) rows_.push_back(source.row(false));
  }

  void add(const SetGroup& group, const SetColumn& column, document::ResultDirection group_arrow) {
    const std::size_t shots = shots_of(plan_, {column.metric});
    const auto direction = direction_of(plan_, column.metric, column.value);
    const auto heads = heads_of(column.value, shots);
    const bool alone = group.head != column.metric && is_only_value(group, column);
    const bool is_mean = column.value.kind == TableColumn::Kind::mean;
    for (const auto& text : heads) {
      TableHead head;
      head.group = group.head;
      head.group_arrow = group_arrow;
      head.arrow = group_arrow == document::ResultDirection::none ? direction
                                                                  : document::ResultDirection::none;
      head.text = !column.head.empty() ? column.head
                  : !alone             ? text
                  : is_mean            ? column.metric
                                       : column.metric + " " + text;
      head.key = key_of(column.metric, text);
      heads_.push_back(std::move(head));
    }
    directions_.insert(directions_.end(), heads.size(), direction);
    const int digits = digits_of(options_, column.metric, column.value, column.digits);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const bool withheld =
          direction != document::ResultDirection::none && is_withheld(plan_.rows[i], column.metric);
      rows_[i].withheld = rows_[i].withheld || withheld;
      for (auto& cell :
           cells_of(*plan_.rows[i].system->result, column.metric, column.value, shots, digits)) {
        cell.withheld = withheld;
        rows_[i].cells.push_back(std::move(cell));
      }
    }
  }

  Table table() {
    Table table;
    table.heads = std::move(heads_);
    // Published results that have nothing to show here have no row.
    std::erase_if(rows_, [](const TableRow& row) {
      return row.grey && std::none_of(row.cells.begin(), row.cells.end(),
                                      [](const TableCell& cell) { return cell.value.has_value(); });
    });
    table.sections.push_back(section_of(plan_.rows, std::move(rows_)));
    mark_section(table.sections.front(), directions_);
    return table;
  }

 private:
  /// The group has one column of the metric, so that its id says which.
  static bool is_only_value(const SetGroup& group, const SetColumn& column) {
    return std::count_if(group.columns.begin(), group.columns.end(),
                         [&](const auto& other) { return other.metric == column.metric; }) == 1;
  }

  const RowPlan& plan_;
  const TableOptions& options_;
  std::vector<TableHead> heads_;
  std::vector<document::ResultDirection> directions_;
  std::vector<TableRow> rows_;
};

}  // namespace

Table lay_out_columns(const RowPlan& plan, const TableOptions& options) {
  Columns columns(plan, options);
  std::vector<std::string> shown;
  for (const auto& group : groups_of(plan, *options.set)) {
    const auto arrow = common_direction(plan, group);
    for (const auto& column : group.columns) {
      columns.add(group, column, arrow);
      shown.push_back(column.metric);
    }
  }
  Table table = columns.table();
  finish_table(table, plan, options, shown);
  return table;
}

}  // namespace asbench::reports
