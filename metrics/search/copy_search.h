#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metrics/numerics/feature_view.h"
#include "metrics/search/similarity_index.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// A frame's nearest training row and the threshold that is calibrated for it
/// (metrics/story/copy_rate.h).
struct CopyHit {
  int row = 0;  ///< of the training set
  FrameCopy copy;
};

/// Looks frames up in a training set. Distance: 1 - cosine, the winner's computed in double.
/// Immutable, thread-safe.
class CopySearch {
 public:
  /// @param training  [T, D], kept as a copy of unit rows
  /// @param clips     [T], the clip a row is of: rows of one clip are no neighbours of each other,
  /// or every copy would hide behind its
  ///                  own clip's frames
  /// @param gpu       search on this GPU where that can be (metrics/search/similarity_index.h); the
  /// neighbours are the same
  /// @throws BadInput for fewer than two clips, zero, NaN or Inf features (row named).
  CopySearch(FeatureView training, std::span<const int> clips, std::optional<int> gpu = {});

  /// @param frames  [k, D] @returns one for each frame. @throws BadInput for bad frames or another
  /// width.
  [[nodiscard]] std::vector<CopyHit> find(FeatureView frames) const;

  /// What searched: SimilarityIndex::searched_by().
  [[nodiscard]] std::string searched_by() const { return index_.searched_by(); }

 private:
  /// Of training rows, in the order of `rows`.
  [[nodiscard]] std::vector<double> thresholds_of(std::span<const int> rows) const;
  /// Half the mean distance of a row to its nearest rows of other clips.
  [[nodiscard]] double threshold_of(int row, std::span<const std::int64_t> nearest) const;

  std::vector<float> units_;
  int cols_ = 0;
  std::vector<int> clips_;
  int longest_clip_ = 0;
  SimilarityIndex index_;
};

}  // namespace asbench::metrics
