// Convolutions of channels-last pixels against loops in double.
#include "models/layers/convolution.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace asbench::models {
namespace {

constexpr double kTolerance = 2e-6;  // of the largest value: sums of up to 81 products
constexpr double kBfloat16Tolerance = 0.03;

at::Tensor wave(at::IntArrayRef shape, double step) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).mul_(step).sin_().reshape(shape);
}

/// Frames x [N, T, H, W, C], weight [out, in, kt, 3, 3].
at::Tensor naive(const at::Tensor& x, const Convolution& layer, const at::Tensor& weight) {
  const std::int64_t kernel = weight.size(3);
  const std::int64_t frames = x.size(1) - weight.size(2) + 1;
  const auto side = [&](std::int64_t in) {
    return (in + 2 * layer.padding - kernel) / layer.stride + 1;
  };
  at::Tensor y =
      at::zeros({x.size(0), frames, side(x.size(2)), side(x.size(3)), weight.size(0)}, at::kDouble);
  const auto in = x.accessor<float, 5>();
  const auto w = weight.accessor<float, 5>();
  const auto b = layer.bias.accessor<float, 1>();
  auto out = y.accessor<double, 5>();
  for (std::int64_t n = 0; n < y.size(0); ++n)
    for (std::int64_t t = 0; t < y.size(1); ++t)
      for (std::int64_t r = 0; r < y.size(2); ++r)
        for (std::int64_t c = 0; c < y.size(3); ++c)
          for (std::int64_t o = 0; o < y.size(4); ++o) {
            double sum = b[o];
            for (std::int64_t dt = 0; dt < weight.size(2); ++dt)
              for (std::int64_t dr = 0; dr < kernel; ++dr)
                for (std::int64_t dc = 0; dc < kernel; ++dc) {
                  const std::int64_t row = r * layer.stride + dr - layer.padding;
                  const std::int64_t column = c * layer.stride + dc - layer.padding;
                  if (row < 0 || row >= x.size(2) || column < 0 || column >= x.size(3)) continue;
                  for (std::int64_t i = 0; i < x.size(4); ++i)
                    sum += static_cast<double>(in[n][t + dt][row][column][i]) * w[o][i][dt][dr][dc];
                }
            out[n][t][r][c][o] = sum;
          }
  return y;
}

double distance(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor apart = (a.to(at::kDouble) - b).abs().max() / b.abs().max();
  return apart.item<double>();
}

Convolution ready(Convolution layer, const Placement& placement = c10::kCPU) {
  move_to(layer, placement);
  return layer;
}

TEST(Convolution, OfFramesInTimeMatchesTheNaiveForm) {
  Convolution layer;
  layer.weight = wave({5, 3, 3, 3, 3}, 0.71);
  layer.bias = wave({5}, 0.3);
  layer.padding = 1;
  const at::Tensor x = wave({2, 4, 5, 6, 3}, 0.37);
  const at::Tensor y = convolve(x, ready(layer));
  ASSERT_EQ(y.sizes().vec(), (std::vector<std::int64_t>{2, 2, 5, 6, 5}));
  EXPECT_TRUE(y.is_contiguous());
  EXPECT_LE(distance(y, naive(x, layer, layer.weight)), kTolerance);
}

TEST(Convolution, OfPicturesMatchesTheNaiveForm) {
  for (const std::int64_t stride : {1, 2}) {
    for (const std::int64_t padding : {0, 1}) {
      Convolution layer;
      layer.weight = wave({5, 3, 3, 3}, 0.71);
      layer.bias = wave({5}, 0.3);
      layer.stride = stride;
      layer.padding = padding;
      const at::Tensor x = wave({2, 7, 6, 3}, 0.37);
      const at::Tensor y = convolve(x, ready(layer));
      EXPECT_TRUE(y.is_contiguous());
      EXPECT_LE(distance(y.unsqueeze(1), naive(x.unsqueeze(1), layer, layer.weight.unsqueeze(2))),
                kTolerance)
          << "stride " << stride << ", padding " << padding;
    }
  }
}

TEST(Convolution, TakesOtherTypesThanTheCpusOwn) {
  Convolution layer;
  layer.weight = wave({5, 3, 3, 3, 3}, 0.71).mul_(0.2);
  layer.bias = wave({5}, 0.3);
  layer.padding = 1;
  const at::Tensor x = wave({1, 3, 4, 4, 3}, 0.37);
  const at::Tensor reference = naive(x, layer, layer.weight);
  const at::Tensor y = convolve(x.to(at::kBFloat16), ready(layer, {c10::kCPU, Precision::bf16}));
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  EXPECT_LE(distance(y, reference), kBfloat16Tolerance * reference.abs().max().item<double>());
}

}  // namespace
}  // namespace asbench::models
