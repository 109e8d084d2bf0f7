#pragma once

#include "loaders/shot_source.h"

namespace asbench::loaders {

/// The quick look before a long run: the shot is there, opens, is whole as far as its container
/// says, and its first frame decodes. Costs a few milliseconds. What only a decode to the end can
/// tell (a range beyond the end, a size that changes) decode_clip() finds.
/// @throws BrokenVideo with the cause, as decode_clip() would. Thread-safe.
void check_clip(const ShotSource& source);

}  // namespace asbench::loaders
