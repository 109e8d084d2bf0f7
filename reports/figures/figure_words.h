#pragma once

#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/figures/plot.h"
#include "reports/figures/result_figures.h"
#include "reports/leaderboard/ranking.h"

// What the figures of results and those of ratings have in common.
namespace asbench::reports {

/// Columns of the table that figures show.
[[nodiscard]] std::vector<std::size_t> figure_columns(const RankedTable& table,
                                                      const FigureOptions& options);

/// "clip_i ↑"; turned round where lower is better.
[[nodiscard]] PlotAxis metric_axis(const std::string& metric, document::ResultDirection direction);

/// "clip_i (Reference adherence under CLIP, higher is better)"
[[nodiscard]] std::string metric_in_words(const RankedTable& table, std::size_t column);

/// Adds the figure of each panel, and one of all of them side by side where there are several.
/// @param parts  of the names of the panels' figures, behind `kind`
void add_panels(std::vector<Figure>& figures, const std::string& kind,
                const std::vector<std::string>& parts, std::vector<Figure> of_panels);

}  // namespace asbench::reports
