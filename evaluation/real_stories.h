#pragma once

#include <filesystem>
#include <string>

#include "document/result.h"
#include "evaluation/expected_result.h"

namespace asbench::evaluation {

/// What real stories of the same kind score: the second reading of every consistency and adherence
/// score, because more is not better beyond what real animation shows (docs/design/metrics.md 5.5).
struct RealStoriesDocument {
  std::string sha256;  ///< of the file
  document::Result result;
};

/// @throws BadInput for what is no result document: real stories are scored first, like a system's.
[[nodiscard]] RealStoriesDocument read_real_stories(const std::filesystem::path& path);

/// Refuses a document that says nothing of a run's metrics, or computed them differently, as far as
/// that is known before anything is decoded. @throws as add_real_stories().
void require_usable(const RealStoriesDocument& real, const ExpectedResult& expected);

/// Adds `real_stories` (mean, interval, stories, and `distance` = |mean - mean of the real
/// stories|) to each metric of the families adherence and consistency that the document has. The
/// splits may differ; so may the part of a split, and the masks or boxes, in the signatures.
/// @throws NotComparable when a metric's signature differs in anything else (names both);
///         BadInput when the document has none of these metrics. The result is left as it was then.
void add_real_stories(document::Result& result, const RealStoriesDocument& real);

}  // namespace asbench::evaluation
