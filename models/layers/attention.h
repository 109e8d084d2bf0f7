#pragma once

#include <ATen/core/Tensor.h>

namespace asbench::models {

enum class Mask {
  none,
  causal,  ///< token i sees tokens 0..i; queries and keys are the same tokens
};

/// Softmax(q k^T / sqrt(head width)) v by heads, softmax in float32, nothing of size T x T in
/// memory.
/// @param query  [N, Q, D]; @param key, value  [N, T, D]; D = heads * head width. Any strides with
/// a
///        dense last axis: slices of one fused product need no copy.
/// @param mask  causal only where Q = T
/// @returns [N, Q, D], contiguous
[[nodiscard]] at::Tensor attention(const at::Tensor& query, const at::Tensor& key,
                                   const at::Tensor& value, std::int64_t heads, Mask mask);

}  // namespace asbench::models
