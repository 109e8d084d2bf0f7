#pragma once

#include "loaders/shot_source.h"

namespace asbench::loaders {

/// A quick check before a long run: the shot exists, opens, is complete according to its container,
/// and its first frame decodes; every file of a frame folder begins as a picture does; a range lies
/// within the frames that the container declares. Costs a few milliseconds. What only a complete
/// decode shows (damage further on, a range beyond the end of a video that declares no number of
/// frames, a size that changes) is found by decode_clip(). @throws BrokenVideo with the cause and
/// SystemFault, as decode_clip() would. Thread-safe.
void check_clip(const ShotSource& source);

}  // namespace asbench::loaders
