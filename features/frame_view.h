#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/image.h"
#include "loaders/masks/box_source.h"
#include "loaders/masks/rle.h"
#include "models/preprocess/composite.h"

// Sampled frames that are cut before an encoder gets them: to one subject, or to what is left
// without subjects (docs/design/metrics.md 4, "Masked variants").
namespace asbench::features {

/// Where somebody is in a frame: a mask of the frame's size, or a box within it.
using Region = std::variant<loaders::Mask, loaders::PixelBox>;

/// Where somebody is in frame `frame` of a clip, counted from 0, of that size; nothing: not found.
/// Called from several threads.
using RegionFinder = std::function<std::optional<Region>(int frame, int width, int height)>;

/// A further version of each of a clip's sampled frames. Plain data.
struct FrameView {
  enum class Kind {
    subject,     ///< one subject alone: on the references' background (mask), or cut out (box)
    background,  ///< without the subjects, their pixels in the encoder's mean colour
  };
  Kind kind = Kind::subject;
  std::vector<RegionFinder> subjects;  ///< of a subject view one; of a background any number
  /// Told how many frames the clip has, before the finders are asked; throws when these can't be
  /// meant for such a clip. May be empty.
  std::function<void(int frame_count)> check_length = {};
};

/// A view in one clip: where its subjects are in each of the frames, and what names it in keys.
struct ResolvedView {
  FrameView::Kind kind = FrameView::Kind::subject;
  /// By frame; nothing where one of the subjects was not found: there is no such picture.
  std::vector<std::optional<std::vector<Region>>> regions;
  /// SHA-256 over kind and regions: equal ones give equal pictures of equal frames.
  std::string sha256;

  /// Places, in the frames, of those that there is a picture of.
  [[nodiscard]] std::vector<int> places() const;
};

/// What a view is looked for in.
struct ViewedClip {
  int frame_count = 0;
  int width = 0;
  int height = 0;
};

/// @param frames  indices of the clip's frames, ascending, each once
/// @throws as the finders and check_length().
[[nodiscard]] ResolvedView resolve(const FrameView& view, std::span<const int> frames,
                                   const ViewedClip& clip);

/// The picture that an encoder gets.
/// @param frame    RGB, of the size that the regions were found for
/// @param regions  one for a subject view
/// @param backdrop  around a masked subject, as behind references; `keep` is black here
/// @param mean     of the encoder, 0..1
/// @returns RGB; the frame's size, but for a boxed subject.
[[nodiscard]] Image cut_picture(const Image& frame, FrameView::Kind kind,
                                std::span<const Region> regions, models::Background backdrop,
                                const std::array<double, 3>& mean);

}  // namespace asbench::features
