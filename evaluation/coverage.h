#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/finding.h"
#include "features/extractor.h"
#include "loaders/outputs.h"
#include "loaders/split.h"

namespace asbench::evaluation {

/// Which of the expected shots can be scored, and everything that was noticed on the way.
struct Coverage {
  int expected_shots = 0;
  std::set<loaders::ShotKey> missing;  ///< absent or broken
  Findings findings;
};

/// Looks at every shot before any encoder runs: it must be there, open and give a first frame.
/// @param decoded_before  true for content (SHA-256) that the store knows; such a clip is not
/// opened again
[[nodiscard]] Coverage probe(const loaders::Split& split, const loaders::Outputs& outputs,
                             const std::function<bool(const std::string&)>& decoded_before);

/// The same after extraction, from what the one decode pass saw: adds `short_shot`,
/// `duplicate_shot`, ...
/// @param outcomes  of outputs.shots, in their order
[[nodiscard]] Coverage cover(const loaders::Split& split, const loaders::Outputs& outputs,
                             const std::vector<features::ClipOutcome>& outcomes,
                             const loaders::FrameRule& rule);

/// Under --missing fail: an error that lists the missing shots, if there are any.
void require_complete(const Coverage& coverage);

}  // namespace asbench::evaluation
