#include "models/layers/rms_norm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/kernels/cpu_kernels.h"
#include "models/layers/linear.h"

namespace asbench::models {
namespace {

/// Partial sums, so that the additions of a row can be done several at a time. The order is part of
/// the result and does not depend on the CPU.
constexpr std::int64_t kLanes = 8;
/// Values below which a thread of its own doesn't pay.
constexpr std::int64_t kFewestValues = 32768;

double sum_of_squares(const float* x, std::int64_t width) {
  std::array<double, kLanes> sums{};
  const std::int64_t whole = width - width % kLanes;
  for (std::int64_t i = 0; i < whole; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      const double value = x[i + lane];
      sums[static_cast<std::size_t>(lane)] += value * value;
    }
  }
  double sum = 0.0;
  for (const double part : sums) sum += part;
  for (std::int64_t i = whole; i < width; ++i) sum += static_cast<double>(x[i]) * x[i];
  return sum;
}

at::Tensor norm_on_cpu(const at::Tensor& x, const RmsNorm& norm) {
  const std::int64_t width = x.size(-1);
  const std::int64_t rows = width == 0 ? 0 : x.numel() / width;
  at::Tensor out = at::empty_like(x);
  const float* const in = x.const_data_ptr<float>();
  const float* const weight = norm.weight.const_data_ptr<float>();
  float* const result = out.mutable_data_ptr<float>();
  const std::int64_t grain =
      std::max<std::int64_t>(1, kFewestValues / std::max<std::int64_t>(1, width));
  at::parallel_for(0, rows, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const float* const from = in + row * width;
      const double mean = sum_of_squares(from, width) / static_cast<double>(width);
      const auto scale = static_cast<float>(1.0 / std::sqrt(mean + norm.eps));
      for (std::int64_t i = 0; i < width; ++i)
        result[row * width + i] = from[i] * scale * weight[i];
    }
  });
  return out;
}

}  // namespace

void move_to(RmsNorm& norm, const Placement& placement) {
  move_to(norm.weight, placement);
}

at::Tensor rms_norm(const at::Tensor& x, const RmsNorm& norm) {
  TORCH_CHECK(x.dim() > 0 && x.size(-1) == norm.weight.numel(), "RMS norm of width ",
              norm.weight.numel(), " of ", x.sizes());
  if (runs_on_cpu_kernels(x)) return norm_on_cpu(x, norm);
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor scale = wide.square().mean(-1, /*keepdim=*/true).add_(norm.eps).rsqrt_();
  return (wide * scale).to(x.scalar_type()) * norm.weight;
}

}  // namespace asbench::models
