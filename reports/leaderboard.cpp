#include "reports/leaderboard.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace asbench::reports {
namespace {

struct Cell {
  std::optional<double> mean;
  double low = 0.0, high = 0.0;
  bool best = false;
  bool as_good = false;  ///< its interval reaches the best value
};

struct Row {
  std::string system;
  bool reported = false;
  std::string gamed;  ///< why it gets no mark in consistency columns; empty: it may
  std::vector<Cell> cells;
};

struct Table {
  std::string split;
  std::string protocol;
  std::set<std::string> demo_encoders;
  std::vector<std::string> metrics;
  std::vector<std::string> directions;
  std::vector<std::string> signatures;
  std::vector<Row> rows;
};

const std::set<std::string> kConsistency = {"cross_shot_clip", "cross_shot_dino", "faithful_consistency", "faithful_consistency_dino"};

std::optional<double> mean_of(const Json& document, const std::string& metric) {
  const Json& metrics = document.at("metrics");
  if (!metrics.contains(metric) || metrics.at(metric).at("mean").is_null()) return std::nullopt;
  return metrics.at(metric).at("mean").get<double>();
}

/// metrics.md 5: what takes the marks away.
std::string gaming(const Json& document) {
  constexpr double kMost = 0.1;
  std::vector<std::string> reasons;
  for (const char* control : {"frozen_rate", "reference_copy", "duplicate_pairs"}) {
    const auto value = mean_of(document, control);
    if (value && *value > kMost) reasons.push_back(fmt::format("{} {:.2f}", control, *value));
  }
  if (document.at("metrics").contains("clip_t_margin")) {
    const auto margin = mean_of(document, "clip_t_margin");
    if (!margin) reasons.emplace_back("clip_t_margin null");
    else if (*margin <= 0.0) reasons.push_back(fmt::format("clip_t_margin {:.3f}", *margin));
  }
  return fmt::format("{}", fmt::join(reasons, ", "));
}

Cell cell_of(const Json& document, const std::string& metric) {
  Cell cell;
  cell.mean = mean_of(document, metric);
  if (!cell.mean) return cell;
  const Json& interval = document.at("metrics").at(metric).at("ci95");
  cell.low = interval.is_null() ? *cell.mean : interval.at(0).get<double>();
  cell.high = interval.is_null() ? *cell.mean : interval.at(1).get<double>();
  return cell;
}

/// What must be equal for two systems to stand in one table.
std::string group_of(const Json& document, const std::vector<std::string>& metrics) {
  std::string key = document.at("split").at("sha256").get<std::string>();
  for (const auto& metric : metrics) {
    if (document.at("metrics").contains(metric)) key += "\n" + document.at("metrics").at(metric).at("signature").get<std::string>();
  }
  return key + (document.at("system").at("kind") == "reported" ? "\nreported" : "");
}

void mark(Table& table) {
  for (std::size_t column = 0; column < table.metrics.size(); ++column) {
    if (table.directions[column] == "none") continue;
    const double sign = table.directions[column] == "lower" ? -1.0 : 1.0;
    const bool guarded = kConsistency.contains(table.metrics[column]);
    std::vector<Cell*> ranked;
    for (auto& row : table.rows) {
      if (row.cells[column].mean && !row.reported && !(guarded && !row.gamed.empty())) ranked.push_back(&row.cells[column]);
    }
    if (ranked.size() < 2) continue;
    const Cell& best = **std::max_element(ranked.begin(), ranked.end(), [&](const Cell* a, const Cell* b) { return sign * *a->mean < sign * *b->mean; });
    const double value = *best.mean;
    for (Cell* cell : ranked) {
      cell->best = *cell->mean == value;
      cell->as_good = !cell->best && cell->low <= value && value <= cell->high;
    }
  }
}

Table table_of(const std::vector<const Json*>& documents, const LeaderboardOptions& options) {
  Table table;
  const Json& first = *documents.front();
  table.split = fmt::format("{}, {} stories of {} IPs", first.at("split").at("name").get<std::string>(), first.at("split").at("stories").get<int>(),
                            first.at("split").at("ips").get<int>());
  table.protocol = first.at("protocol").at("name").get<std::string>();
  for (const auto& metric : options.metrics) {
    if (!first.at("metrics").contains(metric)) continue;
    table.metrics.push_back(metric);
    table.directions.push_back(first.at("metrics").at(metric).at("direction").get<std::string>());
    table.signatures.push_back(first.at("metrics").at(metric).at("signature").get<std::string>());
  }
  for (const Json* document : documents) {
    Row row;
    row.system = document->at("system").at("name").get<std::string>();
    row.reported = document->at("system").at("kind") == "reported";
    row.gamed = gaming(*document);
    for (const auto& metric : table.metrics) row.cells.push_back(cell_of(*document, metric));
    table.rows.push_back(std::move(row));
    if (document->contains("demo_encoders")) {
      for (const auto& id : document->at("demo_encoders")) table.demo_encoders.insert(id.get<std::string>());
    }
  }
  if (!table.metrics.empty()) {
    const double sign = table.directions.front() == "lower" ? -1.0 : 1.0;
    std::stable_sort(table.rows.begin(), table.rows.end(), [&](const Row& a, const Row& b) {
      const auto &left = a.cells.front().mean, &right = b.cells.front().mean;
      return left && right ? sign * *left > sign * *right : left.has_value() && !right.has_value();
    });
  }
  mark(table);
  return table;
}

std::vector<Table> tables_of(const std::vector<Json>& documents, const LeaderboardOptions& options) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Json*>> groups;
  for (const auto& document : documents) {
    const auto key = group_of(document, options.metrics);
    if (!groups.contains(key)) order.push_back(key);
    groups[key].push_back(&document);
  }
  std::vector<Table> tables;
  for (const auto& key : order) tables.push_back(table_of(groups.at(key), options));
  return tables;
}

