#pragma once

#include <filesystem>
#include <vector>

#include "reports/agreement/agreement.h"

namespace asbench::cli {

/// Reads `--scores FILE.csv`: RFC 4180 with a header line, columns system, story, dimension, rater
/// and value in any order; further columns are ignored. @throws BadInput naming file and line: a
/// column is missing, a value is not a finite number.
[[nodiscard]] std::vector<reports::Rating> read_ratings(const std::filesystem::path& file);

}  // namespace asbench::cli
