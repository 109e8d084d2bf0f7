#include "reports/tables/column_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/config_files.h"
#include "core/error.h"
#include "core/schema.h"

namespace asbench::reports {
namespace {

constexpr std::string_view kFolder = "tables/";
constexpr std::string_view kEnding = ".json";

SetColumn column_of(const Json& json) {
  SetColumn column;
  column.metric = json.at("metric").get<std::string>();
  column.value = table_column(json.value("value", "mean"));
  column.head = json.value("head", "");
  if (json.contains("digits")) column.digits = json.at("digits").get<int>();
  column.optional = json.value("optional", false);
  return column;
}

/// "dino_i:harmeanp=DINO": metric, value, head. Ids of rated dimensions hold spaces ("rated
/// style").
SetColumn column_of(std::string_view entry, std::string_view list) {
  SetColumn column;
  const auto equals = entry.find('=');
  if (equals != std::string_view::npos) column.head = entry.substr(equals + 1);
  entry = entry.substr(0, equals);
  const auto colon = entry.find(':');
  if (colon != std::string_view::npos) column.value = table_column(entry.substr(colon + 1));
  column.metric = entry.substr(0, colon);
  if (column.metric.empty() ||
      (column.value.kind == TableColumn::Kind::part && column.value.part.empty())) {
    throw UsageError(fmt::format(
        "--table {}: '{}' names no column. An entry is a metric, or METRIC:VALUE, with =HEAD after "
        "it where the column is to have another head: clip_i,dino_i:harmeanp,fvd=FVD",
        list, entry));
  }
  if (column.value.kind == TableColumn::Kind::shots && !column.head.empty()) {
    throw UsageError(fmt::format(
        "--table {}: {}:shots stands for several columns, which have heads of their own; leave "
        "'={}' out",
        list, column.metric, column.head));
  }
  return column;
}

ColumnSet listed(std::string_view list) {
  ColumnSet set;
  set.name = list;
  std::set<std::string> metrics;
  bool repeated = false;
  std::vector<SetColumn> columns;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    columns.push_back(column_of(list.substr(begin, end - begin), list));
    repeated = !metrics.insert(columns.back().metric).second || repeated ||
               columns.back().value.kind == TableColumn::Kind::shots;
    begin = end + 1;
  }
  // Without a group of its own, a column gets its metric's family (lay_out()).
  for (auto& column : columns) {
    const bool joins = repeated && !set.groups.empty() &&
                       set.groups.back().columns.front().metric == column.metric;
    if (!joins) set.groups.push_back({repeated ? column.metric : std::string(), {}});
    set.groups.back().columns.push_back(std::move(column));
  }
  return set;
}

}  // namespace

TableColumn table_column(std::string_view name) {
  if (name == "shots") return {.kind = TableColumn::Kind::shots};
  if (name == "mean") return {.kind = TableColumn::Kind::mean};
  if (name == "harmeanp") return {.kind = TableColumn::Kind::harmeanp};
  return {.kind = TableColumn::Kind::part, .part = std::string(name)};
}

std::string name_of(const TableColumn& column) {
  switch (column.kind) {
    case TableColumn::Kind::shots:
      return "shots";
    case TableColumn::Kind::mean:
      return "mean";
    case TableColumn::Kind::harmeanp:
      return "harmeanp";
    case TableColumn::Kind::part:
      return column.part;
  }
  return {};
}

std::vector<std::string> column_set_names() {
  std::vector<std::string> names;
  for (const auto& file : config_file_names(kFolder))
    names.push_back(file.substr(kFolder.size(), file.size() - kFolder.size() - kEnding.size()));
  return names;
}

ColumnSet column_set(std::string_view text) {
  const std::string name = fmt::format("{}{}{}", kFolder, text, kEnding);
  const auto file = config_file(name);
  if (!file) return listed(text);
  ColumnSet set = column_set_from_json(parse_json(*file, name), name);
  set.name = text;
  return set;
}

ColumnSet column_set_from_json(const Json& json, std::string_view where) {
  check_schema(json, "table", where);
  ColumnSet set;
  set.name = where;
  set.caption = json.value("caption", "");
  set.label = json.value("label", "");
  set.published = json.value("published", false);
  if (json.contains("select")) {
    set.choice = json.at("select") == "headline" ? ColumnSet::Choice::headline
                                                 : ColumnSet::Choice::leaderboard;
    return set;
  }
  for (const Json& group : json.at("groups")) {
    set.groups.push_back({group.value("head", ""), {}});
    for (const Json& column : group.at("columns"))
      set.groups.back().columns.push_back(column_of(column));
  }
  return set;
}

}  // namespace asbench::reports
