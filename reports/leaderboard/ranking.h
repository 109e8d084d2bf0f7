#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// The label of a published result: its numbers were not measured here.
inline constexpr const char* kReportedLabel = "as published, not re-run, encoder not stated";

/// How many decimals a table shows where nobody says otherwise: the page, the leaderboard.
inline constexpr int kUsualDigits = 3;

/// The value that a reader sees when it is printed with so many decimals. What is equal for a
/// reader is equal for marks and order: neither hangs on a last bit.
[[nodiscard]] double as_printed(double value, int digits);

/// How a value stands among the others of its column, as they are printed. Ties share a mark; where
/// several are best, nobody is second.
struct Marks {
  bool best = false;
  bool second = false;
  bool as_good = false;  ///< not the best, but its 95 % interval reaches the best value
};

/// One value that may be marked. `interval` may lack.
struct Contender {
  document::ResultValue value = {};
  std::optional<Interval> interval = {};
  bool withheld = false;  ///< keeps its value, gets no mark and takes none from others
};

/// Marks of one column, in the order of the contenders. Nothing is marked in a column
/// without a preferred direction, or when fewer than two values contend.
/// @param digits  decimals with which values and intervals are printed
[[nodiscard]] std::vector<Marks> mark_column(std::span<const Contender> column,
                                             document::ResultDirection direction,
                                             int digits = kUsualDigits);

struct RankedSystem {
  const document::Result* result = nullptr;
  std::vector<std::string>
      withheld;              ///< by metric of the table: why it gets no mark; empty: it may
  std::vector<Marks> marks;  ///< of the means, by metric of the table
};

/// Systems that may be compared: same split, same stories, and the same signature of every metric
/// that two of them have.
struct RankedTable {
  bool reported = false;  ///< published results: shown, never ranked
  std::vector<std::string> metrics;
  std::vector<document::MetricDescription> descriptions;  ///< by metric; empty where none is known
  std::vector<document::ResultDirection> directions;
  std::vector<std::string> signatures;
  std::vector<std::string> demo_encoders;
  /// Best first by the ranking column as it is printed; equal ones in the order of the documents.
  /// Systems that get no mark in that column stand below all
  /// others, in the same order among themselves. `reported` ones as given.
  std::vector<RankedSystem> systems;
  std::size_t ranked = 0;  ///< how many of `systems` are ranked; the others follow

  /// The first metric that has a direction; nothing where none has.
  [[nodiscard]] std::optional<std::size_t> ranking_column() const;
};

/// What a table shows where nobody names its columns, each in document order.
enum class DefaultColumns {
  all,
  leaderboard,           ///< metrics whose description says so; undescribed ones too
  leaderboard_and_sets,  ///< and metrics that no story has a value of: one number per system
};

/// Puts every result into the first table whose systems it may be compared with.
/// @param results  outlive the tables, which point into them
/// @param metrics  columns in order, without those that no document has; empty: `columns` decides,
/// and where it leaves none in a table, that table shows every metric
/// @param digits  decimals with which the means are printed
[[nodiscard]] std::vector<RankedTable> rank(std::span<const document::Result> results,
                                            const std::vector<std::string>& metrics,
                                            DefaultColumns columns = DefaultColumns::all,
                                            int digits = kUsualDigits);

/// What stands over the systems that are not ranked: "not ranked by clip_i". Empty where every
/// system is ranked.
[[nodiscard]] std::string not_ranked_head(const RankedTable& table);
/// The same with the reason: "not ranked by clip_i: a control of this metric is beyond its limit or
/// was not measured".
[[nodiscard]] std::string not_ranked_line(const RankedTable& table);

/// Lines about the columns in which a system gets no mark, one per reason: "no marks for
/// consistency (frozen_rate 0.50 is above 0.1)". A family is named where none of its columns is
/// marked, else the metrics are. Empty where every mark may be given.
[[nodiscard]] std::vector<std::string> withheld_lines(const RankedTable& table,
                                                      const RankedSystem& system);

/// Lines about a system's means that rest on fewer stories than the split has, one per number of
/// stories: "clip_i, dino_i of fox: 2 of 6 stories". Empty where every mean rests on all.
[[nodiscard]] std::vector<std::string> fewer_stories_lines(const RankedTable& table,
                                                           const RankedSystem& system);

/// "fox: trained on two films": what a reader must know of the table's systems (Result::note), in
/// their order.
[[nodiscard]] std::vector<std::string> system_notes(const RankedTable& table);

/// Checks that a report can show the results. One name may occur in several tables: a system
/// measured in two ways, or measured and published.
/// @throws BadInput when a result has no metrics, or was measured and lists no stories; when two
/// results of one table are of systems with the same name, so that their rows could not be told
/// apart.
void require_reportable(std::span<const document::Result> results);

}  // namespace asbench::reports
