#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "models/weights/checkpoint.h"

namespace asbench::models {

/// Against diffusers, relative to the largest value: what the project promises.
inline constexpr double kVaeTolerance = 2e-5;

/// tests/golden/cogvideox_vae: a small VAE with seeded weights and what diffusers makes of it.
struct VaeGolden {
  Checkpoint checkpoint;
  std::map<std::string, at::Tensor> expected;
  double fp32_noise = 0.0;
  std::string script_sha256;

  [[nodiscard]] const at::Tensor& at(const std::string& name) const { return expected.at(name); }
  /// Largest difference of `value` and the golden tensor `name`, of which every n-th value may be
  /// all that is stored, relative to the largest value there.
  [[nodiscard]] double distance(const std::string& name, const at::Tensor& value) const;
};

[[nodiscard]] VaeGolden read_vae_golden();

/// Random values of order 1, the same every time.
[[nodiscard]] at::Tensor wave(at::IntArrayRef shape, double step = 0.618034);

}  // namespace asbench::models
