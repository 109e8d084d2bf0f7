#pragma once

#include <set>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/comparison/gate.h"

namespace asbench::reports {

/// One thing that must be equal before two results may be compared, and is not.
struct FieldDifference {
  std::string field;  ///< what `--allow` calls it: split, coverage, references, metrics, or a field
                      ///< of the signature
  std::string
      metric;  ///< the first metric that it concerns; empty when it is about the whole documents
  int more_metrics = 0;  ///< how many further metrics
  std::string base, candidate;
  /// "frames (clip_i and 3 more): midpoint:5 | ends:5"
  [[nodiscard]] std::string text() const;
};

/// Everything that forbids comparing the two: different splits, coverage, reference pictures,
/// metrics that one side lacks though the gate wants them, and fields of the signatures, by name:
/// `clip_i@1 | enc=E | frames=midpoint:5` has the fields version, enc and frames.
///
/// Note [Metrics of one side]
/// A metric that the gate lists must be in both documents. An optional one may be missing from the
/// base, which may be older than the metric: there is nothing to be worse than. It must not be
/// missing from the candidate alone: what the base was held to would go unseen. A metric that the
/// gate doesn't list may be in one document only, whichever it is.
[[nodiscard]] std::vector<FieldDifference> field_differences(const document::Result& base,
                                                             const document::Result& candidate,
                                                             const Gate& gate);

/// The metrics of one document that the other lacks, as far as the gate shows them: ids in the
/// document's order. Of a comparison that is made they are those that need not be in both.
[[nodiscard]] std::vector<std::string> only_in(const document::Result& result,
                                               const document::Result& other, const Gate& gate);

/// Refuses a gate that names a metric without a value in either document, unless the entry is
/// optional. @returns the optional ones of that kind.
/// @throws NotComparable naming the metrics, and for a misspelt one the nearest that was scored.
[[nodiscard]] std::vector<std::string> require_scored(const document::Result& base,
                                                      const document::Result& candidate,
                                                      const Gate& gate);

/// @throws BadInput for a headline metric without a preferred direction.
void require_directed(const document::ResultMetric& metric, const MetricRule& rule,
                      const Gate& gate);

/// @throws UsageError for a name in `allow` that no two such documents could differ in, with the
/// nearest one.
void require_known_fields(const std::set<std::string>& allow, const document::Result& base,
                          const document::Result& candidate);

/// Differences of the provenance that may change numbers: decoder, version, device, and the
/// encoders' config.json.
[[nodiscard]] std::vector<std::string> provenance_warnings(const document::Result& base,
                                                           const document::Result& candidate);

}  // namespace asbench::reports
