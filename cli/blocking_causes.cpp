#include "cli/blocking_causes.h"

#include <fmt/format.h>

namespace asbench::cli {

std::string where_of(const Finding& finding) {
  if (finding.story.empty()) return {};
  if (!finding.shot) return fmt::format("story {}: ", finding.story);
  return fmt::format("story {} shot {}: ", finding.story, *finding.shot);
}

std::string blocking_causes(const Findings& findings, const document::InputNeeds& needs,
                            std::size_t most) {
  std::string causes;
  std::size_t count = 0;
  for (const Finding& finding : findings) {
    if (!document::is_blocking(finding.kind, needs) || ++count > most) continue;
    causes += fmt::format("\n  {}{}: {}", where_of(finding), finding.kind, finding.detail);
  }
  if (count > most)
    causes += fmt::format("\n  ... and {} more (asbench inspect lists all)", count - most);
  return causes;
}

}  // namespace asbench::cli
