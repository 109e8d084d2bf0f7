#pragma once

#include <ATen/core/Tensor.h>

namespace asbench::models {

enum class Mask {
  none,
  causal,  ///< the queries are the last Q of the T tokens, and token i sees tokens 0..i
};

/// Softmax(q k^T / sqrt(head width)) v by heads, softmax in float32. On the CPU and under TF32 or
/// bfloat16, nothing of size heads x T x T is in memory; float32 on a GPU is
/// attention_by_products().
///
/// Keys and values may have fewer heads than the queries, G of them with G a divisor of `heads`:
/// query head h then reads key head h / (heads / G), rounded down (docs/design/animeshootergen.md
/// 4.4).
/// @param query  [N, Q, D], D = heads * head width; @param key, value  [N, T, G * head width]. Any
///        strides with a dense last axis: slices of one fused product need no copy.
/// @param mask  causal only where Q <= T: fewer queries than keys is what a cache of keys makes
/// @returns [N, Q, D], contiguous
[[nodiscard]] at::Tensor attention(const at::Tensor& query, const at::Tensor& key,
                                   const at::Tensor& value, std::int64_t heads, Mask mask);

/// The same by two products of LibTorch's matrix library and a softmax between them: float32 on a
/// GPU is then float32 in every product, which LibTorch's own attention does not promise. Pictures,
/// and the queries of one picture where that is not enough, are taken a few at a time, so that the
/// weights [N, heads, Q, T] never take more than `most_bytes` (one query's, where that is more).
[[nodiscard]] at::Tensor attention_by_products(const at::Tensor& query, const at::Tensor& key,
                                               const at::Tensor& value, std::int64_t heads,
                                               Mask mask,
                                               std::int64_t most_bytes = std::int64_t{256} << 20);

}  // namespace asbench::models
