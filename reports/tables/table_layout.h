#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/leaderboard/ranking.h"
#include "reports/tables/tables.h"

namespace asbench::reports {

/// One number of a table and how it stands in its column.
struct TableCell {
  document::ResultValue value;
  std::optional<Interval> interval;  ///< means have one
  Marks marks;
  bool fewer_stories = false;  ///< a mean over fewer stories than the split has; a footnote says so
};

struct TableRow {
  const document::Result* result = nullptr;
  bool withheld = false;  ///< gets no mark in this block
  std::vector<TableCell> cells;
};

/// The rows of one metric.
struct TableBlock {
  std::string metric;
  document::ResultDirection direction = document::ResultDirection::none;
  std::vector<TableRow> rows;
};

/// One table before it is written in a language.
struct TableLayout {
  bool reported = false;
  std::vector<std::string> heads;  ///< "shot 1", ..., "Mean", "HarMeanP"; plain text
  std::vector<TableBlock> blocks;
  std::size_t ranked = 0;       ///< how many rows of each block are ranked; the others follow
  std::string not_ranked_head;  ///< stands over those others; plain text
  std::vector<std::string> footnotes;  ///< plain text; the first says what the table is about
};

/// @throws UsageError when no document has any of the metrics asked for, or a part that is asked
/// for.
[[nodiscard]] std::vector<TableLayout> lay_out(std::span<const document::Result> results,
                                               const TableOptions& options);

}  // namespace asbench::reports
