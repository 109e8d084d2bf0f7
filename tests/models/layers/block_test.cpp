// A block against a naive double-precision loop, and its shortcut for one token against itself.
#include "models/layers/block.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/layers/patch_embedding.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr double kBlockTolerance = 2e-6;

at::Tensor wave(at::IntArrayRef shape, double step, double scale) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).mul_(step).sin_().mul_(scale).reshape(shape);
}

Linear make_linear(std::int64_t out, std::int64_t in, double step) {
  Linear layer;
  layer.weight = wave({out, in}, step, 1.5 / std::sqrt(static_cast<double>(in)));
  layer.bias = wave({out}, step * 1.7, 0.2);
  return layer;
}

Block make_block(std::int64_t width, std::int64_t inner, std::int64_t heads, bool gated) {
  Block block;
  block.norm1 = {wave({width}, 0.9, 0.3) + 1, wave({width}, 0.4, 0.3), 1e-5};
  block.qkv = make_linear(3 * width, width, 0.73);
  block.attention_out = make_linear(width, width, 1.31);
  block.norm2 = {wave({width}, 0.6, 0.3) + 1, wave({width}, 0.5, 0.3), 1e-5};
  block.mlp_in = make_linear(gated ? 2 * inner : inner, width, 0.57);
  block.mlp_out = make_linear(width, inner, 1.13);
  block.heads = heads;
  block.gated = gated;
  return block;
}

Block ready(Block block) {
  move_to(block, c10::kCPU);
  return block;
}

Linear ready(Linear layer) {
  move_to(layer, c10::kCPU);
  return layer;
}

at::Tensor naive_norm(const at::Tensor& x, const LayerNorm& norm) {
  const at::Tensor centred = x - x.mean(-1, true);
  return centred / (centred.square().mean(-1, true) + norm.eps).sqrt() * norm.weight + norm.bias;
}

at::Tensor naive_linear(const at::Tensor& x, const Linear& layer) {
  return x.matmul(layer.weight.to(at::kDouble).t()) + layer.bias;
}

/// Head by head, query by query, with the mask spelled out. x [T, D] double.
at::Tensor naive_block(at::Tensor x, const Block& block, Mask mask) {
  const std::int64_t tokens = x.size(0);
  const std::int64_t width = x.size(1);
  const std::int64_t head = width / block.heads;
  const at::Tensor qkv = naive_linear(naive_norm(x, block.norm1), block.qkv);
  at::Tensor mixed = at::zeros_like(x);
  for (std::int64_t h = 0; h < block.heads; ++h) {
    for (std::int64_t i = 0; i < tokens; ++i) {
      const std::int64_t seen = mask == Mask::causal ? i + 1 : tokens;
      const at::Tensor q = qkv[i].narrow(0, h * head, head);
      const at::Tensor k = qkv.narrow(0, 0, seen).narrow(1, width + h * head, head);
      const at::Tensor v = qkv.narrow(0, 0, seen).narrow(1, 2 * width + h * head, head);
      const at::Tensor weights = (k.mv(q) / std::sqrt(static_cast<double>(head))).softmax(0);
      mixed[i].narrow(0, h * head, head).copy_(v.t().mv(weights));
    }
  }
  x = x + naive_linear(mixed, block.attention_out);
  at::Tensor inner = naive_linear(naive_norm(x, block.norm2), block.mlp_in);
  if (block.gated) {
    const std::int64_t half = inner.size(1) / 2;
    inner = at::silu(inner.narrow(1, 0, half)) * inner.narrow(1, half, half);
  } else {
    inner = at::gelu(inner);
  }
  return x + naive_linear(inner, block.mlp_out);
}

// Largest difference as a share of the largest value: the gated form's values are ten times as
// large.
double distance(const at::Tensor& value, const at::Tensor& expected) {
  return ((value - expected).abs().max() / expected.abs().max()).item<double>();
}

class BlockForms : public ::testing::TestWithParam<std::tuple<bool, Mask>> {
 protected:
  const Block block_ = make_block(24, 40, 3, std::get<0>(GetParam()));
  const Block ready_ = ready(block_);
  const Mask mask_ = std::get<1>(GetParam());
  const at::Tensor input_ = wave({2, 9, 24}, 0.37, 1.0);
  InferenceScope scope_;
};

TEST_P(BlockForms, MatchesTheNaiveDoublePrecisionForm) {
  at::Tensor x = input_.clone();
  BlockWorkspace workspace = make_workspace(x, ready_);
  apply_block(x, ready_, mask_, workspace);
  for (std::int64_t n = 0; n < 2; ++n) {
    const at::Tensor expected = naive_block(input_[n].to(at::kDouble), block_, mask_);
    EXPECT_LE(distance(x[n], expected), kBlockTolerance);
  }
}

