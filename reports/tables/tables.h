#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/result.h"
#include "reports/tables/column_set.h"
#include "reports/tables/table.h"

namespace asbench::reports {

/// Which systems, in which order.
struct TableRows {
  /// Names of systems. "..." stands for all that are not named. Empty: best first, systems without
  /// a mark in the ranking column below all others, published results last.
  std::vector<std::string> order = {};
  std::string highlighted = {};  ///< the system that the table is about; empty: none
};

struct TableOptions {
  /// Blocks in order; empty: the metrics of the leaderboard, of whole sets and of raters. Not used
  /// with a column set.
  std::vector<std::string> metrics = {};
  /// Of each block. Default: the paper's.
  std::vector<TableColumn> columns = {{.kind = TableColumn::Kind::shots},
                                      {.kind = TableColumn::Kind::mean},
                                      {.kind = TableColumn::Kind::harmeanp}};
  int digits = 4;  ///< after the decimal point, in Markdown and LaTeX
  IntervalPlace intervals = IntervalPlace::none;  ///< of means, in Markdown and LaTeX
  std::optional<ColumnSet> set = {};  ///< metrics as columns; nothing: a block for each metric
  std::map<std::string, int> digits_of = {};  ///< by metric ("fvd") or column ("clip_i:harmeanp")
  TableRows rows = {};
  std::string caption = {};  ///< empty: split, stories, protocol, which otherwise stand in a note
  std::string label = {};    ///< for \ref
  bool notes = true;
  WideTable wide = WideTable::automatic;

  [[nodiscard]] TableStyle style() const { return {intervals, notes, wide}; }
};

// For each metric a block, systems in rows, columns `shot 1 .. n | Mean | HarMeanP`; or, with a
// column set, one row per system with the metrics side by side. Systems that must not be compared
// stand in tables of their own (reports/leaderboard/ranking.h). Published results stand below the
// others, grey and unmarked. The best of a column is bold, the second underlined, a mean whose
// interval reaches the best has ≈; all as the numbers are printed. A system gets no mark in a
// metric whose controls it does not pass (†). Columns in which nobody has a value are left out.
// Below each table: protocol, coverage and signatures. In Markdown, at the end, the spread of the
// frame rules where a system was measured under several (reports/tables/frame_rule_spread.h).
//
// All throw UsageError for a metric, a part or a system that no document has, naming the nearest,
// and when nothing is left to show.

/// The tables, in the form that all languages are written from.
[[nodiscard]] std::vector<Table> lay_out(std::span<const document::Result> results,
                                         const TableOptions& options);

[[nodiscard]] std::string table_markdown(std::span<const document::Result> results,
                                         const TableOptions& options = {});

/// latex_tables() of reports/tables/table_writers.h.
[[nodiscard]] std::string table_latex(std::span<const document::Result> results,
                                      const TableOptions& options = {});

/// RFC 4180, numbers at full precision. Without a column set one line per system and metric, with
/// the mean's interval and every part that a document has of the metrics shown; with a column set
/// one line per system (csv_tables()).
[[nodiscard]] std::string table_csv(std::span<const document::Result> results,
                                    const TableOptions& options = {});

}  // namespace asbench::reports
