#pragma once

#include <span>
#include <string>

#include "loaders/split.h"

namespace asbench::loaders {

/// One split of several: the IPs and stories of the first, then those of the next, ... What two of
/// them have alike is taken once. @param name  of the new split
/// @throws BadInput naming it when two splits have an IP or a story of one id and other content;
///   InternalError without a split.
[[nodiscard]] Split merge_splits(std::span<const Split> splits, const std::string& name);

}  // namespace asbench::loaders
