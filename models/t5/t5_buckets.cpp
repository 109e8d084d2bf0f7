#include "models/t5/t5_buckets.h"

#include <ATen/ATen.h>

#include <cmath>

namespace asbench::models {

at::Tensor t5_buckets(std::int64_t queries, std::int64_t keys, const T5Config& config) {
  const std::int64_t one_way = config.buckets / 2;
  const std::int64_t exact = one_way / 2;
  const at::Tensor relative = at::arange(1 - queries, keys, at::kLong);
  const at::Tensor distance = relative.abs();
  // LibTorch's own logarithm, division and product in float32: where a quotient is nearly whole,
  // another rounding would be another bucket than the one that was trained. Below `exact` the value
  // is not used; clamped, it is finite.
  const double whole =
      std::log(static_cast<double>(config.max_distance) / static_cast<double>(exact));
  const at::Tensor logarithm =
      at::log(at::div(distance.clamp_min(exact).to(at::kFloat), static_cast<double>(exact)));
  const at::Tensor far =
      (at::mul(at::div(logarithm, whole), static_cast<double>(one_way - exact)).to(at::kLong) +
       exact)
          .clamp_max(one_way - 1);
  return at::where(distance < exact, distance, far) + (relative > 0).to(at::kLong) * one_way;
}

}  // namespace asbench::models
