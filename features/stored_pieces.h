#pragma once

#include <optional>
#include <string>

#include "features/clip_outcome.h"
#include "features/extraction_plan.h"
#include "features/store.h"

// What of a plan a store has, without reading a video: for overviews (`asbench status`). Entries
// are looked for, not read; whoever needs their values verifies them.
namespace asbench::features {

enum class ClipState {
  done,     ///< everything that the plan wants of it is there
  missing,  ///< something is not, or nobody has read this file yet
  failed,   ///< a task found that it can't be used
};

struct ClipLook {
  ClipState state = ClipState::missing;
  std::optional<ClipOutcome::Broken> broken;  ///< of failed ones
};

/// @param clip     id in the plan
/// @param request  request_sha256() of the plan (shards.h)
/// Asks what tasks remembered of the file (clip_memory.h): a clip that only `asbench score` has
/// seen is missing here.
[[nodiscard]] ClipLook look_at_stored_clip(const FeatureStore& store, const ExtractionPlan& plan,
                                           const std::string& request, std::size_t clip);

/// Under every encoder that gets it, and its cells.
[[nodiscard]] bool has_reference(const FeatureStore& store, const ExtractionPlan& plan,
                                 std::size_t reference);
/// Under every encoder with a text tower.
[[nodiscard]] bool has_caption(const FeatureStore& store, const ExtractionPlan& plan,
                               std::size_t caption);

}  // namespace asbench::features
