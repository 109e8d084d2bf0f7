#pragma once

// Shared between the two halves of the extractor; not a public header.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "features/feature_matrix.h"

namespace asbench::features {

/// One matrix that a network has to compute: the distinct sampled frames of a clip, every frame of
/// one, one reference, or how far a clip's frames are from their predictions.
struct EncodeJob {
  std::string key;
  std::size_t encoder = 0;
  // Of the encode stage's thread:
  bool begun = false;  ///< some of its rows are encoded and would be lost if the others never came
  // Of the writer's thread, once a row is on its way to an encoder:
  FeatureMatrix features;  ///< filled row by row; grows where the number of rows is not known yet
  int rows_missing = 0;    ///< below 0: so many came before the number of rows was known
};

/// What goes from decoding to encoding: a picture, a clip for the video network, or three frames in
/// a row for the one that predicts the middle one.
struct PreparedInput {
  std::shared_ptr<EncodeJob> job;
  int row = 0;
  int rows = 0;    ///< of the job, told by the picture that comes last; 0: the job knows
  int frames = 0;  ///< of a clip; 0: no clip
  bool is_triple = false;
  int height = 0, width = 0;
  std::vector<float> values;         ///< picture [3, H, W], clip [3, T, H, W]
  std::vector<std::uint8_t> levels;  ///< picture [H, W, 3], for a device that normalises itself;
                                     ///< of three frames [3, H, W, 3]
  [[nodiscard]] bool is_clip() const { return frames > 0; }
  [[nodiscard]] std::size_t bytes() const { return values.size() * sizeof(float) + levels.size(); }
};

/// Adds the time until its end to a sum.
class StageTimer {
 public:
  explicit StageTimer(double& seconds)
      : seconds_(seconds), started_(std::chrono::steady_clock::now()) {}
  ~StageTimer() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace asbench::features
