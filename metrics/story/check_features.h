#pragma once

#include <string>
#include <string_view>

#include "metrics/registry.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// One width for everything that one encoder made.
class FeatureWidth {
 public:
  FeatureWidth(std::string_view metric, std::string_view encoder)
      : metric_(metric), encoder_(encoder) {}
  /// @throws BadInput when the view's width is not that of the first one seen.
  void require(const FeatureView& view, const std::string& where);

 private:
  std::string_view metric_;
  std::string_view encoder_;
  int width_ = 0;
  std::string first_;
};

/// Checks that what a metric needs is there and that sizes fit: every present shot has the frames
/// it reads, one width per encoder over all stories (captions, references and mirrored references
/// included), 1350 columns of cells, k - 1 motion values for k frames, at most one caption row,
/// equally many references in every view that is read. No reference in any of them passes.
class FeatureChecker {
 public:
  explicit FeatureChecker(const MetricInfo& metric);
  /// @throws BadInput naming the story, the shot, the view and the sizes.
  void check(const StoryFeatures& story);

 private:
  void require_rows(const FeatureView& view, const char* name, int& rows,
                    const std::string& where) const;
  void check_caption(const ShotFeatures& shot, const std::string& where);
  void check_frames(const ShotFeatures& shot, const std::string& where);
  void check_cells(const FeatureView& cells, const std::string& where) const;
  void check_references(const StoryFeatures& story);

  std::string_view metric_;
  Needs needs_;
  FeatureWidth clip_;
  FeatureWidth dino_;
};

}  // namespace asbench::metrics
