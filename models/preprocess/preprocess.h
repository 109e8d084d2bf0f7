#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/image.h"
#include "models/preprocess/profile.h"

namespace asbench::models {

/// By channel and level 0..255.
using LevelValues = std::array<std::array<float, 256>, 3>;

/// What a profile makes of every level: scaled and normalised, in float32. Thread-safe.
[[nodiscard]] LevelValues level_values(const Profile& profile);

/// Pictures to an encoder's input by one profile, with the tables and the memory that it needs kept
/// between pictures: after the first picture of a size nothing is allocated. Not thread-safe: one
/// per thread; cheap to make.
class Preprocessor {
 public:
  /// @throws BadInput when the profile contradicts itself, UsageError when the CPU can't run
  /// `instructions`.
  explicit Preprocessor(Profile profile, Instructions instructions = Instructions::best);

  /// @param image  RGB, any size (RGBA: composite() first)
  /// @param out  [3, H, W] float32, R, G, B planes; H and W as profile().output(size of the image)
  /// @throws BadInput for another number of channels, an empty or malformed image, or an `out` of
  /// another size.
  void run(const Image& image, std::span<float> out);

  /// The bytes between the centre crop and the scaling: [H, W, 3], valid until the next call. Only
  /// where profile().by_levels(). @throws InternalError elsewhere.
  [[nodiscard]] std::span<const std::uint8_t> geometry(const Image& image);

  [[nodiscard]] const Profile& profile() const { return profile_; }

 private:
  Profile profile_;
  Resizer resizer_;
  LevelValues values_;  ///< of a channel's level, scaled and normalised
  std::vector<std::uint8_t> bytes_, part_;
  std::vector<float> planes_;  ///< [3, H, W] resized by torch's filter, before the crop

  /// The resized picture in planes_. @returns its size
  Extent resize_planes(const Image& image);
  void run_floats(const Image& image, std::span<float> out);
  [[nodiscard]] std::span<const std::uint8_t> torch_levels(const Image& image);
};

/// One picture. As Preprocessor::run, with everything made anew. Thread-safe.
void preprocess(const Image& image, const Profile& profile, std::span<float> out);

}  // namespace asbench::models
