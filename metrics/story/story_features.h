#pragma once

#include <span>
#include <string>
#include <vector>

#include "metrics/numerics/feature_view.h"

namespace asbench::metrics {

// What the evaluation room hands over: one story, its shots in order, all
// features raw (not normalised) float32. Nothing here owns a matrix; whoever fills it keeps them
// alive while measuring. A view that no requested metric needs may stay empty
// (MetricInfo::needs says which are needed).

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

/// One expected shot.
struct ShotFeatures {
  int number = 0;        ///< 1-based, as the split has it (readers may skip shots); 0: its place
  bool missing = false;  ///< absent or broken (metrics.md 9.1): the policy decides, views ignored
  bool no_character =
      false;                 ///< the split lists no character for it: not judged against references
  int decodable_frames = 0;  ///< n of metrics.md section 0, not the number sampled
  FeatureView clip;          ///< [k, D] sampled frames under the CLIP image encoder
  FeatureView dino;          ///< [k, D'] the same frames under DINO
  FeatureView text;          ///< [1, D] its caption under the CLIP text encoder; empty: no caption
  PixelFeatures pixels;
  std::span<const FrameCopy> copies;  ///< [k], copy_rate only
};

/// The story's R references, composited on the background. All non-empty views have R rows.
struct ReferenceFeatures {
  FeatureView clip;           ///< [R, D]
  FeatureView clip_mirrored;  ///< [R, D] each reference mirrored left-right (copy_paste only)
  FeatureView dino;           ///< [R, D']
  FeatureView cells;          ///< [R, 1350] of make_letterboxed_thumbnail
};

/// The references of one character of the split, its own stories' or another's.
struct CharacterReferences {
  std::string ip;
  FeatureView clip;  ///< [R, D]
  FeatureView dino;  ///< [R, D']
};

struct StoryFeatures {
  std::string id;
  std::string ip;  ///< the cluster of metrics.md 9.2
  std::vector<ShotFeatures> shots;
  ReferenceFeatures references;
  std::span<const CharacterReferences>
      gallery;  ///< every character of the split that has a reference

  /// The number of the shot in place `index`, counted from 0.
  [[nodiscard]] int number_of(int index) const {
    const int number = shots[static_cast<std::size_t>(index)].number;
    return number > 0 ? number : index + 1;
  }
};

}  // namespace asbench::metrics
