#pragma once

#include <array>
#include <span>
#include <string_view>

#include "core/image.h"
#include "features/feature_matrix.h"
#include "loaders/video/clip_reader.h"
#include "models/preprocess/composite.h"

// What is computed of pictures without any encoder, for the controls (docs/design/metrics.md 5.1).
// Pure functions, thread-safe.
namespace asbench::features {

/// @param frames  indices of decoded frames, ascending, each once
/// @returns [frames, 1 + kCellCount] float32: the motion since the frame before, 0..1
/// (0 for the first), then the cells of the frame's thumbnail, 0..255.
[[nodiscard]] FeatureMatrix pixel_matrix(const loaders::DecodedClip& clip,
                                         std::span<const int> frames);

/// Cells of a reference, letterboxed onto the background that its transparent pixels show.
/// @param picture  3 or 4 channels of 8 bits
/// @param mean     of the encoder, 0..1, for Background::mean
/// @returns [1, kCellCount] float32, 0..255. @throws BadInput as models::composite does.
[[nodiscard]] FeatureMatrix reference_cells(const Image& picture, models::Background background,
                                            const std::array<double, 3>& mean);

/// A reference as encoders get it: without transparent pixels.
/// @param background  black, white, gray, mean, keep @param mean  as above
/// @returns 3 channels. @throws BadInput, UsageError as models::composite and parse_background do.
[[nodiscard]] Image on_background(const Image& picture, std::string_view background,
                                  const std::array<double, 3>& mean);

/// The picture with left and right exchanged.
[[nodiscard]] Image mirrored(const Image& image);

}  // namespace asbench::features
