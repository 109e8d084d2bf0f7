#pragma once

#include <filesystem>
#include <string>

#include "document/result.h"
#include "evaluation/expected_result.h"

namespace asbench::evaluation {

/// The two results between which others are placed: what a system gets for nothing, and what real
/// animation gets.
struct Anchors {
  std::filesystem::path floor;    ///< result document, usually of `wrong-ip`
  std::filesystem::path ceiling;  ///< result document, usually of `gt-story` or `gt-clips`
};

/// Both documents, read. Plain data.
struct AnchorDocuments {
  struct Anchor {
    std::string sha256;  ///< of the file
    document::Result result;
  };
  Anchor floor, ceiling;
};

/// @throws BadInput for what is no result document.
[[nodiscard]] AnchorDocuments read_anchors(const Anchors& anchors);

/// Refuses anchors that the result of a run can't be normalised by, as far as that is known before
/// anything is decoded. @throws as normalise().
void require_usable(const AnchorDocuments& anchors, const ExpectedResult& expected);

/// Adds `normalised` = (mean - floor) / (ceiling - floor) beside each metric's raw mean, and
/// `normalised_between` to the result (docs/design/metrics.md 5.4). The same formula
/// serves metrics for which lower is better: 0 is the floor, 1 the ceiling. `null` where a mean is
/// null, where the metric has no direction, or where floor and ceiling are equal.
/// @throws NotComparable when an anchor's split differs, or its signature of one of the result's
/// metrics (it names both);
///         BadInput for an anchor that is not a result document or lacks one of the metrics. The
///         result is left as it was then.
void normalise_by(document::Result& result, const AnchorDocuments& anchors);
void normalise(document::Result& result, const Anchors& anchors);

}  // namespace asbench::evaluation
