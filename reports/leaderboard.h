#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace asbench::reports {

struct LeaderboardOptions {
  /// Columns; metrics that no document has are left out. The first decides the order of the rows.
  std::vector<std::string> metrics = {"clip_i",        "dino_i",        "clip_t",      "cross_shot_clip", "faithful_consistency",
                                      "clip_t_margin", "frozen_rate",   "reference_copy", "duplicate_pairs"};
  int digits = 3;
};

/// Systems in rows, metrics in columns. Only systems whose signatures and split are equal stand in one table; each group gets its
/// own. Per column the best value is marked, and every other one whose interval reaches it ("as good as the best"); a system that
/// its controls show to be frozen, copied or deaf to its captions gets no mark in the consistency columns and a footnote
/// (metrics.md 5). `reported` results are never ranked. Tables of results scored with the demo encoders say so.
///
/// @param documents  result documents that their schema accepts
[[nodiscard]] std::string leaderboard_markdown(const std::vector<Json>& documents, const LeaderboardOptions& options = {});

/// The same for a terminal.
[[nodiscard]] std::string leaderboard_text(const std::vector<Json>& documents, const LeaderboardOptions& options = {});

}  // namespace asbench::reports
