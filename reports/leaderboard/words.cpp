#include "reports/leaderboard/words.h"

#include <fmt/format.h>

namespace asbench::reports {
namespace {

std::string_view by_direction(document::ResultDirection direction, std::string_view higher,
                              std::string_view lower) {
  return direction == document::ResultDirection::higher  ? higher
         : direction == document::ResultDirection::lower ? lower
                                                         : "";
}

}  // namespace

std::string stories_of_ips(int stories, int ips) {
  return fmt::format("{} of {}", counted(stories, "story", "stories"), counted(ips, "IP", "IPs"));
}

std::string fewer_stories(const document::ResultMetric& metric) {
  if (!metric.of_stories) return {};
  return fmt::format("{} of {}", metric.n_stories, counted(*metric.of_stories, "story", "stories"));
}

const std::string& title_of(const document::MetricDescription& description, const std::string& id) {
  return description.title.empty() ? id : description.title;
}

std::string_view arrow(document::ResultDirection direction) {
  return by_direction(direction, " ↑", " ↓");
}

std::string_view plain_arrow(document::ResultDirection direction) {
  return by_direction(direction, " ^", " v");
}

}  // namespace asbench::reports
