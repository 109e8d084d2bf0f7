#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace asbench::models {

/// softmax(q k^T + bias) v by heads, softmax in float32, where the bias depends on the distance of
/// key and query alone. **Not scaled** by the head width: T5's way
/// (docs/design/animeshootergen.md 4.10). No mask: every query sees every key.
///
/// On the CPU in float32 nothing of size Q x T is in memory: some rows of it at a time. Elsewhere
/// one sequence's [heads, Q, T] is.
/// @param query  [N, Q, heads * head width]; @param key, value  [N, T, heads * head width]. Any
///        strides with a dense last axis.
/// @param bias   [heads, Q + T - 1] float32, contiguous: of head h for key k and query q at
///        [h][k - q + Q - 1]
/// @returns [N, Q, heads * head width], contiguous, in the query's type
[[nodiscard]] at::Tensor relative_attention(const at::Tensor& query, const at::Tensor& key,
                                            const at::Tensor& value, std::int64_t heads,
                                            const at::Tensor& bias);

}  // namespace asbench::models
