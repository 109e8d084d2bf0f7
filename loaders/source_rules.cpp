#include "loaders/source_rules.h"

#include <fmt/format.h>

#include "core/error.h"
#include "loaders/name_match.h"

namespace asbench::loaders {

void check(const SourceRules& rules) {
  if (rules.boundaries.kind == BoundaryRule::Kind::snap && !rules.videos) {
    throw UsageError(
        "--boundaries snap looks for cuts in the source videos: say where they are with --videos "
        "DIR.");
  }
  if (rules.part == ShotPart::excerpt && rules.boundaries != BoundaryRule()) {
    throw UsageError(fmt::format(
        "--range extra and --boundaries {}: excerpts were chosen by hand and stay as they are.\n  "
        "Leave one of the two options out.",
        to_string(rules.boundaries)));
  }
  if (rules.references != ReferenceChoice::largest && !rules.videos) {
    throw UsageError(
        fmt::format("--reference-masks {}: reference pictures are made of the source videos: say "
                    "where they are with --videos DIR.",
                    to_string(rules.references)));
  }
}

ShotPart parse_shot_part(std::string_view text) {
  for (const auto part : {ShotPart::whole, ShotPart::excerpt}) {
    if (text == to_string(part)) return part;
  }
  throw UsageError(fmt::format("--range {}: unknown range.{} Choose from whole, extra.", text,
                               did_you_mean(std::string(text), {"whole", "extra"})));
}

std::string_view to_string(ShotPart part) {
  return part == ShotPart::whole ? "whole" : "extra";
}

}  // namespace asbench::loaders
