#pragma once

#include "cli/inspect_options.h"

namespace asbench::cli {

/// Whether `inspect` reads the split as a whole tree of annotation files, by their index: the form
/// fits, and neither outputs, a selection nor a manifest is asked for. @throws SystemFault.
[[nodiscard]] bool inspects_annotations(const InspectOptions& options);

/// `inspect` of annotation files: their findings, and their statistics beside the paper's. Memory:
/// that of the index. @returns the exit code. @throws as run_inspect().
[[nodiscard]] int run_inspect_annotations(const InspectOptions& options);

}  // namespace asbench::cli
