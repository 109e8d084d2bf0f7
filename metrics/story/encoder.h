#pragma once

#include "metrics/numerics/feature_view.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// The image encoders under which the same formula is measured.
enum class Encoder { clip, dino };

[[nodiscard]] inline const FeatureView& frames_of(const ShotFeatures& shot, Encoder encoder) {
  return encoder == Encoder::clip ? shot.clip : shot.dino;
}

[[nodiscard]] inline const FeatureView& references_of(const StoryFeatures& story, Encoder encoder) {
  return encoder == Encoder::clip ? story.references.clip : story.references.dino;
}

}  // namespace asbench::metrics
