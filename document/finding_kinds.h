#pragma once

#include <span>
#include <string>
#include <string_view>

namespace asbench::document {

/// A kind of finding: what `Finding::kind` can be. docs/findings.md is made of this table.
struct FindingKind {
  std::string_view kind;
  /// True when it takes away something that scoring needs: a story, an IP, a shot, a reference or a
  /// caption. `inspect` then exits with 2, as `score` does under `--missing fail`. The others are
  /// information.
  bool blocking = false;
  std::string_view sentence;  ///< what happened, and what it means for the score
};

/// All kinds, in groups: the split, the outputs, the metrics of stories, the metrics of sets. A
/// test holds the table to the source: every kind that is raised is listed, and no other.
[[nodiscard]] std::span<const FindingKind> finding_kinds();

/// Nothing for a kind that this version doesn't know.
[[nodiscard]] const FindingKind* find_finding_kind(std::string_view kind);

/// What a run reads beside the shots: what its metrics need. By default everything, as with the
/// metrics of a protocol; `inspect` knows no metrics and takes that.
struct InputNeeds {
  bool references = true;
  bool captions = true;
  bool operator==(const InputNeeds&) const = default;
};

/// Whether a finding of the kind stops a run with these needs: the one answer of `inspect` and
/// `score`. A lost reference or caption stops only a run whose metrics read such. False for an
/// unknown kind.
[[nodiscard]] bool is_blocking(std::string_view kind, const InputNeeds& needs = {});

/// What such a finding stops, for tables: "scoring", "metrics with references", "metrics with
/// captions", or nothing.
[[nodiscard]] std::string_view what_it_stops(std::string_view kind);

/// docs/findings.md.
[[nodiscard]] std::string finding_kinds_markdown();

}  // namespace asbench::document
