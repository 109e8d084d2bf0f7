#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "models/samplers/noise_schedule.h"

namespace asbench::models {

/// Normal values of this shape, float32: ShotNoise::draw(), or a file's.
using DrawNoise = std::function<at::Tensor(at::IntArrayRef sizes)>;

/// One shot from noise to latents, step by step (docs/design/animeshootergen.md 5):
///
///   Sampler sampler(SamplerKind::ddim, schedule, draw);
///   at::Tensor latents = draw(sizes);
///   for (std::int64_t t : sampler.timesteps())
///     latents = sampler.step(latents, network(latents, t));
///
/// One per shot and one thread at a time: the second-order sampler remembers the step before.
class Sampler {
 public:
  /// @param draw  called by DPM alone: once in the first step and in one that leads before time 0,
  ///              else **twice, the first draw being thrown away**, as the published one does
  Sampler(SamplerKind kind, NoiseSchedule schedule, DrawNoise draw);

  [[nodiscard]] const std::vector<std::int64_t>& timesteps() const { return schedule_.timesteps(); }
  [[nodiscard]] const NoiseSchedule& schedule() const { return schedule_; }

  /// The next step.
  /// @param sample    [B, F, C, h, w]: float32, or bfloat16 where the reference is to be matched
  ///                  (see predict_picture())
  /// @param velocity  the guided output of the network at the next of timesteps(), float32
  /// @returns the sample after the step, in the type of `sample` and on its device
  /// @throws InternalError after the last step, and when shapes differ.
  [[nodiscard]] at::Tensor step(const at::Tensor& sample, const at::Tensor& velocity);

 private:
  SamplerKind kind_;
  NoiseSchedule schedule_;
  DrawNoise draw_;
  std::size_t next_ = 0;
  at::Tensor picture_before_;
};

}  // namespace asbench::models
