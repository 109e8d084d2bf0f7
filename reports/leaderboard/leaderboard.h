#pragma once

#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/leaderboard/ranking.h"

namespace asbench::reports {

struct LeaderboardOptions {
  /// Columns; metrics that no document has are left out. The first decides the order of the rows.
  std::vector<std::string> metrics = main_metrics();
  int digits = 3;
};

/// Systems in rows, metrics in columns. Only systems whose signatures and split are equal stand in
/// one table; each group gets its own (reports/leaderboard/ranking.h). Per column the best value is
/// marked, and every other one whose interval reaches it ("as good as the best"); a system that its
/// controls show to be frozen, copied or deaf to its captions gets no mark in the consistency
/// columns and a footnote (metrics.md 5). `reported` results are never ranked. Tables of results
/// scored with the demo encoders say so.
[[nodiscard]] std::string leaderboard_markdown(std::span<const document::Result> results,
                                               const LeaderboardOptions& options = {});

/// The same for a terminal.
[[nodiscard]] std::string leaderboard_text(std::span<const document::Result> results,
                                           const LeaderboardOptions& options = {});

/// "mini-world, 16 stories of 8 IPs; protocol demo; DEMO ENCODERS (...)": what the numbers of a
/// table are about.
[[nodiscard]] std::string table_heading(const RankedTable& table);

}  // namespace asbench::reports
