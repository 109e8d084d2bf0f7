#pragma once

#include <string>
#include <string_view>

namespace asbench::testing {

/// An EXIF block with an orientation, between two other tags. @param little  "II", else "MM"
[[nodiscard]] std::string exif_block(int orientation, bool little);

/// The file with an EXIF block put where its format keeps it: JPEG, PNG or lossless WebP.
[[nodiscard]] std::string with_exif(std::string_view picture, std::string_view exif);

/// A PNG with the control chunk of an animation of this many frames.
[[nodiscard]] std::string with_animation_control(std::string_view png, int frames);

}  // namespace asbench::testing
