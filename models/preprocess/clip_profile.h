#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "models/preprocess/profile.h"

namespace asbench::models {

/// How a clip's frames become a video network's input: a plain value, resolved to numbers. The
/// published FVD tools differ here and nowhere say so; each is a profile by its name
/// (docs/design/metrics.md 1.3). Either every frame goes through a picture profile (`hf`), or:
/// resize with torch_bilinear(), centre crop, values.
struct ClipProfile {
  enum class Geometry {
    native,      ///< the frame as it is; the network resizes in its graph
    short_crop,  ///< shorter side to `side`, longer to ceil(side * long / short), centre crop at
                 ///< floor((L - side) / 2)
    squash,      ///< to side x side
  };
  enum class Values {
    levels,     ///< 0..255
    unit,       ///< level / 255
    symmetric,  ///< 2 level / 255 - 1
  };
  std::string name;
  Geometry geometry = Geometry::native;
  int side = 0;
  Values values = Values::levels;
  std::optional<Profile>
      picture;  ///< `hf`: a checkpoint's own preprocessing, frame by frame, instead of the above

  /// "cmv[short224ceil,crop224,torch-bilinear,2x/255-1]"
  [[nodiscard]] std::string describe() const;
  /// Size of what comes out for frames of this size. @throws BadInput when there is none.
  [[nodiscard]] Extent output(Extent frame) const;
  bool operator==(const ClipProfile&) const = default;
};

/// `stylegan-v`, `cmv`, `cd-i3d`, `cd-videomae`. @throws UsageError naming them.
[[nodiscard]] ClipProfile named_clip_profile(std::string_view name);
[[nodiscard]] std::vector<std::string> clip_profile_names();

/// @param frames  T frames of one size, RGB
/// @param out     [3, T, H, W] float32, H and W as profile.output()
/// @throws BadInput for frames of different sizes or an `out` of another size. Thread-safe.
void preprocess_clip(std::span<const Image* const> frames, const ClipProfile& profile,
                     std::span<float> out);

}  // namespace asbench::models
