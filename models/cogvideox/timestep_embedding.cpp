#include "models/cogvideox/timestep_embedding.h"

#include <ATen/ATen.h>

#include <cmath>

namespace asbench::models {

at::Tensor timestep_embedding(const at::Tensor& timesteps, std::int64_t width, bool cosines_first,
                              double shift) {
  const std::int64_t half = width / 2;
  const at::Tensor frequencies = at::arange(half, at::kFloat)
                                     .mul_(-std::log(10000.0))
                                     .div_(static_cast<double>(half) - shift)
                                     .exp_();
  const at::Tensor angles =
      timesteps.to(at::kCPU).to(at::kFloat).unsqueeze(1) * frequencies.unsqueeze(0);
  const at::Tensor cosines = angles.cos();
  const at::Tensor sines = angles.sin();
  return cosines_first ? at::cat({cosines, sines}, 1) : at::cat({sines, cosines}, 1);
}

}  // namespace asbench::models
