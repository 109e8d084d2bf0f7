#pragma once

#include <filesystem>

namespace asbench {

/// Files that come with the program, in a build folder or where it is installed:
/// PREFIX/bin/asbench, PREFIX/lib (its modules), PREFIX/share/asbench (the embedded encoders and
/// the tiny generator).
/// @returns PREFIX, from the path of the running program; programs of your own that link the
/// libraries name it with $ASBENCH_PREFIX. Thread-safe while nothing changes the environment.
[[nodiscard]] std::filesystem::path program_prefix();

/// PREFIX/share/asbench/embedded: checkpoints in Hugging Face layout, `asbench/<name>/`.
[[nodiscard]] std::filesystem::path embedded_checkpoints_folder();

/// PREFIX/share/asbench/tiny_generator: the model folder of an AnimeShooterGen-compatible generator
/// (docs/animeshootergen.md) with random weights, which shows the machinery.
[[nodiscard]] std::filesystem::path tiny_generator_folder();

}  // namespace asbench
