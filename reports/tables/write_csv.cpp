#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/tables/escape_text.h"
#include "reports/tables/table_writers.h"

namespace asbench::reports {
namespace {

/// A column of the file: every head with the same key.
struct Column {
  std::string key;
  bool intervals = false;  ///< some cell has one
};

std::vector<Column> columns_of(std::span<const Table> tables) {
  std::vector<Column> columns;
  for (const auto& table : tables) {
    for (std::size_t i = 0; i < table.heads.size(); ++i) {
      auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
        return column.key == table.heads[i].key;
      });
      if (found == columns.end()) found = columns.insert(found, {table.heads[i].key});
      for (const auto& section : table.sections) {
        for (const auto& row : section.rows)
          found->intervals = found->intervals || row.cells[i].interval.has_value();
      }
    }
  }
  return columns;
}

const TableCell* cell_under(const Table& table, const TableRow& row, const std::string& key) {
  for (std::size_t i = 0; i < table.heads.size(); ++i) {
    if (table.heads[i].key == key) return &row.cells[i];
  }
  return nullptr;
}

std::string fields_of(const TableCell* cell, const Column& column) {
  std::string text = ",";
  if (cell != nullptr)
    text += cell->value ? fmt::format("{}", *cell->value) : csv_field(cell->words);
  if (!column.intervals) return text;
  if (cell == nullptr || !cell->interval) return text + ",,";
  return text + fmt::format(",{},{}", cell->interval->low, cell->interval->high);
}

bool shows_systems(std::span<const Table> tables) {
  return std::any_of(tables.begin(), tables.end(), [](const Table& table) {
    return std::any_of(table.sections.begin(), table.sections.end(), [](const auto& section) {
      return std::any_of(section.rows.begin(), section.rows.end(),
                         [](const auto& row) { return row.result != nullptr; });
    });
  });
}

}  // namespace

std::string csv_tables(std::span<const Table> tables) {
  if (tables.empty()) return {};
  const bool systems = shows_systems(tables);
  const auto columns = columns_of(tables);
  std::string text =
      (systems ? "table," : "") + csv_field(tables.front().corner) + (systems ? ",kind" : "");
  for (const auto& column : columns) {
    text += "," + csv_field(column.key);
    if (column.intervals)
      text +=
          fmt::format(",{},{}", csv_field(column.key + "_low"), csv_field(column.key + "_high"));
  }
  text += "\r\n";
  for (std::size_t t = 0; t < tables.size(); ++t) {
    for (const auto& section : tables[t].sections) {
      for (const auto& row : section.rows) {
        if (systems) text += fmt::format("{},", t + 1);
        text += csv_field(row.name);
        if (systems)
          text += fmt::format(",{}", row.result == nullptr ? "" : to_string(row.result->kind));
        for (const auto& column : columns)
          text += fields_of(cell_under(tables[t], row, column.key), column);
        text += "\r\n";
      }
    }
  }
  return text;
}

}  // namespace asbench::reports
