#include "models/layers/attention.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

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

/// In double, by the formula.
at::Tensor exact(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                 std::int64_t heads, Mask mask) {
  const std::int64_t width = query.size(2) / heads;
  const auto split = [&](const at::Tensor& x) {
    const std::int64_t own = x.size(2) / width;  // each serves so many of the queries' heads
    return x.to(at::kDouble)
        .reshape({x.size(0), x.size(1), own, width})
        .permute({0, 2, 1, 3})
        .repeat_interleave(heads / own, 1);
  };
  at::Tensor scores =
      at::matmul(split(query), split(key).transpose(2, 3)) / std::sqrt(static_cast<double>(width));
  if (mask == Mask::causal) {
    const std::int64_t past = scores.size(3) - scores.size(2);
    for (std::int64_t i = 0; i < scores.size(2); ++i) {
      if (past + i + 1 < scores.size(3)) scores.select(2, i).slice(-1, past + i + 1).fill_(-1e300);
    }
  }
  return at::matmul(scores.softmax(-1), split(value)).permute({0, 2, 1, 3}).reshape(query.sizes());
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b).abs().max().item<double>();
}

TEST(AttentionByProducts, MatchesTheNaiveDoublePrecisionForm) {
  for (const Mask mask : {Mask::none, Mask::causal}) {
    for (const std::int64_t tokens : {1, 2, 17, 50}) {
      const at::Tensor q = waves({3, tokens, 24}, 0.7);
      const at::Tensor k = waves({3, tokens, 24}, 0.3);
      const at::Tensor v = waves({3, tokens, 24}, 0.9);
      const at::Tensor mixed = attention_by_products(q, k, v, 4, mask);
      EXPECT_TRUE(mixed.is_contiguous());
      EXPECT_LE(difference(mixed, exact(q, k, v, 4, mask)), kAttentionTolerance) << tokens;
    }
  }
}

TEST(AttentionByProducts, MatchesTheCpusOwnKernels) {
  const at::Tensor fused = waves({2, 13, 3 * 16}, 0.37);
  const auto part = [&](std::int64_t i) { return fused.narrow(2, 16 * i, 16); };
  const at::Tensor own = attention(part(0), part(1), part(2), 2, Mask::none);
  const at::Tensor products = attention_by_products(part(0), part(1), part(2), 2, Mask::none);
  EXPECT_LE((own - products).abs().max().item<double>(), kAttentionTolerance);
}

TEST(AttentionByProducts, TakesOtherNumbersOfQueriesThanOfKeys) {
  const at::Tensor q = waves({2, 1, 8}, 0.7);
  const at::Tensor k = waves({2, 9, 8}, 0.3);
  EXPECT_LE(
      difference(attention_by_products(q, k, k, 2, Mask::none), exact(q, k, k, 2, Mask::none)),
      kAttentionTolerance);
}

TEST(AttentionByProducts, GivesTheSameInPieces) {
  const at::Tensor q = waves({5, 6, 8}, 0.7);
  const at::Tensor whole = attention_by_products(q, q, q, 2, Mask::causal);
  const std::int64_t of_two = 2 * 4 * 2 * 6 * 6;
  for (const std::int64_t bytes : {std::int64_t{1}, of_two}) {
    const at::Tensor pieces = attention_by_products(q, q, q, 2, Mask::causal, bytes);
    EXPECT_LE((whole - pieces).abs().max().item<double>(), kAttentionTolerance) << bytes;
  }
}

TEST(Attention, OfBfloat16IsThatOfItsRoundedFactors) {
  const at::Tensor q = waves({2, 7, 16}, 0.7).to(at::kBFloat16);
  const at::Tensor k = waves({2, 7, 16}, 0.3).to(at::kBFloat16);
  const at::Tensor mixed = attention(q, k, k, 2, Mask::none);
  EXPECT_EQ(mixed.scalar_type(), at::kBFloat16);
  EXPECT_LE(difference(mixed, exact(q, k, k, 2, Mask::none)), kBfloat16Tolerance);
}

/// Fewer queries than keys, as with a cache, and heads that share keys.
struct Shape {
  std::int64_t queries, keys, heads, key_heads;
};

