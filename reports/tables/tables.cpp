#include "reports/tables/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/leaderboard/metric_parts.h"
#include "reports/tables/escape_text.h"
#include "reports/tables/frame_rule_spread.h"
#include "reports/tables/table_writers.h"

namespace asbench::reports {
namespace {

std::string exact(const document::ResultValue& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

std::string csv_head(const std::string& head) {
  std::string name = head;
  std::replace(name.begin(), name.end(), ' ', '_');
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

/// Every head of the tables, those of the widest first.
std::vector<std::string> heads_of(const std::vector<Table>& tables) {
  std::vector<const Table*> widest_first;
  for (const auto& table : tables) widest_first.push_back(&table);
  std::stable_sort(widest_first.begin(), widest_first.end(), [](const Table* a, const Table* b) {
    return a->heads.size() > b->heads.size();
  });
  std::vector<std::string> heads;
  for (const Table* table : widest_first) {
    for (const auto& head : table->heads) {
      if (std::find(heads.begin(), heads.end(), head.text) == heads.end())
        heads.push_back(head.text);
    }
  }
  return heads;
}

/// Parts of the metrics shown that have no column of their own.
std::vector<std::string> part_columns(const std::vector<Table>& tables,
                                      const std::vector<std::string>& heads) {
  std::vector<const document::ResultMetric*> metrics;
  for (const auto& table : tables) {
    for (const auto& block : table.sections) {
      for (const auto& row : block.rows) {
        if (const auto* metric = row.result->find_metric(block.head)) metrics.push_back(metric);
      }
    }
  }
  auto parts = part_names(metrics);
  std::erase_if(parts, [&](const std::string& part) {
    return std::find(heads.begin(), heads.end(), part) != heads.end();
  });
  return parts;
}

document::ResultValue cell_under(const Table& table, const TableRow& row, const std::string& head) {
  for (std::size_t i = 0; i < table.heads.size(); ++i) {
    if (table.heads[i].text == head) return row.cells[i].value;
  }
  return std::nullopt;
}

/// Blocks as lines of system and metric, so that programs need not know where a block begins.
std::string csv_of_blocks(const std::vector<Table>& tables) {
  const auto heads = heads_of(tables);
  const auto parts = part_columns(tables, heads);
  std::string text = "table,system,kind,metric,direction";
  for (const auto& head : heads) text += "," + csv_field(csv_head(head));
  text += ",ci95_low,ci95_high";
  for (const auto& part : parts) text += "," + csv_field(csv_head(part));
  text += ",n_stories,of_stories,protocol,signature\r\n";
  for (std::size_t t = 0; t < tables.size(); ++t) {
    for (const auto& block : tables[t].sections) {
      for (const auto& row : block.rows) {
        const auto* metric = row.result->find_metric(block.head);
        if (metric == nullptr) continue;
        text +=
            fmt::format("{},{},{},{},{}", t + 1, csv_field(row.name), to_string(row.result->kind),
                        csv_field(block.head), to_string(metric->direction));
        for (const auto& head : heads) text += "," + exact(cell_under(tables[t], row, head));
        text += fmt::format(",{},{}", metric->ci95 ? fmt::format("{}", metric->ci95->low) : "",
                            metric->ci95 ? fmt::format("{}", metric->ci95->high) : "");
        for (const auto& part : parts) text += "," + exact(part_of(*metric, part));
        text += fmt::format(",{},{},{},{}\r\n", metric->n_stories,
                            metric->of_stories ? fmt::format("{}", *metric->of_stories) : "",
                            csv_field(row.result->protocol), csv_field(metric->signature));
      }
    }
  }
  return text;
}

}  // namespace

std::string table_markdown(std::span<const document::Result> results, const TableOptions& options) {
  const std::string text = markdown_tables(lay_out(results, options), options.style());
  const std::string spread =
      options.notes ? frame_rule_spread_markdown(results, options.digits) : std::string();
  return spread.empty() ? text : text + "\n" + spread;
}

std::string table_latex(std::span<const document::Result> results, const TableOptions& options) {
  return latex_tables(lay_out(results, options), options.style());
}

std::string table_csv(std::span<const document::Result> results, const TableOptions& options) {
  const auto tables = lay_out(results, options);
  return options.set ? csv_tables(tables) : csv_of_blocks(tables);
}

}  // namespace asbench::reports
