#include "reports/agreement/agreement_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/print.h"
#include "core/words.h"
#include "reports/tables/table_writers.h"

namespace asbench::reports {
namespace {

constexpr int kDigits = 3;

TableCell count(int number) {
  return {.value = number, .digits = 0};
}

TableCell number(const std::optional<double>& value, const std::optional<Interval>& interval = {}) {
  return {.value = value, .interval = interval, .digits = kDigits};
}

std::vector<TableCell> cells_of(const DimensionAgreement& row) {
  return {number(row.alpha), count(row.raters), count(row.units), count(row.ratings)};
}

std::vector<TableCell> cells_of(const RankAgreement& row) {
  return {count(row.n), count(row.ips), number(row.kendall, row.kendall_ci95),
          number(row.spearman, row.spearman_ci95)};
}

const std::vector<TableHead>& rater_heads() {
  static const std::vector<TableHead> heads = {{.text = "alpha", .key = "alpha"},
                                               {.text = "raters", .key = "raters"},
                                               {.text = "units", .key = "units"},
                                               {.text = "ratings", .key = "ratings"}};
  return heads;
}

const std::vector<TableHead>& metric_heads() {
  static const std::vector<TableHead> heads = {{.text = "N", .key = "n"},
                                               {.text = "IPs", .key = "ips"},
                                               {.text = "Kendall tau-b", .key = "kendall_tau_b"},
                                               {.text = "Spearman rho", .key = "spearman_rho"}};
  return heads;
}

Table table_of_raters(const Agreement& agreement) {
  Table table;
  table.corner = "dimension";
  table.heads = rater_heads();
  table.caption = "Agreement between raters: Krippendorff's alpha (interval metric)";
  table.notes = {
      "alpha: 1 is perfect agreement, 0 what chance gives; a unit is a story of a system"};
  table.sections.emplace_back();
  for (const auto& row : agreement.dimensions)
    table.sections.back().rows.push_back({.name = row.dimension, .cells = cells_of(row)});
  return table;
}

Table table_of_metrics(const Agreement& agreement) {
  Table table;
  table.corner = "metric";
  table.heads = metric_heads();
  table.caption = "Agreement between metrics and raters on the order of stories";
  table.notes = {
      "N: pairs of system and story, all systems pooled; positive is agreement; 95 % intervals by "
      "bootstrap over whole IPs"};
  if (const auto& left_out = agreement.unmatched; left_out.ratings > 0)
    table.notes.push_back(
        fmt::format("left out: {} of {} that match no system and story of the documents",
                    left_out.ratings, counted(left_out.all, "rating", "ratings")));
  for (const auto& row : agreement.metrics) {
    auto found = std::find_if(table.sections.begin(), table.sections.end(),
                              [&](const auto& section) { return section.head == row.dimension; });
    if (found == table.sections.end()) {
      found = table.sections.insert(found, TableSection());
      found->head = row.dimension;
    }
    found->rows.push_back({.name = row.metric, .cells = cells_of(row)});
  }
  return table;
}

/// One line per dimension and metric.
Table joined_table(const Agreement& agreement) {
  Table table;
  table.corner = "dimension";
  table.heads = {{.text = "metric", .words = true, .key = "metric"}};
  for (const auto* heads : {&metric_heads(), &rater_heads()})
    table.heads.insert(table.heads.end(), heads->begin(), heads->end());
  table.sections.emplace_back();
  for (const auto& metric : agreement.metrics) {
    const auto raters =
        std::find_if(agreement.dimensions.begin(), agreement.dimensions.end(),
                     [&](const auto& row) { return row.dimension == metric.dimension; });
    TableRow row{.name = metric.dimension, .cells = {{.words = metric.metric}}};
    for (auto& cell : cells_of(metric)) row.cells.push_back(std::move(cell));
    for (auto& cell : cells_of(*raters)) row.cells.push_back(std::move(cell));
    table.sections.back().rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

AgreementFormat agreement_format(std::string_view name) {
  const std::vector<std::string> names = {"text", "json", "markdown", "latex", "csv"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw UsageError(fmt::format("--format {}: unknown format.{} Choose from: {}.", name,
                                 did_you_mean(name, names), fmt::join(names, ", ")));
  return static_cast<AgreementFormat>(found - names.begin());
}

std::string agreement_output(const Agreement& agreement, AgreementFormat format) {
  const TableStyle style{.intervals = IntervalPlace::beside};
  const std::vector<Table> tables = {table_of_raters(agreement), table_of_metrics(agreement)};
  switch (format) {
    case AgreementFormat::text:
      return agreement_text(agreement);
    case AgreementFormat::json:
      return json_for_terminal(agreement_json(agreement)) + "\n";
    case AgreementFormat::markdown:
      return markdown_tables(tables, style);
    case AgreementFormat::latex:
      return latex_tables(tables, style);
    case AgreementFormat::csv:
      return csv_tables(std::vector<Table>{joined_table(agreement)});
  }
  return {};
}

}  // namespace asbench::reports
