#pragma once

#include "loaders/shot_source.h"

namespace asbench::loaders {

/// A quick check before a long run: the shot exists, opens, is complete according to its container,
/// and its first frame decodes. Costs a few milliseconds. Problems that only a complete decode
/// shows (damage further on, a range beyond the end, a size that changes) are found by
/// decode_clip(). @throws BrokenVideo with the cause and SystemFault, as decode_clip() would.
/// Thread-safe.
void check_clip(const ShotSource& source);

}  // namespace asbench::loaders
