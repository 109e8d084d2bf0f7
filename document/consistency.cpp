#include "document/consistency.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/means.h"
#include "document/signature.h"

namespace asbench::document {
namespace {

constexpr double kSameMean = 1e-12;  ///< written digits read back exactly; absorbs other orders
constexpr std::string_view kOverStories = "story>system";
constexpr std::string_view kOverShots = "shot>story>system";

/// Whether stories are means of shots: "frame>shot>story>system", not "pair>story>system".
bool over_shots(const std::string& aggregation) {
  return aggregation == kOverShots || aggregation.ends_with(fmt::format(">{}", kOverShots));
}

std::string in_digits(const ResultValue& value) {
  return value ? fmt::format("{}", *value) : "null";
}

/// One metric with its values of stories.
class MetricCheck {
 public:
  MetricCheck(const Result& result, const ResultMetric& metric)
      : result_(result),
        metric_(metric),
        aggregation_(Signature::parse(metric.signature).aggregation) {
    for (std::size_t s = 0; s < result.stories.size(); ++s) {
      const auto found = result.stories[s].metrics.find(metric.id);
      if (found != result.stories[s].metrics.end()) rows_.push_back({s, &found->second});
    }
  }

  void run() const {
    if (!aggregation_.ends_with(kOverStories)) return;
    const bool shots = over_shots(aggregation_) && !failed_shots_are_unknown();
    if (shots) check_stories();
    check_system();
    check_by_ip();
    check_by_distance();
    check_parts();
    if (!over_shots(aggregation_)) return;
    if (shots) check_by_shot();
    check_counts();
  }

 private:
  struct Row {
    std::size_t story = 0;
    const StoryMetric* values = nullptr;
  };

  [[noreturn]] void fail(const std::string& place, const std::string& stated,
                         const std::string& found, std::string_view source) const {
    throw BadInput(
        fmt::format("{}: {}: the document states {} and {} give {}, so it was changed after it was "
                    "written\n  Score the system again: `asbench score` writes sound documents.",
                    result_.where, place, stated, source, found));
  }

  void same(const std::string& place, const ResultValue& stated, const ResultValue& found,
            std::string_view source) const {
    if (!stated && !found) return;
    if (stated && found &&
        std::abs(*stated - *found) <= kSameMean * std::max(1.0, std::abs(*stated)))
      return;
    fail(place, in_digits(stated), in_digits(found), source);
  }
  void same(const std::string& place, int stated, int found, std::string_view source) const {
    if (stated != found) fail(place, fmt::format("{}", stated), fmt::format("{}", found), source);
  }

  [[nodiscard]] std::string place(std::string_view name) const {
    return fmt::format("/metrics/{}/{}", metric_.id, name);
  }

  static ResultValue counted(const ShotValue& shot) {
    return shot.counted ? shot.counted : shot.value;
  }

  /// Documents that were written under `zero` before ShotValue::counted existed.
  [[nodiscard]] bool failed_shots_are_unknown() const {
    if (result_.coverage.policy != "zero" || metric_.direction == ResultDirection::none)
      return false;
    bool beyond = metric_.n_failed > 0;
    for (const Row& row : rows_) {
      for (const ShotValue& shot : row.values->shots) {
        if (shot.counted) return false;
        beyond = beyond || (shot.value && (*shot.value < 0.0 || *shot.value > 1.0));
      }
    }
    return beyond;
  }

  void check_stories() const {
    constexpr std::string_view kSource = "the story's shots";
    for (const auto& [s, values] : rows_) {
      if (values->shots.empty()) continue;
      const std::string here = fmt::format("/stories/{}/metrics/{}", s, metric_.id);
      std::vector<ResultValue> all;
      std::vector<double> there;
      for (const ShotValue& shot : values->shots) {
        all.push_back(counted(shot));
        if (all.back()) there.push_back(*all.back());
      }
      same(here + "/mean", values->mean, mean_of(all), kSource);
      if (!values->has_harmeanp) continue;
      ResultValue harmeanp;
      if (!there.empty()) {
        harmeanp = metric_.direction == ResultDirection::lower ? harmeanp_of_distances(there)
                                                               : harmeanp_of_similarities(there);
      }
      same(here + "/harmeanp", values->harmeanp, harmeanp, kSource);
    }
  }

  void check_system() const {
    RunningMean mean;
    RunningMean harmeanp;
    for (const auto& [s, values] : rows_) {
      mean.add(values->mean);
      harmeanp.add(values->harmeanp);
    }
    same(place("mean"), metric_.mean, mean.value(), kStories);
    same(place("n_stories"), metric_.n_stories, mean.count(), kStories);
    if (metric_.has_harmeanp) same(place("harmeanp"), metric_.harmeanp, harmeanp.value(), kStories);
    if (metric_.of_stories)
      same(place("of_stories"), *metric_.of_stories, result_.split.stories, "the split's stories");
  }

