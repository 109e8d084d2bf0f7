#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/image.h"

namespace asbench::models {

/// What shows where a reference picture is transparent (docs/design/metrics.md 1.5).
enum class Background {
  black,  ///< the default: the data set's references are mask x frame
  white,
  gray,  ///< 128
  mean,  ///< the encoder's own mean, x 255, rounded: becomes about 0 after normalisation
  keep,  ///< alpha is ignored; needs pictures whose hidden pixels are the original ones
};

/// @throws UsageError listing the names when `name` isn't one of them.
[[nodiscard]] Background parse_background(std::string_view name);
[[nodiscard]] std::string_view to_string(Background background);

/// RGBA over a plain colour, before any resize: per channel t = c a + b (255 - a) + 128, out = (t +
/// (t >> 8)) >> 8, which is Pillow's `Image.paste` with a mask and `alpha_composite` on an opaque
/// background.
/// @param image  3 or 4 channels; 3 come back as they are
/// @param mean  the encoder's mean in [0, 1], needed for Background::mean only
/// @returns 3 channels.
/// @throws BadInput for other channel counts or an empty picture, UsageError for Background::mean
/// without a mean. Thread-safe.
[[nodiscard]] Image composite(const Image& image, Background background,
                              const std::optional<std::array<double, 3>>& mean = std::nullopt);

/// The smallest rectangle that holds every pixel with alpha > 0 (option `crop=bbox`, off by
/// default). A picture without alpha comes back whole.
/// @throws BadInput when the picture is transparent everywhere, empty or of another channel count.
[[nodiscard]] Image crop_to_visible(const Image& image);

}  // namespace asbench::models
