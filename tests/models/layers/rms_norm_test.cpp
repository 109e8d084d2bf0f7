#include "models/layers/rms_norm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr double kNormTolerance = 3e-7;      // a few float32 roundings, values of size 1
constexpr double kBfloat16Tolerance = 2e-2;  // two roundings to 8 bits, values up to 3

at::Tensor waves(at::IntArrayRef sizes, double step) {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  return at::arange(count, at::kFloat).mul_(step).sin_().view(sizes);
}

double exact(const at::Tensor& x, std::int64_t row, std::int64_t i, const RmsNorm& norm) {
  const std::int64_t width = x.size(1);
  double squares = 0.0;
  for (std::int64_t j = 0; j < width; ++j) {
    const auto value = x[row][j].item<double>();
    squares += value * value;
  }
  return x[row][i].item<double>() / std::sqrt(squares / static_cast<double>(width) + norm.eps) *
         norm.weight[i].item<double>();
}

TEST(RmsNorm, MatchesTheNaiveDoublePrecisionForm) {
  for (const std::int64_t width : {1, 7, 8, 67}) {
    const RmsNorm norm{waves({width}, 0.9) + 1.5, 1e-6};
    const at::Tensor x = waves({5, width}, 0.37) + 0.05;
    const at::Tensor y = rms_norm(x, norm);
    for (std::int64_t row = 0; row < 5; ++row) {
      for (std::int64_t i = 0; i < width; ++i) {
        const double expected = exact(x, row, i, norm);
        EXPECT_NEAR(y[row][i].item<double>(), expected,
                    kNormTolerance * std::max(1.0, std::abs(expected)));
      }
    }
  }
}

TEST(RmsNorm, AddsItsEpsUnderTheRoot) {
  const RmsNorm norm{at::ones({4}), 1e-2};
  const at::Tensor y = rms_norm(at::full({1, 4}, 0.1F), norm);
  EXPECT_NEAR(y[0][0].item<double>(), 0.1 / std::sqrt(0.02), kNormTolerance);
  EXPECT_EQ(rms_norm(at::zeros({1, 4}), norm).abs().max().item<float>(), 0.0F);
}

TEST(RmsNorm, OfARowDependsOnThatRowAlone) {
  const RmsNorm norm{waves({96}, 0.9), 1e-6};
  const at::Tensor x = waves({700, 96}, 0.37);
  const at::Tensor all = rms_norm(x, norm);
  for (const std::int64_t row : {0, 1, 350, 699}) {
    EXPECT_TRUE(at::equal(rms_norm(x.narrow(0, row, 1), norm), all.narrow(0, row, 1))) << row;
  }
}

TEST(RmsNorm, OfBfloat16IsComputedInFloat32) {
  const RmsNorm norm{waves({64}, 0.9), 1e-6};
  const at::Tensor x = waves({3, 64}, 0.37).to(at::kBFloat16);
  const at::Tensor y = rms_norm(x, {norm.weight.to(at::kBFloat16), norm.eps});
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  EXPECT_LE((y.to(at::kFloat) - rms_norm(x.to(at::kFloat), norm)).abs().max().item<double>(),
            kBfloat16Tolerance);
}

}  // namespace
}  // namespace asbench::models
