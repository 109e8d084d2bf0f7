#include "reports/agreement/rated_stories.h"

#include <map>
#include <utility>

#include "core/stats.h"

namespace asbench::reports {

std::vector<RatedStory> rated_stories(std::span<const document::Result> results,
                                      std::span<const Rating> ratings, const std::string& metric,
                                      const std::string& dimension) {
  std::map<std::pair<std::string, std::string>, std::vector<double>> units;
  for (const Rating& rating : ratings) {
    if (rating.dimension == dimension) units[{rating.system, rating.story}].push_back(rating.value);
  }
  std::vector<RatedStory> stories;
  for (const auto& result : results) {
    for (const auto& story : result.stories) {
      const auto unit = units.find({result.system, story.id});
      const auto value = story.metrics.find(metric);
      if (unit == units.end() || value == story.metrics.end() || !value->second.mean) continue;
      stories.push_back(
          {result.system, story.ip, story.id, *value->second.mean, mean(unit->second)});
    }
  }
  return stories;
}

}  // namespace asbench::reports
