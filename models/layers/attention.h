#pragma once

#include <ATen/core/Tensor.h>

namespace asbench::models {

enum class Mask {
  none,
  causal,  ///< token i sees tokens 0..i; queries and keys are the same tokens
};

/// Softmax(q k^T / sqrt(head width)) v by heads, softmax in float32. On the CPU and under TF32 or
/// bfloat16, nothing of size T x T is in memory; float32 on a GPU is attention_by_products().
/// @param query  [N, Q, D]; @param key, value  [N, T, D]; D = heads * head width. Any strides with
/// a
///        dense last axis: slices of one fused product need no copy.
/// @param mask  causal only where Q = T
/// @returns [N, Q, D], contiguous
[[nodiscard]] at::Tensor attention(const at::Tensor& query, const at::Tensor& key,
                                   const at::Tensor& value, std::int64_t heads, Mask mask);

/// The same by two products of LibTorch's matrix library and a softmax between them: float32 on a
/// GPU is then float32 in every product, which LibTorch's own attention does not promise. Pictures
/// are taken a few at a time, so that the weights [N, heads, Q, T] never take more than
/// `most_bytes` (one picture's, where that is more).
[[nodiscard]] at::Tensor attention_by_products(const at::Tensor& query, const at::Tensor& key,
                                               const at::Tensor& value, std::int64_t heads,
                                               Mask mask,
                                               std::int64_t most_bytes = std::int64_t{256} << 20);

}  // namespace asbench::models
