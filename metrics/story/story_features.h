#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/frame_changes.h"
#include "core/picture_statistics.h"
#include "metrics/numerics/feature_view.h"
#include "metrics/story/role_features.h"

namespace asbench::metrics {

// What evaluation/ hands over: one story, its shots in order. Features come raw (not normalised),
// float32, by encoder role. The raw matrices belong to whoever fills this, who keeps them alive
// while measuring. What no requested metric needs may stay empty (Metric::needs says what is
// needed).

/// The encoder-free description of a shot's k sampled frames (core/thumbnail.h makes both).
struct PixelFeatures {
  FeatureView cells;              ///< [k, 1350], thumbnail_cells of each sampled frame, 0..255
  std::span<const float> motion;  ///< [k - 1], thumbnail_motion of neighbouring sampled frames
};

/// A sampled frame's nearest row of a training set (metrics/search/copy_search.h).
struct FrameCopy {
  double distance = 0.0;   ///< 1 - cosine
  double threshold = 0.0;  ///< calibrated for this row
  [[nodiscard]] bool is_copy() const { return distance < threshold; }
};

/// Sampled frames reduced to a part of their picture by masks or boxes: those in which it was
/// found.
struct CutFrames {
  RoleFeatures frames;      ///< [found, D], by role
  std::vector<int> places;  ///< of each row: which of the sampled frames, from 0, ascending
};

/// A reference that is a part of one of the shot's own frames: real stories are not compared with
/// themselves.
struct OwnReference {
  int character = 0;  ///< place in StoryFeatures::characters
  int row = 0;        ///< of its references
};

/// One expected shot.
struct ShotFeatures {
  int number = 0;  ///< 1-based, as the split has it (readers may skip shots); 0: its place
  bool missing =
      false;  ///< absent or broken (docs/design/metrics.md 9.1): the policy decides, views ignored
  /// Whom it is to show: places in StoryFeatures::characters, from 0. None: the split lists no
  /// character for it, and it is not judged against references.
  std::vector<int> characters = {0};
  std::vector<OwnReference> own_references = {};
  std::string scene = {};           ///< where it is set; empty: not known
  int decodable_frames = 0;         ///< n of docs/design/metrics.md 0, not the number sampled
  int sampled_frames = 0;           ///< k; only read beside the two below
  std::vector<CutFrames> subjects;  ///< each of `characters` alone, in their order
  CutFrames background;             ///< without all of them
  RoleFeatures images;              ///< [k, D] the sampled frames, by role
  RoleFeatures every_frame;         ///< [n, D] all its frames, by role
  RoleFeatures captions;            ///< [1, D] its caption, by role; none: no caption
  PixelFeatures pixels;
  double fps = 0.0;                          ///< frames per second; 0: unknown
  std::optional<PictureStatistics> picture;  ///< of all its frames, not only the sampled ones
  std::optional<FrameChanges> changes;       ///< from each of its frames to the next
  FeatureView prediction_errors;  ///< [(n - 1) / 2, 1], of its frames 1, 3, 5, ...: mean absolute
                                  ///< difference from what a network predicts, levels of 0..255
  std::span<const FrameCopy> copies;  ///< [k], where a training set is searched

  /// The sampled frames under a role's encoder, as unit vectors: [k, D].
  [[nodiscard]] const UnitRows& frames(std::string_view role) const { return images.units(role); }
  /// @param character  one of `characters`
  [[nodiscard]] const CutFrames& subject_of(int character) const {
    const auto found = std::find(characters.begin(), characters.end(), character);
    return subjects[static_cast<std::size_t>(found - characters.begin())];
  }
  /// The caption under a role's text encoder, as a unit vector: [1, D], or no rows.
  [[nodiscard]] const UnitRows& caption(std::string_view role) const {
    return captions.units(role);
  }
};

/// The R references of a character, composited on the background. All that is not empty has R rows.
struct ReferenceFeatures {
  RoleFeatures straight;  ///< [R, D], by role
  RoleFeatures mirrored;  ///< [R, D], each reference mirrored left-right
  FeatureView cells;      ///< [R, 1350] of make_letterboxed_thumbnail
};

/// A character of a story: most have one, the IP itself.
struct CharacterFeatures {
  std::string id;    ///< unique in the split, as CharacterReferences::id
  std::string name;  ///< as its story calls it; empty: the IP itself
  ReferenceFeatures references;

  /// The references under a role's encoder, as unit vectors: [R, D].
  [[nodiscard]] const UnitRows& references_under(std::string_view role) const {
    return references.straight.units(role);
  }
};

/// The references of one character of the split, of this story or of another.
struct CharacterReferences {
  std::string id;
  std::string ip;
  std::string name;         ///< as CharacterFeatures::name
  RoleFeatures references;  ///< [R, D], by role
};

class Gallery;
class SharedGalleryScores;

struct StoryFeatures {
  std::string id;
  std::string ip;  ///< the cluster of docs/design/metrics.md 9.2
  std::vector<ShotFeatures> shots;
  std::vector<CharacterFeatures> characters = std::vector<CharacterFeatures>(1);
  /// Every character of the split that has a reference (metrics/story/gallery.h); null: none. Not
  /// owned.
  const Gallery* gallery = nullptr;

  /// Where metrics that are measured one after the other keep what they share
  /// (metrics/story/gallery_scores.h); null: each computes its own. Set by a Measurer.
  SharedGalleryScores* shared = nullptr;

  [[nodiscard]] const CharacterFeatures& character(int place) const {
    return characters[static_cast<std::size_t>(place)];
  }
  [[nodiscard]] int shot_count() const { return static_cast<int>(shots.size()); }
  /// The number of the shot in place `index`, counted from 0.
  [[nodiscard]] int number_of(int index) const {
    const int number = shots[static_cast<std::size_t>(index)].number;
    return number > 0 ? number : index + 1;
  }
};

}  // namespace asbench::metrics
