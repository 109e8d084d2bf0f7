#pragma once

#include "models/layers/rotary.h"

namespace asbench::models {

/// Turns neighbouring channels against each other: (x0, x1) to (x0 cos - x1 sin, x1 cos + x0 sin),
/// by heads, for the last P tokens; the others stay as they are. In place. rotate() (rotary.h)
/// turns the halves of a head instead: the same angles, other channels.
/// Formula: docs/design/animeshootergen.md 12.
/// @param x         [N, T, heads * head width], T >= P; any strides with a dense last axis
/// @param rotation  [P, head width / 2] float32 each, on x's device; products are in float32
void rotate_pairs(at::Tensor x, const Rotation& rotation);

}  // namespace asbench::models
