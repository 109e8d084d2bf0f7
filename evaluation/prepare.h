#pragma once

// Shared by score and by what does its work in shards; not a public header.

#include <optional>
#include <set>
#include <string>

#include "document/finding_kinds.h"
#include "evaluation/inputs.h"
#include "evaluation/normalise.h"
#include "evaluation/plan.h"
#include "evaluation/real_stories.h"
#include "evaluation/run.h"
#include "features/store.h"

namespace asbench::evaluation {

/// Everything that a run needs, checked before the first frame is decoded.
struct Prepared {
  Inputs inputs;
  std::set<std::string> lost;  ///< ids of stories that could not be read
  std::optional<features::FeatureStore> store;
  Plan plan;
  std::optional<AnchorDocuments> anchors;
  std::optional<RealStoriesDocument> real_stories;
  document::InputNeeds needs;
};

enum class Purpose {
  score,
  encode,  ///< no result is made: anchors, the file for it and clips of the training set don't
           ///< matter
};

/// Reads inputs, opens the store, makes the plan. Decodes nothing for scoring; of a training set of
/// clips, `score` opens each. @throws the family of core/error.h.
[[nodiscard]] Prepared prepare(const ScoreRequest& request, Purpose purpose);

}  // namespace asbench::evaluation
