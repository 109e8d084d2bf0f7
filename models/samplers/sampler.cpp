#include "models/samplers/sampler.h"

#include <ATen/ATen.h>

#include <utility>

#include "core/error.h"
#include "models/samplers/sampler_steps.h"

namespace asbench::models {

Sampler::Sampler(SamplerKind kind, NoiseSchedule schedule, DrawNoise draw)
    : kind_(kind), schedule_(std::move(schedule)), draw_(std::move(draw)) {}

at::Tensor Sampler::step(const at::Tensor& sample, const at::Tensor& velocity) {
  if (next_ == schedule_.steps()) throw InternalError("sampler: asked for a step after the last");
  const std::size_t step = next_++;
  const at::Tensor picture = predict_picture(sample, velocity, schedule_.alpha(step));
  if (kind_ == SamplerKind::ddim) {
    return ddim_step(sample, picture, ddim_coefficients(schedule_, step)).to(sample.scalar_type());
  }
  const DpmCoefficients numbers = dpm_coefficients(schedule_, step);
  // The published code computes a step of first order, then one of second order with noise of its
  // own, and returns the second.
  if (numbers.second_order) static_cast<void>(draw_(sample.sizes()));
  const at::Tensor noise = draw_(sample.sizes()).to(sample.options());
  at::Tensor after = dpm_step(sample, picture, picture_before_, noise, numbers);
  picture_before_ = picture;
  return after.to(sample.scalar_type());
}

}  // namespace asbench::models
