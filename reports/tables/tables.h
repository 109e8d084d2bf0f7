#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// A column of a table. `shots` stands for one column per shot, `part` for the part of a metric
/// that `part` names ("worst").
struct TableColumn {
  enum class Kind { shots, mean, harmeanp, part };
  Kind kind = Kind::mean;
  std::string part = {};
};

/// By its name on the command line: "shots", "mean", "harmeanp", or the name of a part. Whether a
/// document has such a part shows when the table is made.
[[nodiscard]] TableColumn table_column(std::string_view name);

struct TableOptions {
  /// Blocks in order; empty: the metrics of the leaderboard, of whole sets and of raters.
  std::vector<std::string> metrics = {};
  /// Default: the paper's.
  std::vector<TableColumn> columns = {{.kind = TableColumn::Kind::shots},
                                      {.kind = TableColumn::Kind::mean},
                                      {.kind = TableColumn::Kind::harmeanp}};
  int digits = 4;          ///< after the decimal point, in Markdown and LaTeX
  bool intervals = false;  ///< 95 % intervals beside the means, in Markdown and LaTeX
};

// For each metric a block, systems in rows, columns `shot 1 .. n | Mean | HarMeanP`. Systems that
// must not be compared stand in tables of their own (reports/leaderboard/ranking.h); so do
// published results, unmarked. The best of a column is bold, the second underlined, a mean whose
// interval reaches the best has ≈. A system gets no mark in a metric whose controls it does not
// pass (†). Below each table: protocol, coverage and signatures. In Markdown, at the end, the
// spread of the frame rules where a system was measured under several
// (reports/tables/frame_rule_spread.h).
//
// All three throw UsageError when no document has any of the metrics or a part that was asked for.

[[nodiscard]] std::string table_markdown(std::span<const document::Result> results,
                                         const TableOptions& options = {});

/// `table` environments that need \usepackage{booktabs} and \usepackage[T1]{fontenc}, as many as it
/// takes for each to fit a page; the notes stand under the last.
[[nodiscard]] std::string table_latex(std::span<const document::Result> results,
                                      const TableOptions& options = {});

/// RFC 4180, one row per system and metric, numbers at full precision. The mean's interval and
/// every part that a document has of the metrics shown are always there.
[[nodiscard]] std::string table_csv(std::span<const document::Result> results,
                                    const TableOptions& options = {});

}  // namespace asbench::reports
