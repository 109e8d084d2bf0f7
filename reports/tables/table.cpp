#include "reports/tables/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace asbench::reports {
namespace {

bool any_row(const Table& table, const std::function<bool(const TableRow&)>& holds) {
  return std::any_of(table.sections.begin(), table.sections.end(), [&](const auto& section) {
    return std::any_of(section.rows.begin(), section.rows.end(), holds);
  });
}

bool is_empty(const TableCell& cell) {
  return !cell.value && cell.words.empty();
}

}  // namespace

std::string printed_number(double value, int digits) {
  return fmt::format("{:.{}f}", as_printed(value, digits), digits);
}

std::string printed_interval(const Interval& interval, int digits) {
  return fmt::format("[{}, {}]", printed_number(interval.low, digits),
                     printed_number(interval.high, digits));
}

bool has_as_good(const Table& table) {
  return any_row(table, [](const TableRow& row) {
    return std::any_of(row.cells.begin(), row.cells.end(),
                       [](const TableCell& cell) { return cell.marks.as_good; });
  });
}

bool has_highlight(const Table& table) {
  return any_row(table, [](const TableRow& row) { return row.highlighted; });
}

bool has_grey(const Table& table) {
  return any_row(table, [](const TableRow& row) { return row.grey; });
}

void drop_empty_columns(Table& table) {
  for (std::size_t i = table.heads.size(); i-- > 0;) {
    if (any_row(table, [&](const TableRow& row) { return !is_empty(row.cells[i]); })) continue;
    const auto at = static_cast<std::ptrdiff_t>(i);
    table.heads.erase(table.heads.begin() + at);
    for (auto& section : table.sections) {
      for (auto& row : section.rows) row.cells.erase(row.cells.begin() + at);
    }
  }
}

}  // namespace asbench::reports
