#pragma once

#include <filesystem>

namespace asbench {

/// What the program brings with it lies beside it, in a build folder as where it was installed:
/// PREFIX/bin/asbench, PREFIX/lib (its modules), PREFIX/share/asbench (the embedded encoders).
/// @returns PREFIX, from the path of the running program. Thread-safe.
[[nodiscard]] std::filesystem::path program_prefix();

/// PREFIX/share/asbench/embedded: checkpoints in Hugging Face layout, `asbench/<name>/`.
[[nodiscard]] std::filesystem::path embedded_checkpoints_folder();

}  // namespace asbench
