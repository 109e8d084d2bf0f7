#pragma once

// What the metrics of one story read, taken from an extraction; not a public header.

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "evaluation/coverage.h"
#include "evaluation/plan.h"
#include "evaluation/training_copies.h"
#include "features/extractor.h"
#include "loaders/split.h"
#include "metrics/story/gallery.h"
#include "metrics/story/story_features.h"

namespace asbench::evaluation {

/// The matrices of one story, kept alive while its metrics are measured. deque: growing moves
/// nothing that a view points to.
struct StoryMatrices {
  std::deque<features::FeatureMatrix> matrices;
  std::deque<std::vector<float>> motions;
  std::deque<std::vector<metrics::FrameCopy>> copies;

  [[nodiscard]] metrics::FeatureView keep(features::FeatureMatrix matrix);
  /// Stacks [1, D] rows.
  [[nodiscard]] metrics::FeatureView keep_rows(const std::vector<features::FeatureMatrix>& rows);
};

/// The references of every character of the split.
[[nodiscard]] std::vector<metrics::CharacterReferences> gallery_of(
    const loaders::Split& split, const Plan& plan, const features::Extraction& extraction,
    StoryMatrices& kept);

/// All that stays the same from story to story.
struct StorySource {
  const Protocol* protocol = nullptr;
  const Plan* plan = nullptr;
  const Coverage* coverage = nullptr;
  const features::Extraction* extraction = nullptr;
  /// Ids of stories that could not be read and count as failed (`zero`); may be null.
  const std::set<std::string>* lost = nullptr;
  const metrics::Gallery* gallery = nullptr;  ///< where a metric asks for it
  TrainingCopies* copies = nullptr;           ///< when a training set is searched
};

/// A character's references under everything that the plan needs; empty without any.
/// @param key  as character_key() gives it
[[nodiscard]] metrics::ReferenceFeatures reference_features(const std::string& key,
                                                            const StorySource& source,
                                                            StoryMatrices& kept);

/// @param kept  owns what the result points to
[[nodiscard]] metrics::StoryFeatures story_features(const loaders::Story& story,
                                                    const StorySource& source, StoryMatrices& kept);

}  // namespace asbench::evaluation
