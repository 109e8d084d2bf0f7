#pragma once

#include <span>
#include <string>

#include "loaders/split.h"

namespace asbench::loaders {

/// One split of several: the IPs and stories of the first, then those of the next, ... What two of
/// them have alike is taken once. Ids are equal in both Unicode forms; the one that was met first
/// stays. Files are compared by their bytes, wherever they lie: of pictures by the splits' hashes;
/// tuning clips and films are read where two splits have them at different places.
/// @param name  of the new split
/// @throws BadInput naming it when two splits have an IP or a story of one id and other content;
///   SystemFault for a file that can't be read; InternalError without a split.
[[nodiscard]] Split merge_splits(std::span<const Split> splits, const std::string& name);

}  // namespace asbench::loaders
