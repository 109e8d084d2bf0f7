#pragma once

#include <string_view>

#include "features/clip_outcome.h"
#include "features/extraction_plan.h"
#include "features/store.h"

namespace asbench::features {

/// Stores what the decode of a clip has shown: frame count, rate, size, what the
/// stream says of itself.
void store_clip_info(const FeatureStore& store, std::string_view decoder,
                     const ClipOutcome& outcome);

/// How closely entries are looked at.
enum class EntryLook {
  whole,      ///< read and verified
  existence,  ///< only whether they are there: many times faster
};

/// Fills the outcome from the store, given its content_sha256.
/// @returns true when the store has everything that the plan wants of a clip with this use; when
/// false, the outcome may be filled in part.
/// @param clip  of the plan
[[nodiscard]] bool read_clip_record(const FeatureStore& store, std::string_view decoder,
                                    const ExtractionPlan& plan, const ClipRequest& clip,
                                    ClipOutcome& outcome, EntryLook look = EntryLook::whole);

}  // namespace asbench::features
