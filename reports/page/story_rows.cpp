#include "reports/page/story_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace asbench::reports {
namespace {

/// The parts of one metric in the stories of one system and in their shots: names, for each story
/// its values in the order of the names, and the same for each of its shots.
class PartRows {
 public:
  explicit PartRows(const std::vector<const document::StoryMetric*>& stories) {
    for (const document::StoryMetric* story : stories) {
      if (story == nullptr) continue;
      add_names(story->parts);
      for (const auto& shot : story->shots) add_names(shot.parts);
    }
    for (const document::StoryMetric* story : stories) {
      stories_.push_back(story == nullptr ? Json() : row(story->parts, kMeanDigits));
      Json shots = Json::array();
      if (story != nullptr) {
        for (const auto& shot : story->shots) shots.push_back(row(shot.parts, kShotDigits));
      }
      shots_.push_back(std::move(shots));
    }
  }
  /// Null when there are none.
  [[nodiscard]] Json json() const {
    if (names_.empty()) return nullptr;
    return {{"names", names_}, {"stories", stories_}, {"shots", shots_}};
  }

 private:
  void add_names(const document::ResultParts& parts) {
    for (const auto& [name, value] : parts) {
      if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
    }
  }
  [[nodiscard]] Json row(const document::ResultParts& parts, int digits) const {
    Json values = Json::array();
    for (const auto& name : names_) {
      const auto found = parts.find(name);
      values.push_back(found == parts.end() ? Json() : number(found->second, digits));
    }
    return values;
  }

  std::vector<std::string> names_;
  Json stories_ = Json::array(), shots_ = Json::array();
};

}  // namespace

Json number(const document::ResultValue& value, int digits) {
  if (!value) return nullptr;
  const double rounded = std::strtod(fmt::format("{:.{}g}", *value, digits).c_str(), nullptr);
  if (rounded == std::floor(rounded) && std::abs(rounded) < 1e9)
    return static_cast<std::int64_t>(rounded);
  return rounded;
}

Json numbers(const std::vector<document::ResultValue>& values, int digits) {
  Json all = Json::array();
  for (const auto& value : values) all.push_back(number(value, digits));
  return all;
}

StoryRows story_rows(const std::vector<const document::StoryMetric*>& stories,
                     document::ResultDirection direction) {
  StoryRows rows{Json::array(), Json::array(), Json::array(), PartRows(stories).json()};
  bool any = false, any_shot = false, any_frame = false;
  for (const document::StoryMetric* values : stories) {
    any = any || values != nullptr;
    rows.means.push_back(values == nullptr ? Json() : number(values->mean, kMeanDigits));
    Json shots = Json::array(), frames = Json::array();
    if (values != nullptr) {
      for (const auto& shot : values->shots) {
        any_shot = true;
        any_frame = any_frame || !shot.frames.empty();
        shots.push_back(number(shot.value, kShotDigits));
        frames.push_back(numbers(shot.frames, kShotDigits));
      }
    }
    rows.shots.push_back(std::move(shots));
    rows.frames.push_back(std::move(frames));
  }
  if (!any) rows.means = nullptr;
  if (!any_shot) rows.shots = nullptr;
  if (!any_frame || direction == document::ResultDirection::none) rows.frames = nullptr;
  return rows;
}

}  // namespace asbench::reports
