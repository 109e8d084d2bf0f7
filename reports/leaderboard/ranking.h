#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// What stands where a published result is shown: nobody here measured it.
inline constexpr const char* kReportedLabel = "as published, not re-run, encoder not stated";

/// How a value stands among the others of its column. Ties share a mark; where several are best,
/// nobody is second.
struct Marks {
  bool best = false;
  bool second = false;
  bool as_good = false;  ///< not the best, but its 95 % interval reaches the best value
};

/// One value that may be marked. `interval` may lack.
struct Contender {
  document::ResultValue value = {};
  std::optional<Interval> interval = {};
  bool barred = false;  ///< keeps its value, gets no mark and bars nobody else
};

/// Marks of one column, in the order of the contenders. Nothing is marked when neither way is
/// better or fewer than two values contend.
[[nodiscard]] std::vector<Marks> mark_column(std::span<const Contender> column,
                                             document::ResultDirection direction);

struct RankedSystem {
  const document::Result* result = nullptr;
  std::string gamed;  ///< why it gets no mark in consistency columns (metrics.md 5); empty: it may
  std::vector<Marks> marks;  ///< of the means, by metric of the table
};

/// Systems that may be compared: same split, same stories, and the same signature of every metric
/// that two of them have.
struct RankedTable {
  bool reported = false;  ///< published results: shown, never ranked
  std::vector<std::string> metrics;
  std::vector<document::ResultDirection> directions;
  std::vector<std::string> signatures;
  std::vector<std::string> demo_encoders;
  std::vector<RankedSystem> systems;  ///< best first by the first metric; `reported` ones as given
};

/// Puts every result into the first table whose systems it may be compared with.
/// @param results  outlive the tables, which point into them
/// @param metrics  columns in order, those that no document has left out; empty: every metric that
/// a document has
[[nodiscard]] std::vector<RankedTable> rank(std::span<const document::Result> results,
                                            const std::vector<std::string>& metrics);

/// What a report can show. Names may come again where the tables are others: a system measured in
/// two ways, or measured and published.
/// @throws BadInput when a result has no metrics, or was measured and lists no stories; when two
/// results of one table are of systems with
///   the same name, so that their rows could not be told apart.
void require_reportable(std::span<const document::Result> results);

/// The columns that a reader needs first: headline metrics and the controls beside them.
[[nodiscard]] const std::vector<std::string>& main_metrics();

/// True for the metrics that frozen or copied pictures win.
[[nodiscard]] bool is_consistency_metric(std::string_view metric);

}  // namespace asbench::reports
