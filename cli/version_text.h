#pragma once

#include <string>

namespace asbench::cli {

/// What `asbench --version` prints: version, commit, libraries, and whether CUDA can be used here.
/// Loads LibTorch only where a GPU and its driver answer.
[[nodiscard]] std::string version_text();

}  // namespace asbench::cli
