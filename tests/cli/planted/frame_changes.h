#pragma once

#include <cstdint>
#include <vector>

#include "core/image.h"

// What may go wrong with a clip's pictures, or change in them without harm. Each function takes the
// frames of one clip and gives changed ones: RGB, 8 bits. Levels are those of 0..255.
namespace asbench::testing {

/// The frames of one clip, all of one size.
using Frames = std::vector<Image>;

/// Gaussian blur. @param sigma  pixels, > 0
[[nodiscard]] Frames blurred(const Frames& frames, double sigma);
/// Hues turned in the plane of BT.601's colour differences; luma stays. @param degrees  of 360
[[nodiscard]] Frames turned_hues(const Frames& frames, double degrees);
/// Every second frame brighter, the others darker. @param levels  half of the difference
[[nodiscard]] Frames flickering(const Frames& frames, int levels);
/// Black bars over the picture's upper and lower edge. @param rows  of each bar
[[nodiscard]] Frames letterboxed(const Frames& frames, int rows);
/// The whole picture stretched to another size, by area where it shrinks.
[[nodiscard]] Frames resized(const Frames& frames, int width, int height);
/// Independent normal noise on every value of every frame. @param deviation  levels, >= 0
[[nodiscard]] Frames noisy(const Frames& frames, double deviation, std::uint64_t seed);
/// The first half of the frames, at least one.
[[nodiscard]] Frames first_half(const Frames& frames);
/// Frames 0, 2, 4, ...
[[nodiscard]] Frames every_second(const Frames& frames);
/// The first frame, as often as there are frames.
[[nodiscard]] Frames frozen(const Frames& frames);

}  // namespace asbench::testing
