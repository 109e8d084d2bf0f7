#include "models/cogvideox/timestep_embedding.h"

#include <ATen/ATen.h>

#include <cmath>

namespace asbench::models {

at::Tensor timestep_embedding(const at::Tensor& timesteps, std::int64_t width, bool cosines_first,
                              double shift) {
  const std::int64_t half = width / 2;
  // Exponents, frequencies and angles are float32, as published. The functions are rounded from
  // double: LibTorch's own differ in the last bit from CPU to CPU, which a timestep of 999 makes
  // 6e-5 of.
  const auto rounded = [](const at::Tensor& exact) { return exact.to(at::kFloat); };
  const at::Tensor exponents =
      at::arange(half, at::kFloat).mul_(-std::log(10000.0)).div_(static_cast<double>(half) - shift);
  const at::Tensor frequencies = rounded(exponents.to(at::kDouble).exp());
  const at::Tensor angles =
      (timesteps.to(at::kCPU).to(at::kFloat).unsqueeze(1) * frequencies.unsqueeze(0))
          .to(at::kDouble);
  const at::Tensor cosines = rounded(angles.cos());
  const at::Tensor sines = rounded(angles.sin());
  return cosines_first ? at::cat({cosines, sines}, 1) : at::cat({sines, cosines}, 1);
}

}  // namespace asbench::models
