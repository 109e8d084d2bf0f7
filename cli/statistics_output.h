#pragma once

#include <string>

#include "core/json.h"
#include "loaders/statistics.h"

// How the statistics of a split are shown: `inspect` of annotation files and `split stats`.
namespace asbench::cli {

/// A table for a terminal: each number beside the paper's.
[[nodiscard]] std::string statistics_text(const loaders::SplitStatistics& statistics);

/// {"counts": {"videos": {"number", "paper"}}, "series": {"story_shots": {"n", "mean",
/// "paper_mean", "median", "least", "most", "unit"}}}
[[nodiscard]] Json statistics_json(const loaders::SplitStatistics& statistics);

/// Draws each distribution with its mean and the paper's, into a file that ends in .png, .pdf or
/// .svg. @throws UsageError for another name, SystemFault.
void plot_statistics(const loaders::SplitStatistics& statistics, const std::string& split,
                     const std::string& file);

}  // namespace asbench::cli
