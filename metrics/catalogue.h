#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "metrics/metric.h"

namespace asbench::metrics {

/// The metrics of a run: the built-in ones and those that its protocol declares. A value; immutable
/// once made, thread-safe.
class Catalogue {
 public:
  /// Reads a list of metrics as configs/metrics.json has it (schema metrics.schema.json): an id, a
  /// measure, the encoder role or roles it is measured with, and, where they differ from the
  /// defaults, title, kind, leaderboard, controls and withholds_marks.
  ///
  /// Defaults: the title is the measure's with the roles' names; the kind follows the measure's
  /// family (control for identity and controls, set for sets, else headline); headlines are
  /// leaderboard columns; controls are those of the first metric with the same measure, else of the
  /// first of the same family.
  /// @param where  names the list in messages
  /// @throws BadInput when it does not fit the schema, names an unknown measure or control, has too
  /// many or too few roles, an id that is taken, or the kind `set` where no set is measured (or
  /// another kind where one is).
  [[nodiscard]] Catalogue with(const Json& list, std::string_view where) const;

  /// In the order of the lists; those of whole sets last.
  [[nodiscard]] std::span<const Metric> all() const { return metrics_; }
  /// Those that measure story by story.
  [[nodiscard]] std::vector<Metric> story_metrics() const;
  [[nodiscard]] std::vector<Metric> set_metrics() const;

  /// @returns nullptr when there is no such metric.
  [[nodiscard]] const Metric* find(std::string_view id) const;
  /// Why a published metric is not among them ("not_computed" of the list), as a sentence with a
  /// remedy; nothing for any other id.
  [[nodiscard]] std::optional<std::string> why_not(std::string_view id) const;
  /// @throws UsageError naming `id` and the known ids, or why_not().
  [[nodiscard]] const Metric& require(std::string_view id) const;
  /// Union of the needs of several metrics. @throws UsageError for an unknown id.
  [[nodiscard]] Needs needs_of(std::span<const std::string> ids) const;
  /// The encoder roles that any metric is measured with, in alphabetical order.
  [[nodiscard]] std::vector<std::string> roles() const;

 private:
  struct NotComputed {
    std::string id, reason, instead;
  };
  std::vector<Metric> metrics_;
  std::vector<NotComputed> not_computed_;
};

/// One row of the table of metrics in docs/metrics.md (`asbench metrics list --markdown`).
[[nodiscard]] std::string markdown_row(const Metric& metric);

/// What configs/metrics.json lists.
[[nodiscard]] const Catalogue& built_in_metrics();

}  // namespace asbench::metrics
