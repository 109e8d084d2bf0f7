#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>

#include "models/samplers/noise_schedule.h"

namespace asbench::models {

// One step of either sampler, as numbers and on latents (docs/design/animeshootergen.md 5). The
// numbers are double, because they are differences of nearly equal values; latents are float32.

/// x0 = signal * x - noise * v: the picture that a velocity points to.
struct VelocityToPicture {
  double signal = 0.0;  ///< sqrt(a)
  double noise = 0.0;   ///< sqrt(1 - a)
};
[[nodiscard]] VelocityToPicture velocity_to_picture(double alpha);

/// x <- keep * x + add * x0.
struct DdimCoefficients {
  double keep = 0.0;
  double add = 0.0;
};
[[nodiscard]] DdimCoefficients ddim_coefficients(const NoiseSchedule& schedule, std::size_t step);

/// x <- keep * x - add * d + noise * n, n a normal draw; d = now * x0 - before * (x0 of the step
/// before), where `second_order`, else x0.
struct DpmCoefficients {
  double keep = 0.0;
  double add = 0.0;
  double noise = 0.0;
  double now = 1.0;
  double before = 0.0;
  /// False in the first step and in one that leads before time 0.
  bool second_order = false;
};
[[nodiscard]] DpmCoefficients dpm_coefficients(const NoiseSchedule& schedule, std::size_t step);

/// @param sample    [B, F, C, h, w], the latents; float32, or bfloat16 as the reference keeps them
///                  (`match_reference`): products with it are then rounded to
///                  bfloat16, as the reference's are on a GPU
/// @param velocity  the network's output, the same shape, float32
/// @returns x0, float32
/// @throws InternalError when the shapes differ: LibTorch would stretch one to the other.
[[nodiscard]] at::Tensor predict_picture(const at::Tensor& sample, const at::Tensor& velocity,
                                         double alpha);

/// @returns the sample after the step, float32
[[nodiscard]] at::Tensor ddim_step(const at::Tensor& sample, const at::Tensor& picture,
                                   const DdimCoefficients& numbers);

/// @param picture_before  x0 of the step before; read where `second_order`
/// @param noise           normal values of the sample's shape
[[nodiscard]] at::Tensor dpm_step(const at::Tensor& sample, const at::Tensor& picture,
                                  const at::Tensor& picture_before, const at::Tensor& noise,
                                  const DpmCoefficients& numbers);

}  // namespace asbench::models
