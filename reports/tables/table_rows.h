#pragma once

#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/leaderboard/ranking.h"
#include "reports/tables/tables.h"

namespace asbench::reports {

// Which rows a table has and what stands below them, whatever its columns show. A part of lay_out()
// in files of its own.

/// A row before it has cells.
struct RowSource {
  const RankedTable* table = nullptr;
  const RankedSystem* system = nullptr;
  std::string name;
  std::string above =
      {};  ///< what stands over this row and those that follow, where it is the first
  bool grey = false;
  bool highlighted = false;

  /// The row without cells.
  [[nodiscard]] TableRow row(bool withheld) const;
};

/// The rows of one table: systems that may be compared, and published results.
struct RowPlan {
  const RankedTable* table =
      nullptr;  ///< that of the systems; of the published where there are none
  std::vector<const RankedTable*> published;
  std::vector<RowSource> rows;
};

/// Puts published results under every table of measured ones, and the rows into their order. Tables
/// of which no row is left are not there.
/// @param tables  outlive the plans
/// @throws UsageError for a name that no result has, or that stands twice
[[nodiscard]] std::vector<RowPlan> plan_rows(const std::vector<RankedTable>& tables,
                                             const TableRows& rows);

/// A section of rows: gives each line `above` to the first row that is left of those it stands
/// over.
[[nodiscard]] TableSection section_of(const std::vector<RowSource>& sources,
                                      std::vector<TableRow> rows);

/// What the systems of the plan need to be said below the table: coverage, withheld marks, fewer
/// stories, signatures of the metrics that `shown` has.
[[nodiscard]] std::vector<std::string> notes_of(const RowPlan& plan,
                                                const std::vector<std::string>& shown);

/// Marks the best of every column. @param directions  by column; grey rows never contend
void mark_section(TableSection& section, std::span<const document::ResultDirection> directions);

/// The cells of one value of a metric: one for each of `shots`, else one.
[[nodiscard]] std::vector<TableCell> cells_of(const document::Result& result,
                                              const std::string& metric, const TableColumn& column,
                                              std::size_t shots, int digits);
/// What stands over them: "shot 1", "Mean", "HarMeanP", the part's name.
[[nodiscard]] std::vector<std::string> heads_of(const TableColumn& column, std::size_t shots);
/// The most shots of any of these metrics.
[[nodiscard]] std::size_t shots_of(const RowPlan& plan, const std::vector<std::string>& metrics);

/// Which way the values of the column are better. A part that stories have too is a mean over them,
/// on the metric's own scale, and is better in the metric's direction. Others (sizes of sets,
/// standard errors) have no preferred direction.
[[nodiscard]] document::ResultDirection direction_of(const RowPlan& plan, const std::string& metric,
                                                     const TableColumn& column);

/// The decimals of a column. @param stated  of the column itself
[[nodiscard]] int digits_of(const TableOptions& options, const std::string& metric,
                            const TableColumn& column, std::optional<int> stated = {});

/// What stands over a group of metrics of one family: "consistency" -> "Consistency".
[[nodiscard]] std::string family_head(std::string family);

/// Adds what both layouts share: caption, label, notes.
void finish_table(Table& table, const RowPlan& plan, const TableOptions& options,
                  const std::vector<std::string>& shown);

/// One block per metric.
[[nodiscard]] Table lay_out_blocks(const RowPlan& plan, const TableOptions& options);

/// Metrics side by side.
[[nodiscard]] Table lay_out_columns(const RowPlan& plan, const TableOptions& options);

}  // namespace asbench::reports
