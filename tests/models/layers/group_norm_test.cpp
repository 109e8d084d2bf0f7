// GroupNorm against the formula written out in double, on the CPU's own sums and on LibTorch's.
#include "models/layers/group_norm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

// One rounding of each of scale, shift, product and sum, of values of order 5.
constexpr double kTolerance = 2e-6;
// bfloat16 keeps 8 bits; values up to 5.
constexpr double kBfloat16Tolerance = 0.05;

GroupNorm make_norm(std::int64_t channels, std::int64_t groups, double eps = 1e-6) {
  GroupNorm norm;
  norm.weight = at::arange(channels, at::kFloat).mul_(0.7).sin_().add_(1.5);
  norm.bias = at::arange(channels, at::kFloat).mul_(0.4).cos_();
  norm.groups = groups;
  norm.eps = eps;
  return norm;
}

/// Values of another mean and spread in every sample and channel.
at::Tensor values(at::IntArrayRef shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  const at::Tensor x = at::arange(count, at::kDouble).mul_(0.618034).frac_().sub_(0.3).view(shape);
  const at::Tensor channel = at::arange(shape.back(), at::kDouble);
  std::vector<std::int64_t> by_sample(shape.size(), 1);
  by_sample[0] = shape[0];
  const at::Tensor sample = at::arange(shape[0], at::kDouble).view(by_sample);
  return (x * (channel + 1.0 + sample) + channel - sample).to(at::kFloat);
}

at::Tensor naive(const at::Tensor& x, const GroupNorm& norm) {
  const std::int64_t channels = x.size(-1);
  const std::int64_t width = channels / norm.groups;
  at::Tensor y = at::empty(x.sizes(), at::kDouble);
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    for (std::int64_t g = 0; g < norm.groups; ++g) {
      const at::Tensor group = x[n].narrow(-1, g * width, width).to(at::kDouble);
      const at::Tensor mean = group.mean();
      const at::Tensor variance = (group - mean).square().mean();
      y[n].narrow(-1, g * width, width)
          .copy_((group - mean) / (variance + norm.eps).sqrt() *
                     norm.weight.narrow(0, g * width, width) +
                 norm.bias.narrow(0, g * width, width));
    }
  }
  return y;
}

double distance(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b).abs().max().item<double>();
}

TEST(GroupNorm, MatchesTheNaiveForm) {
  for (const std::int64_t groups : {1, 2, 3, 6}) {
    const GroupNorm norm = make_norm(6, groups);
    const at::Tensor x = values({2, 3, 19, 53, 6});  // more positions than one piece of the sums
    at::Tensor y = at::empty_like(x);
    group_norm_into(y, x, norm);
    EXPECT_LE(distance(y, naive(x, norm)), kTolerance) << groups << " groups";
  }
}

TEST(GroupNorm, SeesItsEps) {
  const at::Tensor x = values({1, 40, 4}) * 1e-3;
  for (const double eps : {1e-6, 1e-5}) {
    const GroupNorm norm = make_norm(4, 4, eps);
    at::Tensor y = at::empty_like(x);
    group_norm_into(y, x, norm);
    EXPECT_LE(distance(y, naive(x, norm)), kTolerance) << eps;
  }
  EXPECT_GT(distance(naive(x, make_norm(4, 4, 1e-6)), naive(x, make_norm(4, 4, 1e-5))), 0.1);
}

// A mean of a thousand spreads: squares in float32 would lose the variance.
TEST(GroupNorm, KeepsTheVarianceBesideALargeMean) {
  const GroupNorm norm = make_norm(4, 2);
  const at::Tensor x =
      values({1, 5000, 4}).narrow(2, 0, 1).expand({1, 5000, 4}).contiguous() + 1024;
  at::Tensor y = at::empty_like(x);
  group_norm_into(y, x, norm);
  // x * scale + shift rounds products of about 4000 to float32.
  EXPECT_LE(distance(y, naive(x, norm)), 1e-3);
}

TEST(GroupNorm, WorksInPlaceAndIntoSamplesThatLieApart) {
  const GroupNorm norm = make_norm(4, 2);
  const at::Tensor x = values({2, 3, 5, 4});
  at::Tensor y = at::empty_like(x);
  group_norm_into(y, x, norm);
  at::Tensor same = x.clone();
  group_norm_into(same, same, norm);
  EXPECT_TRUE(at::equal(same, y));
  const at::Tensor room = at::full({2, 5, 5, 4}, 7.0);
  at::Tensor part = room.narrow(1, 2, 3);
  group_norm_into(part, x, norm);
  EXPECT_TRUE(at::equal(part, y));
  EXPECT_TRUE(at::equal(room.narrow(1, 0, 2), at::full({2, 2, 5, 4}, 7.0)));
}

TEST(GroupNorm, DoesNotDependOnTheThreadCount) {
  const GroupNorm norm = make_norm(6, 3);
  const at::Tensor x = values({1, 40, 60, 6});
  configure_runtime(1);
  at::Tensor one = at::empty_like(x);
  group_norm_into(one, x, norm);
  configure_runtime(3);
  at::Tensor three = at::empty_like(x);
  group_norm_into(three, x, norm);
  configure_runtime();
  EXPECT_TRUE(at::equal(one, three));
}

// What runs on a GPU in float32: LibTorch's reductions. On the CPU double takes that way.
TEST(GroupNorm, MatchesTheNaiveFormByLibTorchsReductions) {
  const GroupNorm norm = make_norm(6, 3);
  const at::Tensor x = values({2, 7, 60, 6});
  at::Tensor y = at::empty(x.sizes(), at::kDouble);
  group_norm_into(y, x.to(at::kDouble), norm);
  EXPECT_LE(distance(y, naive(x, norm)), kTolerance);
}

TEST(GroupNorm, SumsNarrowTypesInFloat32) {
  GroupNorm norm = make_norm(6, 3);
  const at::Tensor x = values({2, 7, 60, 6}).to(at::kBFloat16);
  const at::Tensor reference = naive(x, norm);
  norm.weight = norm.weight.to(at::kBFloat16);
  norm.bias = norm.bias.to(at::kBFloat16);
  at::Tensor y = at::empty_like(x);
  group_norm_into(y, x, norm);
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  EXPECT_LE(distance(y, reference), kBfloat16Tolerance);
}

}  // namespace
}  // namespace asbench::models