TEST_P(BlockForms, GivesTheSameAtOneTokenAlone) {
  at::Tensor x = input_.clone();
  BlockWorkspace workspace = make_workspace(x, ready_);
  apply_block(x, ready_, mask_, workspace);
  const std::vector<std::int64_t> tokens =
      mask_ == Mask::causal ? std::vector<std::int64_t>{8} : std::vector<std::int64_t>{0, 4, 8};
  for (const std::int64_t token : tokens) {
    at::Tensor again = input_.clone();
    const at::Tensor one = apply_block_at(again, ready_, token, workspace);
    EXPECT_LE(distance(one, x.select(1, token)), kBlockTolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(All, BlockForms,
                         ::testing::Combine(::testing::Bool(),
                                            ::testing::Values(Mask::none, Mask::causal)),
                         [](const auto& chosen) {
                           return std::string(std::get<0>(chosen.param) ? "gated" : "plain") +
                                  (std::get<1>(chosen.param) == Mask::causal ? "Causal" : "Open");
                         });

TEST(Linear, ConcatenatesSlicesAndScales) {
  const Linear a = make_linear(3, 5, 0.7);
  const Linear b = make_linear(2, 5, 0.9);
  const at::Tensor x = wave({4, 5}, 0.3, 1.0);
  const Linear both = concatenate({a, b});
  EXPECT_TRUE(at::allclose(linear(x, both), at::cat({linear(x, a), linear(x, b)}, 1), 0, 1e-6));
  EXPECT_TRUE(at::allclose(linear(x, slice(both, 3, 5)), linear(x, b), 0, 1e-6));
  const at::Tensor scale = at::tensor({2.0F, -3.0F});
  EXPECT_TRUE(at::allclose(linear(x, scaled(b, scale)), linear(x, b) * scale, 0, 1e-6));
  Linear bare;
  bare.weight = a.weight;
  EXPECT_TRUE(at::allclose(linear(x, bare) + a.bias, linear(x, a), 0, 1e-6));
  EXPECT_FALSE(concatenate({bare, bare}).bias.defined());
}

TEST(Linear, PackedForTheCpuIsTheSameLayer) {
  const Linear plain = make_linear(70, 45, 0.7);
  const Linear packed = ready(plain);
  EXPECT_FALSE(packed.weight.defined());
  EXPECT_EQ(packed.outputs(), 70);
  EXPECT_EQ(packed.inputs(), 45);
  const at::Tensor x = wave({2, 5, 45}, 0.3, 1.0);
  EXPECT_TRUE(at::allclose(linear(x, packed), linear(x, plain), 0, 1e-6));
  // Slices that begin and end within the kernels' units, and a row apart from the others.
  EXPECT_TRUE(at::equal(linear(x, slice(packed, 11, 53)), linear(x, packed).narrow(2, 11, 42)));
  EXPECT_TRUE(at::equal(linear(x.narrow(1, 3, 1), slice(slice(packed, 11, 53), 2, 40)),
                        linear(x, packed).narrow(1, 3, 1).narrow(2, 13, 38)));
  at::Tensor sum = wave({10, 70}, 0.2, 3.0);
  const at::Tensor expected = sum + x.view({10, 45}).matmul(plain.weight.t());
  add_product(sum, x.view({10, 45}), packed);
  EXPECT_TRUE(at::allclose(sum, expected, 0, 1e-6));
}

TEST(PatchEmbedding, IsTheConvolutionItReplaces) {
  const at::Tensor weight = wave({6, 3, 4, 4}, 0.61, 0.3);
  const at::Tensor bias = wave({6}, 0.9, 0.5);
  const at::Tensor pixels = wave({2, 3, 14, 21}, 0.23, 1.0);  // 2 rows, 1 column beyond the patches
  const at::Tensor expected = at::conv2d(pixels, weight, bias, 4).flatten(2).transpose(1, 2);
  PatchEmbedding layer = make_patch_embedding(weight, bias);
  move_to(layer.projection, c10::kCPU);
  const at::Tensor patches = embed_patches(pixels, layer);
  EXPECT_EQ(patches.sizes().vec(), (std::vector<std::int64_t>{2, 3 * 5, 6}));
  EXPECT_LE((patches - expected).abs().max().item<double>(), 1e-6);
}

}  // namespace
}  // namespace asbench::models
