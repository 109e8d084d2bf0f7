#include "reports/comparison/shared_shots.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <utility>

namespace asbench::reports {

std::string SharedShot::name() const {
  return fmt::format("{} shot {}", story->id, base->number);
}

std::vector<SharedShot> shared_shots(const document::Result& base,
                                     const document::Result& candidate) {
  std::map<std::pair<std::string_view, int>, const document::ResultShot*> theirs;
  for (const auto& story : candidate.stories) {
    for (const auto& shot : story.shots) theirs[{story.id, shot.number}] = &shot;
  }
  std::vector<SharedShot> shared;
  for (const auto& story : base.stories) {
    for (const auto& shot : story.shots) {
      const auto other = theirs.find({story.id, shot.number});
      if (other != theirs.end()) shared.push_back({&story, &shot, other->second});
    }
  }
  return shared;
}

}  // namespace asbench::reports
