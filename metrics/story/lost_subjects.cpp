#include "metrics/story/lost_subjects.h"

#include <fmt/format.h>

#include <cstddef>

namespace asbench::metrics {

void report_lost_subject(const StoryFeatures& story, int index, std::string_view name,
                         const CutFrames& cut, Findings& findings) {
  const int sampled = story.shots[static_cast<std::size_t>(index)].sampled_frames;
  const int lost = sampled - static_cast<int>(cut.places.size());
  if (lost == 0) return;
  findings.push_back(
      {"subject_not_found", story.id, story.number_of(index),
       fmt::format("{}{} of {} sampled frames",
                   name.empty() ? "" : fmt::format("character {}: ", name), lost, sampled)});
}

}  // namespace asbench::metrics
