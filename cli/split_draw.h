#pragma once

#include "cli/split_options.h"

namespace asbench::cli {

/// `split make` from a data set's annotations: draws stories, writes their manifest and its card.
/// @returns the exit code. @throws UsageError, BadInput, SystemFault.
[[nodiscard]] int run_split_draw(const SplitMakeOptions& options);

}  // namespace asbench::cli
