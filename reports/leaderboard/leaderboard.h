#pragma once

#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/leaderboard/ranking.h"

namespace asbench::reports {

struct LeaderboardOptions {
  /// Columns in order, without those that no document has; empty: the metrics whose description
  /// puts them on the leaderboard. The first that has a direction decides the order of the rows.
  std::vector<std::string> metrics = {};
  int digits = kUsualDigits;
};

/// Systems in rows, metrics in columns. Systems share a table only when their signatures and their
/// split are equal; each group gets its own (reports/leaderboard/ranking.h). In each column the
/// best value is marked, and every other one whose interval reaches it ("as good as the best"). A
/// system gets no mark in a column whose controls it does not pass, and a footnote says why
/// (docs/design/metrics.md 5.3). `reported` results are never ranked. Tables of results scored with
/// the demo encoders say so.
[[nodiscard]] std::string leaderboard_markdown(std::span<const document::Result> results,
                                               const LeaderboardOptions& options = {});

/// The same for a terminal.
[[nodiscard]] std::string leaderboard_text(std::span<const document::Result> results,
                                           const LeaderboardOptions& options = {});

/// "mini-world, 16 stories of 8 IPs; protocol demo; DEMO ENCODERS (...)": what a table is
/// about.
[[nodiscard]] std::string table_heading(const RankedTable& table);

}  // namespace asbench::reports
