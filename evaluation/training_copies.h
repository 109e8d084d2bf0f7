#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "document/result.h"
#include "evaluation/plan.h"
#include "features/extractor.h"
#include "loaders/split.h"
#include "metrics/search/copy_search.h"

namespace asbench::evaluation {

/// Looks at the plan's training set before anything is encoded: a matrix was made by the same
/// weights and has the encoder's width, clips open and give a first frame. What is found goes into
/// the plan. @throws BadInput, NotComparable naming the file and what is wrong.
void check_training_set(Plan& plan, const features::FeatureStore& store);

/// Of that, what needs no clip: for a task that encodes some of them.
void check_training_matrix(const Plan& plan);

/// What is extracted of the plan's training set; without clips where it is a matrix, or there is
/// none.
[[nodiscard]] features::ExtractionPlan training_extraction(const Plan& plan);

/// Looks shots up in the plan's training set, and remembers what it found for the document. One
/// thread at a time.
class TrainingCopies {
 public:
  /// Extracts the set's frames under the encoder that the plan searches it with, unless it is a
  /// matrix of them already. Its hash goes into the plan.
  /// @throws BadInput: broken training clips only (each is named), a matrix of another network or
  /// width, fewer than two clips.
  TrainingCopies(Plan& plan, const features::ExtractionSettings& settings,
                 const features::FeatureStore& store,
                 const features::ExtractionInputs& sources = {});

  /// One for each frame; none when a frame's feature is no number (copy_rate says so itself).
  [[nodiscard]] std::vector<metrics::FrameCopy> find(const loaders::ShotKey& shot,
                                                     metrics::FeatureView frames);

  /// The nearest training rows of a shot's frames; nothing for a shot never looked up.
  [[nodiscard]] std::optional<std::vector<document::NearestFrame>> nearest(
      const loaders::ShotKey& shot) const;

  /// What searched: metrics::SimilarityIndex::searched_by().
  [[nodiscard]] std::string searched_by() const { return search_->searched_by(); }

 private:
  std::unique_ptr<metrics::CopySearch> search_;
  std::vector<std::string> names_;  ///< of each training row
  std::map<loaders::ShotKey, std::vector<metrics::CopyHit>> found_;
};

}  // namespace asbench::evaluation
