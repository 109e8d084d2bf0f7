#pragma once

#include <cstddef>
#include <string>

#include "core/finding.h"
#include "document/finding_kinds.h"

namespace asbench::cli {

/// "story S shot 2: " of a finding; empty where it is of no story.
[[nodiscard]] std::string where_of(const Finding& finding);

/// What keeps a split from being whole: a line for each blocking finding, "\n  story S shot 2:
/// kind: detail", the first `most` of them and the number of the others. Empty: nothing does.
[[nodiscard]] std::string blocking_causes(const Findings& findings,
                                          const document::InputNeeds& needs, std::size_t most = 20);

}  // namespace asbench::cli
