#pragma once

#include <set>
#include <string>

#include "document/result.h"
#include "reports/comparison/compare.h"
#include "reports/comparison/gate.h"

namespace asbench::reports {

/// "a/0 shot 2" of every shot that was not scored, of stories that the other document has too.
[[nodiscard]] std::set<std::string> missing_shots(const document::Result& result,
                                                  const document::Result& other);

/// Counts the missing shots of both and judges them by the gate's rule. Where the documents leave
/// missing shots out (`exclude`), which `--allow coverage` permits, they only warn.
[[nodiscard]] MissingShots compare_missing_shots(const document::Result& base,
                                                 const document::Result& candidate,
                                                 const Gate& gate);

}  // namespace asbench::reports
