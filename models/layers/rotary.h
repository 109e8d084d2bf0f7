#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace asbench::models {

/// What rotates queries and keys by the place of their patch in the picture (DINOv3) or of their
/// token in the text (Qwen2). Tokens before the patches (class token, registers) are not rotated.
struct Rotation {
  at::Tensor cosines;  ///< [P, head width]
  at::Tensor sines;    ///< [P, head width]
};

/// Angles of a grid of patches: centres (row + 0.5) / rows and (column + 0.5) / columns stretched
/// to -1..1, times 2 pi and the frequencies theta^(-4 i / head width), i = 0..head width / 4 - 1;
/// rows first, then columns, then both again. HF `modeling_dinov3_vit.py`,
/// DINOv3ViTRopePositionEmbedding.
/// @param head_width  a multiple of 4
/// @returns [2, rows * columns, head_width] float32 on the CPU: cosines, sines
[[nodiscard]] at::Tensor rotation_table(std::int64_t rows, std::int64_t columns,
                                        std::int64_t head_width, double theta);

/// Angles of `count` tokens of a text from position `first` on: position * theta^(-2 i / head
/// width), i < head width / 2, then all of them again (docs/design/animeshootergen.md 4.4). The
/// angles are float32 ones, as the published implementation's: at position 10,000 a table in double
/// would differ by 5e-4. Cast cosines and sines to the working type, never frequencies or angles.
/// @param head_width  even
/// @returns [2, count, head_width] float32 on the CPU: cosines, sines
[[nodiscard]] at::Tensor rotation_of_positions(std::int64_t first, std::int64_t count,
                                               std::int64_t head_width, double theta);

/// x = x * cosines + (-second half of x, first half) * sines, by heads, for the last P tokens; the
/// others stay as they are. In place.
/// @param x  [N, T, heads * head width], T >= P; any strides with a dense last axis
void rotate(at::Tensor x, const Rotation& rotation);

}  // namespace asbench::models
