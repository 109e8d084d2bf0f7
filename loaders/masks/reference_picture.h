#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/image.h"
#include "loaders/masks/rle.h"

// Reference pictures as the data set defines them: frame x mask (docs/design/dataset.md 4).
namespace asbench::loaders {

/// How a mask's size goes with a frame's.
enum class MaskFit {
  exact,
  scaled,    ///< another size, aspect within 1 %: scaled by nearest neighbour
  mismatch,  ///< another aspect: not used
};
[[nodiscard]] MaskFit mask_fit(int mask_width, int mask_height, int frame_width, int frame_height);

/// Nearest neighbour: pixel (x, y) is that of the mask under its centre, column
/// floor((2 x + 1) w / (2 width)). The mask itself where the sizes are equal.
[[nodiscard]] Mask scaled_mask(Mask mask, int width, int height);

/// The frame with the mask as its alpha, 0 or 255; colours stay, also outside.
/// @param frame  RGB of the mask's size. @throws InternalError.
[[nodiscard]] Image masked_picture(const Image& frame, const Mask& mask);

/// Which of a character's masks become references.
enum class ReferenceChoice {
  largest,  ///< the one with the largest share of its picture; of equal ones the earliest frame
  all,      ///< in the order of their frames
  first,    ///< the one with the earliest frame
};
/// "largest", "all", "first". @throws UsageError with the nearest name.
[[nodiscard]] ReferenceChoice parse_reference_choice(std::string_view text);
[[nodiscard]] std::string_view to_string(ReferenceChoice choice);

/// One mask of a character.
struct CharacterMask {
  int frame_index = 0;  ///< of the source video, as annotated
  RunLengths mask;
  bool operator==(const CharacterMask&) const = default;
};

/// The masks of one character of one segment.
struct CharacterMasks {
  std::string segment;               ///< story id
  std::string character;             ///< its ID in the segment
  std::vector<CharacterMask> masks;  ///< in the order of the file
};

struct ReferenceOptions {
  ReferenceChoice choice = ReferenceChoice::largest;
  /// Frame rate that the indices were counted at. Where the file's differs by more than 0.1 %, they
  /// are mapped by time.
  double annotated_fps = 0.0;
};

struct ReferencePicture {
  std::string segment;
  std::string character;
  int number = 1;       ///< of the character's pictures, from 1, in the order of their frames
  int frame_index = 0;  ///< as annotated
  int frame = 0;        ///< in the file at hand
  Image picture;        ///< RGBA, alpha 0 or 255, of the frame's size
};

/// Makes the references of any number of characters of ONE source video, in one forward pass over
/// it up to the last frame that is needed. A second pass is made only where the video ends, or is
/// damaged, before a chosen frame, so that another mask of the character is taken.
///
/// What is wrong with masks does not depend on the choice: findings, all with the segment as their
/// story, are `duplicate_mask` (a second one for a frame: skipped), `empty_mask` (skipped),
/// `mask_size_mismatch` (skipped), `mask_scaled` (one for each character), `mask_area` (used),
/// `frame_beyond_video` (skipped; known of frames that a pass was to reach), and
/// `missing_reference` for a character with masks of which none can be used. About the video, once
/// and without a story: `video_unreadable`, `fps_mismatch`, `vfr`.
///
/// @param take  gets the pictures in the order of the video's frames; of one frame in the order of
///   `characters`
/// @throws SystemFault; what `take` throws; InternalError for a frame rate that is not above 0.
[[nodiscard]] Findings make_reference_pictures(const std::filesystem::path& video,
                                               std::string_view video_id,
                                               const std::vector<CharacterMasks>& characters,
                                               const ReferenceOptions& options,
                                               const std::function<void(ReferencePicture)>& take);

}  // namespace asbench::loaders
