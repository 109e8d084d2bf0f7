#include "models/layers/relative_attention.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace asbench::models {
namespace {

/// float32 sums of some tens of products, values of size 1.
constexpr double kAttentionTolerance = 2e-6;
/// bfloat16 keeps 8 bits of every factor.
constexpr double kBfloat16Tolerance = 3e-2;

at::Tensor waves(std::initializer_list<std::int64_t> sizes, double step) {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  return at::arange(count, at::kFloat).mul_(step).sin_().view(at::IntArrayRef(sizes));
}

/// In double, pair by pair.
at::Tensor naive(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                 std::int64_t heads, const at::Tensor& bias) {
  const std::int64_t width = query.size(2) / heads;
  at::Tensor out = at::zeros(query.sizes(), at::kDouble);
  for (std::int64_t n = 0; n < query.size(0); ++n) {
    for (std::int64_t h = 0; h < heads; ++h) {
      const auto part = [&](const at::Tensor& x) {
        return x[n].narrow(1, h * width, width).to(at::kDouble);
      };
      for (std::int64_t q = 0; q < query.size(1); ++q) {
        at::Tensor scores = at::mv(part(key), part(query)[q]);
        for (std::int64_t k = 0; k < key.size(1); ++k) {
          scores[k] += bias[h][k - q + query.size(1) - 1].item<double>();
        }
        out[n][q].narrow(0, h * width, width).copy_(at::mv(part(value).t(), scores.softmax(0)));
      }
    }
  }
  return out;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b).abs().max().item<double>();
}

TEST(RelativeAttention, MatchesTheNaiveDoublePrecisionForm) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> sizes = {
      {1, 1}, {1, 9}, {9, 1}, {7, 7}, {53, 60}};
  for (const auto& [queries, keys] : sizes) {
    const at::Tensor q = waves({2, queries, 3 * 5}, 0.7);
    const at::Tensor k = waves({2, keys, 3 * 5}, 0.3);
    const at::Tensor v = waves({2, keys, 3 * 5}, 0.9);
    const at::Tensor bias = waves({3, queries + keys - 1}, 1.3).mul_(2.0).contiguous();
    const at::Tensor mixed = relative_attention(q, k, v, 3, bias);
    EXPECT_TRUE(mixed.is_contiguous());
    EXPECT_LE(difference(mixed, naive(q, k, v, 3, bias)), kAttentionTolerance)
        << queries << " " << keys;
  }
}

TEST(RelativeAttention, TakesSlicesOfOneProduct) {
  const at::Tensor fused = waves({2, 6, 3 * 8}, 0.37);
  const auto part = [&](std::int64_t i) { return fused.narrow(2, 8 * i, 8); };
  const at::Tensor bias = waves({2, 11}, 0.8);
  const at::Tensor apart =
      relative_attention(part(0).contiguous(), part(1).contiguous(), part(2).contiguous(), 2, bias);
  EXPECT_TRUE(relative_attention(part(0), part(1), part(2), 2, bias).equal(apart));
}

// docs/design/animeshootergen.md 10, pitfall 16.
TEST(RelativeAttention, DoesNotScaleByTheHeadWidth) {
  // Scores 4 and 0: softmax gives e^4 / (e^4 + 1); scaled by 1 / sqrt(4) it would be e^2 / (e^2 +
  // 1).
  const at::Tensor q = at::ones({1, 1, 4});
  const at::Tensor k = at::cat({at::ones({1, 1, 4}), at::zeros({1, 1, 4})}, 1);
  const at::Tensor v = k.clone();
  const at::Tensor mixed = relative_attention(q, k, v, 1, at::zeros({1, 2}));
  EXPECT_NEAR(mixed[0][0][0].item<double>(), 0.98201379, kAttentionTolerance);
}

TEST(RelativeAttention, OfOtherTypesGoesThroughProducts) {
  const at::Tensor q = waves({2, 7, 16}, 0.7).to(at::kBFloat16);
  const at::Tensor k = waves({2, 7, 16}, 0.3).to(at::kBFloat16);
  const at::Tensor bias = waves({2, 13}, 1.1);
  const at::Tensor mixed = relative_attention(q, k, k, 2, bias);
  EXPECT_EQ(mixed.scalar_type(), at::kBFloat16);
  EXPECT_LE(difference(mixed, naive(q.to(at::kFloat), k.to(at::kFloat), k.to(at::kFloat), 2, bias)),
            kBfloat16Tolerance);
  const at::Tensor wide =
      relative_attention(q.to(at::kDouble), k.to(at::kDouble), k.to(at::kDouble), 2, bias);
  EXPECT_LE(difference(wide, naive(q, k, k, 2, bias)), kAttentionTolerance);
}

TEST(RelativeAttention, RefusesABiasOfAnotherSize) {
  const at::Tensor x = at::zeros({1, 3, 4});
  EXPECT_THROW((void)relative_attention(x, x, x, 2, at::zeros({2, 6})), c10::Error);
  EXPECT_THROW((void)relative_attention(x, x, x, 2, at::zeros({1, 5})), c10::Error);
  EXPECT_THROW((void)relative_attention(x, x, at::zeros({1, 2, 4}), 2, at::zeros({2, 5})),
               c10::Error);
}

}  // namespace
}  // namespace asbench::models
