#pragma once

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/json.h"
#include "loaders/annotations/parse_annotations.h"

namespace asbench::testing {

/// A finding's kind and place: (kind, segment, shot) as in loaders::AnnotationFinding.
using FindingPlace = std::tuple<std::string, int, int>;

/// What a file of one video says, and where it must have findings.
struct NaiveReading {
  loaders::AnnotatedVideo video;
  std::set<FindingPlace> findings;
};

/// Reads an annotation a second time, straight down docs/design/dataset.md 2 to 6, to compare the
/// parser with. Of the loaders only functions with tests of their own: times, run lengths, forms of
/// ids. Each key in its released words only.
[[nodiscard]] NaiveReading read_naively(const Json& document, const std::string& stem);

/// The findings of a file, as read_naively() has them.
[[nodiscard]] std::set<FindingPlace> places_of(const loaders::AnnotationFile& file);

/// The same as text, a line each, for messages.
[[nodiscard]] std::string lines_of(const std::set<FindingPlace>& places);

}  // namespace asbench::testing
