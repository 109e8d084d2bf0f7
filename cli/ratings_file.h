#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "document/result.h"
#include "reports/agreement/agreement.h"

namespace asbench::cli {

/// Reads `--scores FILE.csv`, a table as loaders/csv.h reads them: columns system, story,
/// dimension, rater and value in any order; further columns are ignored. @throws BadInput naming
/// file and line: a column is missing, a value is not a finite number.
/// @param results  systems and stories that are these in another Unicode form get their spelling
[[nodiscard]] std::vector<reports::Rating> read_ratings(const std::filesystem::path& file,
                                                        std::span<const document::Result> results);

}  // namespace asbench::cli
