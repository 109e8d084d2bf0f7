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
    return x.to(at::kDouble).view({x.size(0), x.size(1), heads, width}).permute({0, 2, 1, 3});
  };
  at::Tensor scores =
      at::matmul(split(query), split(key).transpose(2, 3)) / std::sqrt(static_cast<double>(width));
  if (mask == Mask::causal) {
    for (std::int64_t i = 0; i < scores.size(2); ++i) {
      if (i + 1 < scores.size(3)) scores.select(2, i).slice(-1, i + 1).fill_(-1e300);
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

}  // namespace
}  // namespace asbench::models
