#include "models/samplers/sampler_steps.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "core/error.h"
#include "models/weights/tensor_views.h"

namespace asbench::models {
namespace {

void require_same_shape(const at::Tensor& sample, const at::Tensor& other, std::string_view name) {
  if (sample.sizes() != other.sizes()) {
    throw InternalError(fmt::format("sampler: the {} is {}, the latents are {}", name,
                                    describe(other), describe(sample)));
  }
}

// Half the logarithm of the ratio of signal to noise. Infinite at a = 0 and a = 1, which is meant:
// the coefficients take their limits from it.
double log_ratio(double alpha) {
  return std::log(std::sqrt(alpha / (1.0 - alpha)));
}

}  // namespace

VelocityToPicture velocity_to_picture(double alpha) {
  return {std::sqrt(alpha), std::sqrt(1.0 - alpha)};
}

DdimCoefficients ddim_coefficients(const NoiseSchedule& schedule, std::size_t step) {
  const double alpha = schedule.alpha(step);
  const double next = schedule.next_alpha(step);
  const double keep = std::sqrt((1.0 - next) / (1.0 - alpha));
  return {keep, std::sqrt(next) - std::sqrt(alpha) * keep};
}

DpmCoefficients dpm_coefficients(const NoiseSchedule& schedule, std::size_t step) {
  const double alpha = schedule.alpha(step);
  const double next = schedule.next_alpha(step);
  const double length = log_ratio(next) - log_ratio(alpha);
  DpmCoefficients numbers;
  numbers.keep = std::sqrt((1.0 - next) / (1.0 - alpha)) * std::exp(-length);
  numbers.add = std::expm1(-2.0 * length) * std::sqrt(next);
  numbers.noise = std::sqrt(1.0 - next) * std::sqrt(1.0 - std::exp(-2.0 * length));
  numbers.second_order = step > 0 && !schedule.leads_before_zero(step);
  if (numbers.second_order) {
    // The step visited before, whose end need not be where this one begins. From pure noise it was
    // infinitely long: 1 / (2 r) is 0 then.
    const double ratio = (log_ratio(alpha) - log_ratio(schedule.alpha(step - 1))) / length;
    numbers.now = 1.0 + 1.0 / (2.0 * ratio);
    numbers.before = 1.0 / (2.0 * ratio);
  }
  return numbers;
}

at::Tensor predict_picture(const at::Tensor& sample, const at::Tensor& velocity, double alpha) {
  require_same_shape(sample, velocity, "velocity");
  const VelocityToPicture numbers = velocity_to_picture(alpha);
  return at::sub(at::mul(sample, numbers.signal), at::mul(velocity.to(at::kFloat), numbers.noise));
}

at::Tensor ddim_step(const at::Tensor& sample, const at::Tensor& picture,
                     const DdimCoefficients& numbers) {
  return at::add(at::mul(sample, numbers.keep), at::mul(picture, numbers.add));
}

at::Tensor dpm_step(const at::Tensor& sample, const at::Tensor& picture,
                    const at::Tensor& picture_before, const at::Tensor& noise,
                    const DpmCoefficients& numbers) {
  require_same_shape(sample, noise, "noise");
  at::Tensor direction = picture;
  if (numbers.second_order) {
    require_same_shape(sample, picture_before, "picture of the step before");
    direction = at::sub(at::mul(picture, numbers.now), at::mul(picture_before, numbers.before));
  }
  return at::add(at::sub(at::mul(sample, numbers.keep), at::mul(direction, numbers.add)),
                 at::mul(noise, numbers.noise));
}

}  // namespace asbench::models
