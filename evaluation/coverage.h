#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "core/finding.h"
#include "core/progress.h"
#include "document/finding_kinds.h"
#include "features/clip_outcome.h"
#include "features/clip_source.h"
#include "features/known_clips.h"
#include "loaders/outputs.h"
#include "loaders/split.h"

namespace asbench::evaluation {

/// Which of the expected shots can be scored, and everything that was noticed on the way.
struct Coverage {
  int expected_shots = 0;              ///< of the whole split, lost stories included
  std::set<loaders::ShotKey> missing;  ///< absent or broken; those of lost stories under `zero`
  int left_out_shots = 0;              ///< of lost stories that the run leaves out (`exclude`)
  Findings findings;
  document::InputNeeds needs = {};  ///< what the run reads: decides which findings block it
};

/// Findings that take away something that the run needs.
[[nodiscard]] Findings blocking_findings(const Coverage& coverage);

/// What a look at the shots has found out.
struct Probe {
  Coverage coverage;
  features::KnownClips known;  ///< of every shot that there is; spares extraction the second look
};

/// Looks at every shot before any encoder runs: it must be there, open and give a first frame. Each
/// file is hashed once; each content is opened at most once.
/// @param decoded_before  true for content (SHA-256) that the store knows; such a clip is not
/// opened
/// @param progress  advanced by each shot that there is; may be null
/// @throws Error "interrupted" after SIGINT.
[[nodiscard]] Probe probe(const loaders::Split& split, const loaders::Outputs& outputs,
                          const std::function<bool(const std::string&)>& decoded_before,
                          const features::ClipSource& clips = features::clip_files(),
                          Progress* progress = nullptr);

/// The same after extraction, from what the one decode pass saw: adds `short_shot`,
/// `duplicate_shot`, ...
/// @param clips     ids of the shots: indices of `outcomes`; every shot of `outputs` has one
/// @param outcomes  of the extraction's clips, by id
[[nodiscard]] Coverage cover(const loaders::Split& split, const loaders::Outputs& outputs,
                             const std::map<loaders::ShotKey, std::size_t>& clips,
                             std::span<const features::ClipOutcome> outcomes,
                             const loaders::FrameRule& rule);

/// Under --missing fail: an error that lists the missing shots and everything else that blocks the
/// run (document::is_blocking), if there is any: kind by kind, at most 20 of a kind.
/// @param advice  what to do about it, in sentences
void require_complete(const Coverage& coverage, std::string_view advice);

}  // namespace asbench::evaluation
