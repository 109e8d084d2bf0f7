#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "models/weights/checkpoint.h"

namespace asbench::models {

/// Features of unit length against the published implementation: what the project promises. The
/// fast image processors' other resize, 1e-4, must not pass.
inline constexpr double kFeatureTolerance = 2e-5;
/// Cosine scores against the published implementation: what the project promises.
inline constexpr double kScoreTolerance = 5e-6;
/// Times the distance between float32 and double that the golden's own implementation shows (stored
/// with it, 1e-7 to 3e-7): another order of additions makes noise of that size.
inline constexpr double kTimesNoise = 10.0;
/// Hidden states, relative to the largest value of the tensor: noise of a few blocks.
inline constexpr double kStateTolerance = 3e-6;

/// A case below tests/golden: a checkpoint, and what transformers or open_clip make of it.
struct EncoderGolden {
  Checkpoint checkpoint;
  std::map<std::string, at::Tensor> expected;
  double fp32_noise = 0.0;
  std::string script_sha256, shared_sha256;

  [[nodiscard]] const at::Tensor& at(const std::string& name) const { return expected.at(name); }
  /// kTimesNoise * fp32_noise.
  [[nodiscard]] double noise_tolerance() const { return kTimesNoise * fp32_noise; }
};

/// @param name  "clip/quick_gelu"
[[nodiscard]] EncoderGolden read_encoder_golden(const std::string& name);

/// All tensors of a safetensors file (float32 and int64).
[[nodiscard]] std::map<std::string, at::Tensor> read_tensors(const std::filesystem::path& path);

/// Rows divided by their lengths, in double.
[[nodiscard]] at::Tensor unit_rows(const at::Tensor& features);

/// Largest difference of unit-length rows.
[[nodiscard]] double feature_distance(const at::Tensor& a, const at::Tensor& b);

/// Largest difference, relative to the largest value of `expected`.
[[nodiscard]] double state_distance(const at::Tensor& value, const at::Tensor& expected);

}  // namespace asbench::models
