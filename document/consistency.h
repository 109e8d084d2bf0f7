#pragma once

#include <string>
#include <vector>

#include "document/result.h"

namespace asbench::document {

/// Computes again what a measured document states about its own stories and shots, and refuses it
/// where the two differ by more than 1e-12 (relative above 1):
/// - a story's mean and HarMeanP from its shots, where the signature says that stories are means of
///   shots (`agg=...shot>story>system`);
/// - a metric's mean, HarMeanP, parts, means by IP, by shot and by distance from its stories;
/// - its counts, those of the coverage, and the number of stories.
///
/// Not computed again: intervals; values of pairs of shots, of which the document has only their
/// stories' means; set-level metrics (without_stories()); what one document alone can't show
/// (normalised values, real ceilings). Published results have no stories. Documents written under
/// `zero` before ShotValue::counted existed don't say what their failed shots count as: there the
/// shots are passed over.
/// @throws BadInput naming the place, the value stated and the value found.
void require_consistent(const Result& result);

/// The metrics whose means no values of stories stand behind (set-level ones, as FVD): nothing in
/// the document shows how they came about.
[[nodiscard]] std::vector<std::string> without_stories(const Result& result);

}  // namespace asbench::document
