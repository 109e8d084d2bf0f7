#pragma once

#include <map>
#include <string>
#include <string_view>

#include "metrics/metric.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// Checks that what a metric needs is there and that sizes fit: every present shot has the frames
/// it reads, one width per role over all stories (captions, references and mirrored references
/// included), 1350 columns of cells, k - 1 motion values for k frames, at most one caption row,
/// cut frames of sampled frames, in their order, equally many references of a character in every
/// view that is read, shots that show characters of their story. No reference in any of them
/// passes.
class FeatureChecker {
 public:
  explicit FeatureChecker(const Metric& metric);
  /// @throws BadInput naming the story, the shot, the view and the sizes.
  void check(const StoryFeatures& story);

 private:
  /// Width of a role's features, and where it was first seen.
  struct Width {
    int cols = 0;
    std::string first;
  };
  void require_width(const std::string& role, const FeatureView& view, const std::string& where);
  void require_rows(const FeatureView& view, const std::string& name, int& rows,
                    const std::string& where) const;
  void check_captions(const ShotFeatures& shot, const std::string& where);
  void check_frames(const ShotFeatures& shot, const std::string& where);
  void check_cut(const CutFrames& cut, Modality modality, int sampled, const std::string& where);
  void check_pixels(const ShotFeatures& shot, int rows, const std::string& where) const;
  void check_cells(const FeatureView& cells, const std::string& where) const;
  void check_references(const StoryFeatures& story);
  void check_references(const ReferenceFeatures& references, const std::string& where);

  std::string metric_;
  Needs needs_;
  std::map<std::string, Width> widths_;  ///< by role
};

}  // namespace asbench::metrics
