#include "models/layers/rotary.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace asbench::models {
namespace {

// In the steps of the original, each rounded to float32: angles of whole turns show their error.
std::vector<float> centres(std::int64_t count) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const float middle = static_cast<float>(i) + 0.5F;
    values.push_back(2.0F * (middle / static_cast<float>(count)) - 1.0F);
  }
  return values;
}

}  // namespace

at::Tensor rotation_table(std::int64_t rows, std::int64_t columns, std::int64_t head_width,
                          double theta) {
  TORCH_CHECK(head_width % 4 == 0, "rotation of heads of ", head_width);
  const std::int64_t quarter = head_width / 4;
  const auto base = static_cast<float>(theta);
  std::vector<float> frequencies;
  for (std::int64_t i = 0; i < quarter; ++i) {
    const float exponent = static_cast<float>(i) * (4.0F / static_cast<float>(head_width));
    frequencies.push_back(1.0F / std::pow(base, exponent));
  }
  const std::vector<float> down = centres(rows);
  const std::vector<float> across = centres(columns);
  at::Tensor table = at::empty({2, rows * columns, head_width}, at::kFloat);
  auto* cosines = table.mutable_data_ptr<float>();
  float* sines = cosines + rows * columns * head_width;
  constexpr auto kTurn = static_cast<float>(2.0 * std::numbers::pi);
  for (const float y : down) {
    for (const float x : across) {
      for (int half = 0; half < 2; ++half) {
        for (const float place : {y, x}) {
          for (const float frequency : frequencies) {
            const float angle = kTurn * place * frequency;
            *cosines++ = std::cos(angle);
            *sines++ = std::sin(angle);
          }
        }
      }
    }
  }
  return table;
}

at::Tensor rotation_of_positions(std::int64_t first, std::int64_t count, std::int64_t head_width,
                                 double theta) {
  TORCH_CHECK(head_width % 2 == 0, "rotation of heads of ", head_width);
  // LibTorch's operations in the original's order: its power differs from the C library's in the
  // last bit, which is visible in the angles of late tokens.
  const at::Tensor exponents =
      at::arange(0, head_width, 2, at::kFloat).div_(static_cast<double>(head_width));
  const at::Tensor frequencies = at::pow(theta, exponents).reciprocal_();
  const at::Tensor positions = at::arange(first, first + count, at::kLong).to(at::kFloat);
  const at::Tensor half = positions.unsqueeze(1) * frequencies;
  const at::Tensor angles = at::cat({half, half}, 1);
  return at::stack({angles.cos(), angles.sin()});
}

void rotate(at::Tensor x, const Rotation& rotation) {
  const std::int64_t patches = rotation.cosines.size(0);
  const std::int64_t width = rotation.cosines.size(1);
  at::Tensor part = x.narrow(1, x.size(1) - patches, patches).unflatten(2, {-1, width});
  const at::Tensor cosines = rotation.cosines.unsqueeze(1);
  const at::Tensor sines = rotation.sines.unsqueeze(1);
  const std::int64_t half = width / 2;
  const at::Tensor turned = at::cat({part.narrow(3, half, half).neg(), part.narrow(3, 0, half)}, 3);
  // Products and sums apart: each is rounded once, so a value does not depend on its neighbours.
  part.copy_(part.mul(cosines).add_(turned.mul_(sines)));
}

}  // namespace asbench::models
