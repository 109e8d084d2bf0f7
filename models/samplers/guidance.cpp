#include "models/samplers/guidance.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "models/weights/tensor_views.h"

namespace asbench::models {
namespace {

double on_ramp(double scale, double place) {
  return 1.0 + scale * ((1.0 - std::cos(std::numbers::pi * std::pow(place, 5.0))) / 2.0);
}

}  // namespace

double Guidance::at_step(std::int64_t step, std::int64_t steps, std::int64_t timestep) const {
  const auto count = static_cast<double>(steps);
  switch (mode) {
    case GuidanceMode::fixed:
      return scale;
    case GuidanceMode::ramp:
      return on_ramp(scale, static_cast<double>(step) / count);
    case GuidanceMode::diffusers_compat:
      return scale <= 1.0 ? 1.0 : on_ramp(scale, static_cast<double>(steps - timestep) / count);
  }
  throw InternalError("guidance: unknown mode");
}

at::Tensor guide(const at::Tensor& velocities, double g) {
  if (velocities.dim() < 2 || velocities.size(0) != 2) {
    throw InternalError(
        fmt::format("guidance: the velocities must be [2, ...], null and conditional; "
                    "they are {}",
                    describe(velocities)));
  }
  const at::Tensor null = velocities.narrow(0, 0, 1).to(at::kFloat);
  const at::Tensor conditional = velocities.narrow(0, 1, 1).to(at::kFloat);
  if (g == 1.0) return conditional;  // null + 1 * (conditional - null) would round twice
  return at::add(null, at::mul(at::sub(conditional, null), g));
}

}  // namespace asbench::models
