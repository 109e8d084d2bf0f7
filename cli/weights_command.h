#pragma once

#include "cli/weights_options.h"

namespace asbench::cli {

/// What `asbench weights` does:
/// list: known checkpoints and where they are on this machine, on stdout;
/// fetch: downloads ids.front() and prints `<sha256>  <path>` of each file, as sha256sum does; the
/// token of a gated repository is taken from $HF_TOKEN;
/// check: verifies hashes, pins and structure of local checkpoints. @returns kExitFailure when a
/// file is wrong. @throws BadInput when there is nothing to check.
[[nodiscard]] int run_weights(const WeightsOptions& options);

}  // namespace asbench::cli