class CausalAttention : public ::testing::TestWithParam<Shape> {
 protected:
  static constexpr std::int64_t kWidth = 8;

  at::Tensor q_ = waves({2, GetParam().queries, GetParam().heads* kWidth}, 0.7);
  at::Tensor k_ = waves({2, GetParam().keys, GetParam().key_heads* kWidth}, 0.3);
  at::Tensor v_ = waves({2, GetParam().keys, GetParam().key_heads* kWidth}, 0.9);
};

TEST_P(CausalAttention, LetsEveryQuerySeeWhatCameBeforeIt) {
  for (const Mask mask : {Mask::causal, Mask::none}) {
    const at::Tensor expected = exact(q_, k_, v_, GetParam().heads, mask);
    EXPECT_LE(difference(attention(q_, k_, v_, GetParam().heads, mask), expected),
              kAttentionTolerance);
    EXPECT_LE(difference(attention_by_products(q_, k_, v_, GetParam().heads, mask), expected),
              kAttentionTolerance);
    const auto round = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
    EXPECT_LE(
        difference(attention(round(q_), round(k_), round(v_), GetParam().heads, mask), expected),
        kBfloat16Tolerance);
  }
}

TEST_P(CausalAttention, GivesTheSameAFewQueriesAtATime) {
  const at::Tensor whole = attention_by_products(q_, k_, v_, GetParam().heads, Mask::causal);
  const std::int64_t one_query = 4 * GetParam().heads * GetParam().keys;
  for (const std::int64_t bytes : {std::int64_t{1}, 2 * one_query, 3 * one_query}) {
    EXPECT_LE((whole - attention_by_products(q_, k_, v_, GetParam().heads, Mask::causal, bytes))
                  .abs()
                  .max()
                  .item<double>(),
              kAttentionTolerance)
        << bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CausalAttention,
                         ::testing::Values(Shape{5, 5, 4, 4}, Shape{5, 5, 4, 2}, Shape{1, 9, 6, 2},
                                           Shape{7, 60, 6, 2}, Shape{50, 53, 3, 1},
                                           Shape{4, 11, 2, 2}));

// A sum of 4000 equal weights in bfloat16 stops at 256.
TEST(Attention, OfBfloat16SumsItsWeightsInFloat32) {
  const at::Tensor q = waves({1, 3, 8}, 0.7).to(at::kBFloat16);
  const at::Tensor k = at::zeros({1, 4000, 8}, at::kBFloat16);
  const at::Tensor v = at::ones({1, 4000, 8}, at::kBFloat16);
  for (const Mask mask : {Mask::none, Mask::causal}) {
    EXPECT_LE((attention(q, k, v, 1, mask).to(at::kFloat) - 1.0).abs().max().item<double>(), 1e-2);
  }
}

// exp of these scores is no float32.
TEST(Attention, TakesScoresOfAnySize) {
  const at::Tensor q = waves({1, 9, 16}, 0.7) * 100.0;
  const at::Tensor k = waves({1, 9, 8}, 0.3) * 100.0;
  const at::Tensor v = waves({1, 9, 8}, 0.9);
  const at::Tensor expected = exact(q, k, v, 2, Mask::causal);
  EXPECT_LE(difference(attention(q, k, v, 2, Mask::causal), expected), 1e-2);
  EXPECT_LE(difference(attention_by_products(q, k, v, 2, Mask::causal), expected), 1e-2);
}

TEST(Attention, RefusesMoreQueriesThanKeysAndHeadsThatDoNotFit) {
  const at::Tensor q = waves({1, 4, 24}, 0.7);
  EXPECT_THROW(static_cast<void>(
                   attention(q, waves({1, 3, 24}, 0.3), waves({1, 3, 24}, 0.3), 3, Mask::causal)),
               c10::Error);
  EXPECT_THROW(static_cast<void>(
                   attention(q, waves({1, 4, 16}, 0.3), waves({1, 4, 16}, 0.3), 3, Mask::none)),
               c10::Error);
}

}  // namespace
}  // namespace asbench::models
