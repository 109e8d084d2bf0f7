#pragma once

#include "document/result.h"
#include "reports/comparison/compare.h"
#include "reports/comparison/gate.h"

namespace asbench::reports {

/// Holds every clip of the candidate against the base's of the same shot under the gate's rule.
/// Shots that one side lacks are left out: they count as missing (missing_shots.h).
///
/// Shorter: by more than `shorter` of the base's seconds and by more than one of the base's frames,
/// which containers and rounding may take. Where a document states no rate (folders of frames), by
/// the number of frames. Longer clips are no regression. Smaller: fewer pixels by more than
/// `smaller`; larger pictures are none. Reshaped: width / height differs by more than `reshaped`,
/// as |log| of their ratio, so that wider and narrower count alike.
[[nodiscard]] ClipChanges compare_clips(const document::Result& base,
                                        const document::Result& candidate, const Gate& gate);

}  // namespace asbench::reports