  void check_by_ip() const {
    if (!metric_.has_ips) return;
    std::map<std::string_view, RunningMean> by_ip;
    for (const auto& [s, values] : rows_) by_ip[result_.stories[s].ip].add(values->mean);
    for (const auto& [ip, mean] : by_ip) {
      const auto stated = metric_.ips.find(ip);
      const std::string here = place(fmt::format("ips/{}", ip));
      if (stated == metric_.ips.end()) fail(here, "nothing", in_digits(mean.value()), kStories);
      same(here, stated->second, mean.value(), kStories);
    }
    for (const auto& [ip, stated] : metric_.ips) {
      if (!by_ip.contains(ip)) same(place(fmt::format("ips/{}", ip)), stated, {}, kStories);
    }
  }

  void check_by_distance() const {
    std::map<int, RunningMean> found;
    for (const auto& [s, values] : rows_) {
      for (const DistanceValue& entry : values->by_distance) found[entry.distance].add(entry.value);
    }
    if (found.empty()) return;
    for (const DistanceValue& stated : metric_.by_distance) {
      const RunningMean& mean = found[stated.distance];
      const std::string here = place(fmt::format("by_distance (distance {})", stated.distance));
      same(here, stated.value, mean.value(), kStories);
      if (stated.n_stories) same(here + "/n_stories", *stated.n_stories, mean.count(), kStories);
    }
  }

  void check_parts() const {
    for (const auto& [name, stated] : metric_.parts) {
      RunningMean mean;
      bool any = false;
      for (const auto& [s, values] : rows_) {
        const auto found = values->parts.find(name);
        if (found == values->parts.end()) continue;
        any = true;
        mean.add(found->second);
      }
      if (any) same(place(name), stated, mean.value(), kStories);
    }
  }

  void check_by_shot() const {
    if (metric_.per_shot_index.empty()) return;
    std::vector<RunningMean> columns(metric_.per_shot_index.size());
    for (const auto& [s, values] : rows_) {
      const auto& listed = result_.stories[s].shots;
      for (std::size_t i = 0; i < values->shots.size(); ++i) {
        const auto column = static_cast<std::size_t>(
            listed.size() == values->shots.size()
                ? static_cast<std::size_t>(std::max(listed[i].number, 1)) - 1
                : i);
        if (column < columns.size()) columns[column].add(counted(values->shots[i]));
      }
    }
    for (std::size_t j = 0; j < columns.size(); ++j) {
      same(place(fmt::format("per_shot_index/{}", j)), metric_.per_shot_index[j],
           columns[j].value(), "the stories' shots");
    }
  }

  /// Where every story lists its shots' values, or has none.
  void check_counts() const {
    int evaluated = 0;
    int expected = 0;
    for (const auto& [s, values] : rows_) {
      if (values->shots.empty() && values->mean) return;
      if (result_.stories[s].shots.empty()) return;
      expected += static_cast<int>(result_.stories[s].shots.size());
      for (const ShotValue& shot : values->shots) evaluated += shot.value ? 1 : 0;
    }
    constexpr std::string_view kSource = "the stories' shots";
    same(place("n_evaluated"), metric_.n_evaluated, evaluated, kSource);
    same(place("n_evaluated + n_failed + n_skipped"),
         metric_.n_evaluated + metric_.n_failed + metric_.n_skipped, expected, kSource);
  }

  static constexpr std::string_view kStories = "its stories";
  const Result& result_;
  const ResultMetric& metric_;
  std::string aggregation_;
  std::vector<Row> rows_;
};

void require_counts(const Result& result) {
  int listed = 0;
  int scored = 0;
  bool all_listed = !result.stories.empty();
  std::set<std::string_view> ips;
  for (const ResultStory& story : result.stories) {
    all_listed = all_listed && !story.shots.empty();
    ips.insert(story.ip);
    for (const ResultShot& shot : story.shots) {
      ++listed;
      scored += shot.sha256.empty() && shot.frames.empty() ? 0 : 1;
    }
  }
  const auto refuse = [&](std::string_view place, int stated, int found) {
    throw BadInput(
        fmt::format("{}: {}: the document states {} and its stories give {}, so it was changed "
                    "after it was written\n  Score the system again: `asbench score` writes sound "
                    "documents.",
                    result.where, place, stated, found));
  };
  const auto stories = static_cast<int>(result.stories.size());
  if (result.split.stories < stories) refuse("/split/stories", result.split.stories, stories);
  if (result.split.ips < static_cast<int>(ips.size()))
    refuse("/split/ips", result.split.ips, static_cast<int>(ips.size()));
  if (result.coverage.expected_shots < listed)
    refuse("/coverage/expected_shots", result.coverage.expected_shots, listed);
  if (all_listed && result.coverage.scored_shots != scored)
    refuse("/coverage/scored_shots", result.coverage.scored_shots, scored);
}

}  // namespace

void require_consistent(const Result& result) {
  if (result.kind == ResultKind::reported) return;
  require_counts(result);
  for (const ResultMetric& metric : result.metrics) MetricCheck(result, metric).run();
}

std::vector<std::string> without_stories(const Result& result) {
  std::vector<std::string> ids;
  for (const ResultMetric& metric : result.metrics) {
    const bool any =
        std::any_of(result.stories.begin(), result.stories.end(),
                    [&](const auto& story) { return story.metrics.contains(metric.id); });
    if (metric.mean && !any) ids.push_back(metric.id);
  }
  return ids;
}

}  // namespace asbench::document
