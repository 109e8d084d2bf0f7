#pragma once

#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/agreement/agreement.h"
#include "reports/figures/plot.h"

namespace asbench::reports {

struct FigureOptions {
  /// Metrics in order; empty: the headline metrics of the leaderboard, and where no document
  /// describes its metrics, all that have a preferred direction.
  std::vector<std::string> metrics = {};
};

/// Figures of the measured results, for each table of systems that may be compared
/// (reports/leaderboard/ranking.h; names of the second's begin with "table2-"):
/// - drift-METRIC: means shot by shot, with 95 % intervals over IPs
/// - decay-METRIC: means by distance between shots, with the same intervals
/// - adherence-METRIC-METRIC: a metric of the family adherence against one of the family text
/// Where there are several of a kind, one of the text's width has them side by side (drift, ...).
/// Systems stand in the order of the table and look the same in all of them.
/// @throws UsageError when no document has a metric that is asked for.
[[nodiscard]] std::vector<Figure> result_figures(std::span<const document::Result> results,
                                                 const FigureOptions& options = {});

/// Figures of metrics and ratings:
/// - agreement: Kendall's tau-b of every metric with every dimension, with its interval
/// - agreement-METRIC-DIMENSION: stories by metric and mean rating, for the metrics of the options
/// @param agreement  of the same results and ratings
[[nodiscard]] std::vector<Figure> agreement_figures(std::span<const document::Result> results,
                                                    std::span<const Rating> ratings,
                                                    const Agreement& agreement,
                                                    const FigureOptions& options = {});

/// One figure of all metrics of the options and all dimensions: a panel of stories for each pair.
/// @throws UsageError when there are more than 24 pairs.
[[nodiscard]] Figure agreement_scatter(std::span<const document::Result> results,
                                       std::span<const Rating> ratings, const Agreement& agreement,
                                       const FigureOptions& options = {});

}  // namespace asbench::reports
