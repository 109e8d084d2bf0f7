#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "models/weights/safetensors.h"

namespace asbench::models {

/// Noise from outside instead of drawn (`--noise FILE`): safetensors, one F32 tensor [F, C, h, w]
/// per shot, named "<story>/<shot>", shots counted from 1 (docs/design/animeshootergen.md 6).
/// Thread-safe.
class NoiseFile {
 public:
  /// @throws BadInput: what SafetensorsFile::open() refuses.
  [[nodiscard]] static NoiseFile open(const std::filesystem::path& path);

  /// The starting latents of one shot, a copy.
  /// @param sizes  [1, F, C, h, w]
  /// @throws BadInput naming file and tensor when there is none of this name, when it is not F32 of
  ///         that shape without the first axis, and when a value is not finite.
  [[nodiscard]] at::Tensor take(std::string_view story, std::int64_t shot,
                                at::IntArrayRef sizes) const;

 private:
  explicit NoiseFile(SafetensorsFile file) : file_(std::move(file)) {}

  SafetensorsFile file_;
};

}  // namespace asbench::models
