#include "loaders/annotations/annotation.h"

#include <fmt/format.h>

#include "loaders/split.h"

namespace asbench::loaders {

Finding to_finding(const AnnotationFinding& finding, std::string_view file,
                   std::string_view video) {
  Finding told{std::string(finding.kind), "", std::nullopt, ""};
  if (finding.segment >= 0) {
    told.story = annotated_story_id(video, finding.segment);
    if (finding.shot > 0) told.shot = finding.shot;
  }
  const std::string label = finding.segment < 0 && !video.empty() ? ip_label(video) : "";
  told.detail = fmt::format("{}{}: {}", label, file, finding.text);
  return told;
}

std::string annotated_story_id(std::string_view video, int segment) {
  return fmt::format("{}/{}", video, segment);
}

}  // namespace asbench::loaders
