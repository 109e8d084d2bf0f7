#pragma once

#include <opencv2/core/mat.hpp>

#include "core/image.h"

namespace asbench::loaders {

/// The one place where OpenCV's pictures (BGR or BGRA order, rows possibly padded) become ours and
/// back.

/// @param picture  [H, W] of 1 (grey), 3 (BGR) or 4 (BGRA) unsigned 8-bit channels, any row step
/// @returns RGB for 1 and 3 channels, RGBA with straight alpha for 4. Copies.
/// @throws InternalError for another type or an empty picture.
[[nodiscard]] Image to_image(const cv::Mat& picture);

/// RGB to BGR, RGBA to BGRA. Copies. @throws InternalError for another number of channels.
[[nodiscard]] cv::Mat to_mat(const Image& image);

/// RGBA over black, rounded as docs/design/metrics.md 1.5 (t = c a + 128; (t + (t >> 8)) >> 8); RGB
/// passes through. For frames of videos and of frame folders.
[[nodiscard]] Image flatten_on_black(Image image);

/// True when it has an alpha channel with a value below 255.
[[nodiscard]] bool is_transparent(const Image& image);

}  // namespace asbench::loaders
