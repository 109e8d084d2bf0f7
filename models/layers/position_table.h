#pragma once

#include <ATen/core/Tensor.h>

namespace asbench::models {

/// How a table of learned positions is stretched to another grid of patches; the two give different
/// values (docs/design/metrics.md 3.2).
enum class PositionScale {
  by_size,       ///< scale = old / new: Hugging Face `interpolate_pos_encoding`
  plus_a_tenth,  ///< scale = old / (new + 0.1): facebookresearch/dino `vision_transformer.py`
  antialiased,   ///< by size, a = -0.5, the filter as wide as what it shrinks: Hugging Face
                 ///< `modeling_dinov2_with_registers.py`
};

/// Positions for a grid of patches, bicubic with a = -0.75 where not antialiased, not clamped
/// (docs/design/metrics.md 1.2).
/// @param table  [first + G * G, D]: positions of tokens before the patches, then a square grid's
///        in rows
/// @param rows, columns  of the wanted grid, >= 1
/// @param first  1: the class token's position comes first; 0: there is none
/// @returns [first + rows * columns, D]; the class position untouched; the table itself when the
///          grid is its own
/// @throws BadInput when the table's grid isn't square.
[[nodiscard]] at::Tensor interpolate_positions(const at::Tensor& table, std::int64_t rows,
                                               std::int64_t columns,
                                               PositionScale scale = PositionScale::by_size,
                                               std::int64_t first = 1);

}  // namespace asbench::models
