#pragma once

// How the parts of the transformer share the tokens of a batch out; not a public header.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace asbench::models {

/// Tokens of one sample that are all text or all video: rows [first, first + count) of a sequence
/// [B * T, D] whose samples are text, then video.
struct SequencePiece {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t sample = 0;
  bool text = false;
  std::int64_t first_in_part = 0;  ///< of the sample's text tokens, or of its video tokens
};

/// Rows of a piece on the CPU: enough that a weight's way into the cache is paid for, few enough
/// that they stay there.
inline constexpr std::int64_t kSequenceRowsOnCpu = 256;

/// Calls `work` for pieces that together are all tokens. On the CPU they are a few hundred tokens
/// each and go to the threads as these get free: what a piece needs between two products stays in
/// the cache, and no tensor of all tokens times the width of the MLP is made. Elsewhere pieces are
/// as large as can be and come one after the other.
/// @param x            [B, T, D]
/// @param text_tokens  the first so many of T
/// @throws what `work` throws.
void for_each_piece(const at::Tensor& x, std::int64_t text_tokens,
                    const std::function<void(const SequencePiece&)>& work);

}  // namespace asbench::models
