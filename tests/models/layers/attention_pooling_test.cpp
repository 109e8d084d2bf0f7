// SigLIP's pooling head against a naive double-precision form.
#include "models/layers/attention_pooling.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr double kPoolTolerance = 2e-6;
constexpr std::int64_t kWidth = 12;
constexpr std::int64_t kInner = 19;
constexpr std::int64_t kHeads = 3;

at::Tensor wave(at::IntArrayRef shape, double step, double scale) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).mul_(step).sin_().mul_(scale).reshape(shape);
}

Linear layer(std::int64_t out, std::int64_t in, double step) {
  Linear made;
  made.weight = wave({out, in}, step, 1.5 / std::sqrt(static_cast<double>(in)));
  made.bias = wave({out}, step * 1.7, 0.2);
  return made;
}

AttentionPooling make_head() {
  AttentionPooling head;
  head.probe = wave({kWidth}, 0.37, 1.0);
  head.qkv = layer(3 * kWidth, kWidth, 0.73);
  head.attention_out = layer(kWidth, kWidth, 1.31);
  head.norm = {wave({kWidth}, 0.9, 0.3) + 1, wave({kWidth}, 0.4, 0.3), 1e-6};
  head.mlp_in = layer(kInner, kWidth, 0.57);
  head.mlp_out = layer(kWidth, kInner, 1.13);
  head.heads = kHeads;
  return head;
}

double gelu_tanh(double x) {
  return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
}

using Row = std::vector<double>;

Row apply(const Linear& layer, const Row& x, std::int64_t begin, std::int64_t end) {
  Row y;
  for (std::int64_t o = begin; o < end; ++o) {
    double sum = layer.bias[o].item<double>();
    for (std::size_t i = 0; i < x.size(); ++i)
      sum += layer.weight[o][static_cast<std::int64_t>(i)].item<double>() * x[i];
    y.push_back(sum);
  }
  return y;
}

Row row_of(const at::Tensor& values) {
  Row row;
  for (std::int64_t i = 0; i < values.size(0); ++i) row.push_back(values[i].item<double>());
  return row;
}

/// One picture. @param tokens  [T, D]
Row naive(const at::Tensor& tokens, const AttentionPooling& head) {
  const Row query = apply(head.qkv, row_of(head.probe), 0, kWidth);
  std::vector<Row> keys;
  std::vector<Row> values;
  for (std::int64_t t = 0; t < tokens.size(0); ++t) {
    const Row token = row_of(tokens[t]);
    keys.push_back(apply(head.qkv, token, kWidth, 2 * kWidth));
    values.push_back(apply(head.qkv, token, 2 * kWidth, 3 * kWidth));
  }
  constexpr std::int64_t kHeadWidth = kWidth / kHeads;
  Row mixed(kWidth, 0.0);
  for (std::int64_t h = 0; h < kHeads; ++h) {
    Row weights;
    double total = 0.0;
    for (const Row& key : keys) {
      double product = 0.0;
      for (std::int64_t i = h * kHeadWidth; i < (h + 1) * kHeadWidth; ++i)
        product += query[static_cast<std::size_t>(i)] * key[static_cast<std::size_t>(i)];
      weights.push_back(std::exp(product / std::sqrt(static_cast<double>(kHeadWidth))));
      total += weights.back();
    }
    for (std::size_t t = 0; t < values.size(); ++t) {
      for (std::int64_t i = h * kHeadWidth; i < (h + 1) * kHeadWidth; ++i)
        mixed[static_cast<std::size_t>(i)] +=
            weights[t] / total * values[t][static_cast<std::size_t>(i)];
    }
  }
  Row pooled = apply(head.attention_out, mixed, 0, kWidth);
  double mean = 0.0;
  for (const double value : pooled) mean += value / kWidth;
  double variance = 0.0;
  for (const double value : pooled) variance += (value - mean) * (value - mean) / kWidth;
  Row normed;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    normed.push_back((pooled[i] - mean) / std::sqrt(variance + head.norm.eps) *
                         head.norm.weight[at].item<double>() +
                     head.norm.bias[at].item<double>());
  }
  Row inner = apply(head.mlp_in, normed, 0, kInner);
  for (double& value : inner) value = gelu_tanh(value);
  const Row added = apply(head.mlp_out, inner, 0, kWidth);
  for (std::size_t i = 0; i < pooled.size(); ++i) pooled[i] += added[i];
  return pooled;
}

TEST(AttentionPooling, IsTheNaiveForm) {
  const InferenceScope scope;
  const AttentionPooling head = make_head();
  const at::Tensor tokens = wave({2, 5, kWidth}, 0.61, 1.0);
  AttentionPooling ready = head;
  move_to(ready, c10::kCPU);
  const at::Tensor pooled = pool(tokens, ready);
  ASSERT_EQ(pooled.sizes().vec(), (std::vector<std::int64_t>{2, kWidth}));
  for (std::int64_t n = 0; n < 2; ++n) {
    const Row expected = naive(tokens[n], head);
    for (std::int64_t i = 0; i < kWidth; ++i)
      EXPECT_NEAR(pooled[n][i].item<double>(), expected[static_cast<std::size_t>(i)],
                  kPoolTolerance);
  }
}

TEST(AttentionPooling, IsTheSameWithoutOurOwnKernels) {
  const InferenceScope scope;
  AttentionPooling own = make_head();
  AttentionPooling other = make_head();
  Placement plain(c10::kCPU);
  plain.own_kernels = false;
  move_to(own, c10::kCPU);
  move_to(other, plain);
  const at::Tensor tokens = wave({3, 7, kWidth}, 0.43, 1.0);
  EXPECT_LE((pool(tokens, own) - pool(tokens, other)).abs().max().item<double>(), kPoolTolerance);
}

}  // namespace
}  // namespace asbench::models
