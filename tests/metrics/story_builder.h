#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "core/json.h"
#include "metrics/story/gallery.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics::testing {

using Rows = std::vector<std::vector<float>>;

/// Owns the matrices behind StoryFeatures for as long as a test measures them.
class FeatureShelf {
 public:
  FeatureView keep(const Rows& rows);
  std::span<const float> keep_values(std::vector<float> values);
  const Gallery* keep_gallery(std::vector<CharacterReferences> gallery);
  std::span<const FrameCopy> keep_copies(std::vector<FrameCopy> copies);

 private:
  std::deque<std::vector<float>> kept_;  // deque: growing moves nothing
  std::deque<Gallery> galleries_;
  std::deque<std::vector<FrameCopy>> copies_;
};

struct RandomStory {
  int shots = 4;
  int frames = 3;
  int references = 1;
  double bias = 0.5;  ///< added to every component: 0 gives as many negative cosines as positive
};

/// A complete story of Gaussian features, all views filled; motion and cells random, some shots
/// still or alike so that the controls have something to find.
StoryFeatures random_story(FeatureShelf& shelf, std::mt19937_64& random, const std::string& id,
                           const std::string& ip, const RandomStory& options = {});

/// The roles of VBench's metrics get what `clip` and `dino` have: the sampled frames as all frames.
void set_vbench_roles(ShotFeatures& shot);

/// A shot of which only the CLIP frames (and DINO frames, equal to them) are given.
ShotFeatures shot_of(FeatureShelf& shelf, const Rows& frames);

/// The split lists no character for the shot.
void show_nobody(ShotFeatures& shot);

/// Breaks one component of a view of `features`: a copy with `value` at [row, 0].
FeatureView with_value(FeatureShelf& shelf, FeatureView view, int row, float value);

/// The stories of tests/golden/metrics/golden.json.
std::vector<StoryFeatures> golden_stories(FeatureShelf& shelf, const Json& golden);

}  // namespace asbench::metrics::testing
