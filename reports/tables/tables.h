#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// Columns of a table; `shots` stands for one column a shot.
enum class TableColumn { shots, mean, harmeanp, adjacent, first, worst };

/// By its name on the command line. @throws UsageError listing the names.
[[nodiscard]] TableColumn table_column(std::string_view name);

struct TableOptions {
  /// Blocks in order; empty: the main metrics, those of whole sets and of raters.
  std::vector<std::string> metrics = {};
  std::vector<TableColumn> columns = {TableColumn::shots, TableColumn::mean,
                                      TableColumn::harmeanp};  ///< the paper's
  int digits = 4;          ///< behind the point, in Markdown and LaTeX
  bool intervals = false;  ///< 95 % intervals beside the means, in Markdown and LaTeX
};

// For each metric a block, systems in rows, columns `shot 1 .. n | Mean | HarMeanP`. Systems that
// must not be compared stand in tables of their own (reports/leaderboard/ranking.h), published
// results too, unmarked. The best of a column is bold, the second underlined, a mean whose interval
// reaches the best has ≈; a system whose controls show gaming gets no mark for consistency. Below
// each table: protocol, coverage and signatures. In Markdown, at the end, the spread of the frame
// rules where a system was measured under several (reports/tables/frame_rule_spread.h).

[[nodiscard]] std::string table_markdown(std::span<const document::Result> results,
                                         const TableOptions& options = {});

/// `table` environments that need \usepackage{booktabs} and \usepackage[T1]{fontenc}, as many as it
/// takes for each to fit a page; the notes stand under the last.
[[nodiscard]] std::string table_latex(std::span<const document::Result> results,
                                      const TableOptions& options = {});

/// RFC 4180, a row a system and metric, numbers at full precision; the mean's interval is always
/// there.
[[nodiscard]] std::string table_csv(std::span<const document::Result> results,
                                    const TableOptions& options = {});

}  // namespace asbench::reports