const char* arrow(const std::string& direction) { return direction == "higher" ? " ^" : direction == "lower" ? " v" : ""; }

std::string heading(const Table& table) {
  std::string text = fmt::format("{}; protocol {}", table.split, table.protocol);
  if (!table.demo_encoders.empty()) {
    text += fmt::format("; DEMO ENCODERS ({}): numbers for the demo and tests only", fmt::join(table.demo_encoders, ", "));
  }
  return text;
}

/// Names and captions are text, whatever signs they hold.
std::string markdown_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]()#+!|<>&~").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' || c == '\r' ? ' ' : c;
  }
  return escaped;
}

std::string markdown_cell(const Cell& cell, int digits) {
  if (!cell.mean) return "-";
  const std::string value = fmt::format("{:.{}f}", *cell.mean, digits);
  return cell.best ? fmt::format("**{}**", value) : cell.as_good ? fmt::format("<u>{}</u>", value) : value;
}

}  // namespace

std::string leaderboard_markdown(const std::vector<Json>& documents, const LeaderboardOptions& options) {
  std::string text = "# Leaderboard\n";
  for (const Table& table : tables_of(documents, options)) {
    text += fmt::format("\n{}\n\n| system |", markdown_text(heading(table)));
    for (std::size_t i = 0; i < table.metrics.size(); ++i) text += fmt::format(" {}{} |", table.metrics[i], arrow(table.directions[i]));
    text += "\n|---|";
    for (std::size_t i = 0; i < table.metrics.size(); ++i) text += "---:|";
    text += "\n";
    std::string notes;
    for (const Row& row : table.rows) {
      text += fmt::format("| {}{}{} |", markdown_text(row.system), row.gamed.empty() ? "" : " †", row.reported ? " (as published, not re-run, encoder not stated)" : "");
      for (const Cell& cell : row.cells) text += fmt::format(" {} |", markdown_cell(cell, options.digits));
      text += "\n";
      if (!row.gamed.empty()) notes += fmt::format("† {}: no mark for consistency, {}\\\n", markdown_text(row.system), markdown_text(row.gamed));
    }
    text += "\n^ higher is better, v lower; **best**, <u>as good as the best</u> (its 95 % interval reaches it).\n";
    if (!notes.empty()) text += "\n" + notes;
    text += "\nSignatures:\n\n";
    for (const auto& signature : table.signatures) text += fmt::format("- `{}`\n", signature);
  }
  return text;
}

std::string leaderboard_text(const std::vector<Json>& documents, const LeaderboardOptions& options) {
  std::string text;
  for (const Table& table : tables_of(documents, options)) {
    std::size_t longest = 6;
    for (const Row& row : table.rows) longest = std::max(longest, row.system.size());
    text += heading(table) + "\n\n" + fmt::format("{:<{}}", "system", longest + 2);
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < table.metrics.size(); ++i) {
      widths.push_back(std::max<std::size_t>(table.metrics[i].size() + 4, 9));
      text += fmt::format("{:>{}}", table.metrics[i] + arrow(table.directions[i]), widths.back());
    }
    text += "\n";
    for (const Row& row : table.rows) {
      text += fmt::format("{:<{}}", row.system + (row.gamed.empty() ? "" : " !"), longest + 2);
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const Cell& cell = row.cells[i];
        const std::string value = cell.mean ? fmt::format("{:.{}f}{}", *cell.mean, options.digits, cell.best ? "*" : cell.as_good ? "=" : " ") : "- ";
        text += fmt::format("{:>{}}", value, widths[i]);
      }
      text += "\n";
    }
    text += "\n^ higher is better, v lower; * best, = as good as the best; ! its controls show frozen or copied pictures or a deaf ear for\n"
            "captions, so it gets no mark for consistency\n";
  }
  return text;
}

}  // namespace asbench::reports
