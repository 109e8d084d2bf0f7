#pragma once

#include <span>

#include "core/image.h"
#include "models/preprocess/profile.h"

namespace asbench::models {

/// Bilinear interpolation as `torch.nn.functional.interpolate(..., mode="bilinear",
/// align_corners=False)` on floats, without antialias at any factor and without rounding to levels:
/// what the FVD tools do to clips, and VBench to frames (docs/design/metrics.md 1.2). Equal to
/// torch's CPU kernel within float32 rounding. Not Pillow's filter: pillow_resize.h is for image
/// encoders. Source positions (x + 0.5) A/B - 0.5 below 0 become 0; the upper neighbour stays
/// inside.
///
/// @param image  [H, W, 3] RGB
/// @param size   of the result
/// @param out    [3, size.height, size.width] float32, levels 0..255, R, G, B planes
/// @throws BadInput for an empty image, one without 3 channels, or an `out` of another size.
/// Thread-safe.
void torch_bilinear(const Image& image, Extent size, std::span<float> out);

/// The same by torch's bicubic filter, a = -0.75: four neighbours each way, those beyond the edge
/// are the edge's. Values may lie outside 0..255: nothing is drawn in.
void torch_bicubic(const Image& image, Extent size, std::span<float> out);

}  // namespace asbench::models
