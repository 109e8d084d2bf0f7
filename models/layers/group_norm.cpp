#include "models/layers/group_norm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <vector>

#include "models/layers/linear.h"

namespace asbench::models {
namespace {

/// Positions that are summed up by one thread. Fixed, so that the order of additions is.
constexpr std::int64_t kPiece = 1024;

/// Of each sample and group, float32 or double: [N, 1, G, 1].
struct Moments {
  at::Tensor mean;
  at::Tensor variance;
};

/// Sums and sums of squares of `count` positions by group, added to `sums` [G, 2].
void add_up(const float* x, std::int64_t count, std::int64_t channels, std::int64_t groups,
            double* sums) {
  std::vector<double> by_channel(static_cast<std::size_t>(2 * channels), 0.0);
  double* const sum = by_channel.data();
  double* const squares = sum + channels;
  for (std::int64_t p = 0; p < count; ++p, x += channels) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const double value = x[c];
      sum[c] += value;
      squares[c] += value * value;
    }
  }
  const std::int64_t width = channels / groups;
  for (std::int64_t c = 0; c < channels; ++c) {
    sums[2 * (c / width)] += sum[c];
    sums[2 * (c / width) + 1] += squares[c];
  }
}

/// float32 values squared in double lose nothing, so the difference of means is as good as a second
/// pass.
Moments moments_in_double(const at::Tensor& x, std::int64_t groups) {
  const std::int64_t samples = x.size(0);
  const std::int64_t positions = x.size(1);
  const std::int64_t channels = x.size(2);
  const std::int64_t pieces = (positions + kPiece - 1) / kPiece;
  const at::Tensor sums = at::zeros({samples, pieces, groups, 2}, at::kDouble);
  const float* const values = x.const_data_ptr<float>();
  double* const out = sums.mutable_data_ptr<double>();
  at::parallel_for(0, samples * pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i % pieces * kPiece;
      add_up(values + (i / pieces * positions + first) * channels,
             std::min(kPiece, positions - first), channels, groups, out + i * groups * 2);
    }
  });
  at::Tensor total = at::zeros({samples, groups, 2}, at::kDouble);
  for (std::int64_t piece = 0; piece < pieces; ++piece) total.add_(sums.select(1, piece));
  total.div_(static_cast<double>(positions * (channels / groups)));
  const at::Tensor mean = total.select(2, 0).reshape({samples, 1, groups, 1});
  const at::Tensor second = total.select(2, 1).reshape({samples, 1, groups, 1});
  return {mean, (second - mean.square()).clamp_min(0.0)};
}

/// By LibTorch's reductions, with sums in float32 for the types that are narrower.
Moments moments_on_device(const at::Tensor& x, std::int64_t groups) {
  const at::Tensor grouped = x.view({x.size(0), x.size(1), groups, x.size(2) / groups});
  if (!at::isReducedFloatingType(x.scalar_type())) {
    auto [variance, mean] = at::var_mean(grouped, {1, 3}, /*unbiased=*/false, /*keepdim=*/true);
    return {mean, variance};
  }
  // var_mean() would round the moments to x's type, and x in float32 would be a copy of it.
  const double count = static_cast<double>(grouped.size(1) * grouped.size(3));
  const at::Tensor mean = at::mean(grouped, {1, 3}, /*keepdim=*/true, at::kFloat);
  const at::Tensor second =
      at::linalg_vector_norm(grouped, 2, at::IntArrayRef{1, 3}, /*keepdim=*/true, at::kFloat)
          .square()
          .div(count);
  return {mean, (second - mean.square()).clamp_min(0.0)};
}

}  // namespace

void move_to(GroupNorm& norm, const Placement& placement) {
  move_to(norm.weight, placement);
  move_to(norm.bias, placement);
}

void group_norm_into(at::Tensor& out, const at::Tensor& x, const GroupNorm& norm) {
  const std::int64_t channels = x.size(-1);
  TORCH_INTERNAL_ASSERT(x.is_contiguous() && out.sizes() == x.sizes());
  TORCH_INTERNAL_ASSERT(norm.weight.size(0) == channels && channels % norm.groups == 0);
  const at::Tensor rows = x.view({x.size(0), -1, channels});
  const bool own_sums = x.device().is_cpu() && x.scalar_type() == at::kFloat;
  const Moments moments =
      own_sums ? moments_in_double(rows, norm.groups) : moments_on_device(rows, norm.groups);
  const at::ScalarType wide = moments.mean.scalar_type();
  const at::Tensor weight = norm.weight.to(wide).view({1, 1, norm.groups, -1});
  const at::Tensor scale = (moments.variance + norm.eps).rsqrt() * weight;
  const at::Tensor shift = norm.bias.to(wide).view({1, 1, norm.groups, -1}) - moments.mean * scale;
  const auto by_channel = [&](const at::Tensor& value) {
    return value.to(at::kFloat).view({x.size(0), 1, channels});
  };
  at::Tensor out_rows = out.view({x.size(0), -1, channels});
  at::mul_out(out_rows, rows, by_channel(scale));
  out_rows.add_(by_channel(shift));
}

}  // namespace asbench::models
