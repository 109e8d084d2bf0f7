#include "models/kernels/cpu_kernels.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <bit>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "models/layers/activation.h"
#include "models/layers/norm.h"

namespace asbench::models {
namespace {

/// Of the larger of the exact value and 1: the last bit or two of float32.
constexpr double kKernelTolerance = 2e-7;
/// A norm's value is a difference times a scale, so its rounding counts a few times.
constexpr double kNormTolerance = 1e-6;

double exact_gelu(double x) {
  return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
}
double exact_quick_gelu(double x) {
  return x / (1.0 + std::exp(-1.702 * x));
}

double exact_gelu_tanh(double x) {
  // (1 + tanh y) / 2 without the cancellation of its negative tail.
  const double inner = std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x);
  return x / (1.0 + std::exp(-2.0 * inner));
}

double exact_silu(double x) {
  return x / (1.0 + std::exp(-x));
}

double relative_error(float value, double exact) {
  return std::abs(static_cast<double>(value) - exact) / std::max(1.0, std::abs(exact));
}

class CpuKernelsOf : public ::testing::TestWithParam<const CpuKernels*> {
 protected:
  const CpuKernels& kernels_ = *GetParam();
};

TEST_P(CpuKernelsOf, ActivationsAreExactToTheLastBits) {
  std::vector<float> x;
  for (int i = -150000; i <= 150000; ++i) x.push_back(static_cast<float>(i) * 1e-4F);
  for (const float extreme : {0.0F, -0.0F, 1e-38F, -1e-30F, 60.0F, -60.0F, 3e38F, -3e38F}) {
    x.push_back(extreme);
  }
  std::vector<float> gelu = x;
  std::vector<float> quick = x;
  std::vector<float> tanh_shaped = x;
  std::vector<float> silu = x;
  kernels_.silu(silu.data(), static_cast<std::int64_t>(x.size()));
  kernels_.add_bias_gelu(gelu.data(), nullptr, 1, static_cast<std::int64_t>(x.size()));
  kernels_.add_bias_quick_gelu(quick.data(), nullptr, 1, static_cast<std::int64_t>(x.size()));
  kernels_.add_bias_gelu_tanh(tanh_shaped.data(), nullptr, 1, static_cast<std::int64_t>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto v = static_cast<double>(x[i]);
    ASSERT_LE(relative_error(gelu[i], exact_gelu(v)), kKernelTolerance) << x[i];
    ASSERT_LE(relative_error(quick[i], exact_quick_gelu(v)), kKernelTolerance) << x[i];
    ASSERT_LE(relative_error(tanh_shaped[i], exact_gelu_tanh(v)), kKernelTolerance) << x[i];
    ASSERT_LE(relative_error(silu[i], exact_silu(v)), kKernelTolerance) << x[i];
  }
}

TEST_P(CpuKernelsOf, ActivationsPassOnWhatIsNotANumber) {
  std::vector<float> x = {std::nanf(""), 1.0F, -INFINITY, INFINITY};
  std::vector<float> y = x;
  std::vector<float> z = x;
  kernels_.add_bias_gelu(x.data(), nullptr, 1, 4);
  kernels_.add_bias_gelu_tanh(z.data(), nullptr, 1, 4);
  kernels_.add_bias_quick_gelu(y.data(), nullptr, 1, 4);
  for (const auto& values : {x, y, z}) {
    EXPECT_FALSE(std::isfinite(values[0]));
    EXPECT_FALSE(std::isnan(values[1]));
    EXPECT_EQ(values[3], INFINITY);
  }
}

TEST_P(CpuKernelsOf, SoftmaxOfAnyNanIsNan) {
  // CUDA's own NaN has every bit set; an exponential by its bits would make a number of it.
  for (const std::uint32_t bits : {0x7FC00000U, 0x7FFFFFFFU, 0xFFFFFFFFU, 0x7F800001U}) {
    std::vector<float> x(8, std::bit_cast<float>(bits));
    kernels_.softmax(x.data(), 1, 8, 8, 1.0F);
    for (const float value : x) EXPECT_TRUE(std::isnan(value)) << bits;
  }
}

TEST_P(CpuKernelsOf, AddTheBiasOfTheirColumnAtEveryWidth) {
  for (const std::int64_t width : {1, 3, 4, 7, 8, 9, 33}) {
    const std::int64_t rows = 3;
    std::vector<float> x(static_cast<std::size_t>(rows * width) + 1, 0.25F);
    std::vector<float> bias;
    for (std::int64_t c = 0; c < width; ++c) bias.push_back(0.1F * static_cast<float>(c - 2));
    x.back() = 42.0F;  // beyond the tensor
    kernels_.add_bias_quick_gelu(x.data(), bias.data(), rows, width);
    for (std::int64_t i = 0; i < rows * width; ++i) {
      const auto v = static_cast<double>(0.25F + bias[static_cast<std::size_t>(i % width)]);
      EXPECT_LE(relative_error(x[static_cast<std::size_t>(i)], exact_quick_gelu(v)),
                kKernelTolerance);
    }
    EXPECT_EQ(x.back(), 42.0F);
  }
}

TEST_P(CpuKernelsOf, ValuesDoNotDependOnWhereTheyLie) {
  std::vector<float> row;
  for (int i = 0; i < 19; ++i) row.push_back(std::sin(static_cast<float>(i)) * 3.0F);
  std::vector<float> alone = row;
  kernels_.add_bias_gelu(alone.data(), nullptr, 1, 19);
  for (std::size_t i = 0; i < row.size(); ++i) {
    float single = row[i];
    kernels_.add_bias_gelu(&single, nullptr, 1, 1);
    EXPECT_EQ(single, alone[i]);
  }
  std::vector<float> silu = row;
  kernels_.silu(silu.data(), 19);
  for (std::size_t i = 0; i < row.size(); ++i) {
    float single = row[i];
    kernels_.silu(&single, 1);
    EXPECT_EQ(single, silu[i]);
    // Half a row of SwiGLU, which is gated by 1.
    std::vector<float> gated(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    gated.resize(2 * (i + 1), 1.0F);
    std::vector<float> out(i + 1);
    kernels_.swiglu(gated.data(), out.data(), 1, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(out[i], silu[i]);
  }
}

TEST_P(CpuKernelsOf, NormMatchesTheNaiveDoublePrecisionForm) {
  for (const std::int64_t width : {1, 5, 8, 37, 64, 768}) {
    for (const double eps : {1e-12, 1e-5}) {
      const std::int64_t rows = 4;
      const at::Tensor x = at::arange(rows * width, at::kFloat)
                               .mul_(1.3)
                               .sin_()
                               .mul_(0.05)
                               .add_(3)
                               .view({rows, width});
      const at::Tensor weight = at::arange(width, at::kFloat).mul_(0.7).cos_();
      const at::Tensor bias = at::arange(width, at::kFloat).mul_(0.3).sin_();
      const at::Tensor then_add = at::ones({width});
      at::Tensor changed = x.clone();
      at::Tensor out = at::empty({rows, width});
      kernels_.norm_then_add(changed.data_ptr<float>(), then_add.const_data_ptr<float>(),
                             weight.const_data_ptr<float>(), bias.const_data_ptr<float>(), eps,
                             out.data_ptr<float>(), rows, width);
      const at::Tensor wide = x.to(at::kDouble);
      const at::Tensor centred = wide - wide.mean(-1, true);
      const at::Tensor expected =
          centred / (centred.square().mean(-1, true) + eps).sqrt() * weight.to(at::kDouble) +
          bias.to(at::kDouble);
      // The mean is 60 times the spread here, so its float32 rounding (2e-7 of 3) shows in units of
      // the spread (0.035): what any float32 norm has to live with.
      const double allowed = kNormTolerance + 2.4e-7 / 0.035;
      EXPECT_LE((out - expected).abs().max().item<double>(), width == 1 ? 1e-3 : allowed)
          << width << " " << eps;
      EXPECT_TRUE(at::equal(changed, x + 1));
    }
  }
}

TEST_P(CpuKernelsOf, SoftmaxMatchesTheNaiveDoublePrecisionForm) {
  constexpr float kScale = 0.125F;
  for (const std::int64_t width : {1, 3, 8, 17, 50, 197}) {
    const std::int64_t rows = 3;
    const std::int64_t stride = width + 2;
    const at::Tensor x =
        at::arange(rows * stride, at::kFloat).mul_(0.77).sin_().mul_(90).view({rows, stride});
    at::Tensor y = x.clone();
    kernels_.softmax(y.data_ptr<float>(), rows, width, stride, kScale);
    const at::Tensor expected = (x.narrow(1, 0, width).to(at::kDouble) * kScale).softmax(1);
    EXPECT_LE((y.narrow(1, 0, width) - expected).abs().max().item<double>(), kKernelTolerance)
        << width;
    EXPECT_TRUE(at::equal(y.narrow(1, width, 2), x.narrow(1, width, 2)));
  }
}

TEST_P(CpuKernelsOf, SoftmaxOfLargeValuesDoesNotOverflow) {
  std::vector<float> x = {1e30F, 1e30F, -1e30F};
  kernels_.softmax(x.data(), 1, 3, 3, 1.0F);
  EXPECT_FLOAT_EQ(x[0], 0.5F);
  EXPECT_FLOAT_EQ(x[1], 0.5F);
  EXPECT_LE(x[2], 1e-37F);
}

std::string kernels_name(const ::testing::TestParamInfo<const CpuKernels*>& chosen) {
  std::string name = chosen.param->name;
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Instructions, CpuKernelsOf,
                         ::testing::ValuesIn(all_cpu_kernels().begin(), all_cpu_kernels().end()),
                         kernels_name);

TEST(LayerNorm, MatchesLibTorch) {
  const at::Tensor x = at::arange(6 * 48, at::kFloat).mul_(0.37).sin_().view({6, 48});
  const LayerNorm norm{at::arange(48, at::kFloat).mul_(0.1).cos_(),
                       at::arange(48, at::kFloat).mul_(0.2).sin_(), 1e-6};
  at::Tensor out = at::empty({6, 48});
  at::Tensor copy = x.clone();
  layer_norm_into(out, copy, norm);
  EXPECT_LE((out - layer_norm(x, norm)).abs().max().item<double>(), kNormTolerance);
  EXPECT_TRUE(at::equal(copy, x));
}

TEST(Activations, MatchLibTorchInEveryForm) {
  const at::Tensor x = at::linspace(-6, 6, 60, at::kFloat).view({3, 20});
  const at::Tensor bias = at::linspace(-1, 1, 20, at::kFloat);
  const at::Tensor sum = (x + bias).to(at::kDouble);
  const auto activated = [&](Activation activation) {
    at::Tensor y = x.clone();
    add_bias_and_activate(y, bias, activation);
    return y;
  };
  const auto error = [](const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
  };
  EXPECT_LE(error(activated(Activation::gelu), at::gelu(sum)), 1e-6);
  EXPECT_LE(error(activated(Activation::gelu_tanh), at::gelu(sum, "tanh")), 1e-6);
  EXPECT_LE(error(activated(Activation::quick_gelu), sum * at::sigmoid(sum * 1.702)), 1e-6);
  EXPECT_GT(error(activated(Activation::gelu), activated(Activation::quick_gelu)), 1e-2);
}

TEST(Activations, AreKnownByTheNamesOfConfigFiles) {
  EXPECT_EQ(parse_activation("quick_gelu"), Activation::quick_gelu);
  EXPECT_EQ(parse_activation("gelu"), Activation::gelu);
  EXPECT_EQ(parse_activation("gelu_new"), Activation::gelu_tanh);
  EXPECT_EQ(parse_activation("gelu_pytorch_tanh"), Activation::gelu_tanh);
  EXPECT_EQ(parse_activation("relu"), std::nullopt);
}

TEST(Silu, BitsDependOnTheValueAlone) {
  const at::Tensor all = at::arange(-40000, 40001, at::kFloat).mul_(3e-4);
  at::Tensor together = all.clone();
  silu_in_place(together);
  EXPECT_TRUE(together.allclose(at::silu(all), 1e-6, 1e-7));
  for (const std::int64_t count : {1, 7, 16, 33, 40000}) {
    at::Tensor some = all.narrow(0, 0, count).clone();
    silu_in_place(some);
    EXPECT_TRUE(some.equal(together.narrow(0, 0, count))) << count;
  }
  // Entries of the first axis that lie apart.
  at::Tensor room = all.narrow(0, 0, 60).clone().view({3, 20});
  at::Tensor apart = room.narrow(1, 3, 11);
  silu_in_place(apart);
  EXPECT_TRUE(apart.equal(together.narrow(0, 0, 60).view({3, 20}).narrow(1, 3, 11)));
  EXPECT_TRUE(room.narrow(1, 0, 3).equal(all.narrow(0, 0, 60).view({3, 20}).narrow(1, 0, 3)));
}

TEST(SwiGlu, GatesTheSecondHalfByTheFirst) {
  const at::Tensor x = at::tensor({1.0F, -2.0F, 3.0F, 4.0F}).view({1, 4});
  const at::Tensor y = swiglu(x);
  EXPECT_NEAR(y[0][0].item<double>(), 1.0 / (1.0 + std::exp(-1.0)) * 3.0, 1e-6);
  EXPECT_NEAR(y[0][1].item<double>(), -2.0 / (1.0 + std::exp(2.0)) * 4.0, 1e-6);
}

}  // namespace
}  // namespace asbench::models
