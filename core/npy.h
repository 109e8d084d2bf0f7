#pragma once

#include <filesystem>
#include <span>

namespace asbench {

/// Writes a [rows, cols] float32 matrix as a NumPy .npy file (format 1.0, C order), under a temporary name first.
/// values.size() == rows * cols. @throws BadInput when it can't be written.
void write_npy(const std::filesystem::path& path, int rows, int cols, std::span<const float> values);

}  // namespace asbench
