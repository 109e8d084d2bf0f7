#include "metrics/story/recurrence.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/means.h"
#include "metrics/story/chosen_pairs.h"

namespace asbench::metrics {

namespace {

bool shows(const StoryFeatures& story, int shot, int character) {
  const auto& shown = story.shots[static_cast<std::size_t>(shot)].characters;
  return std::count(shown.begin(), shown.end(), character) > 0;
}

/// True when `second` is the next shot after `first` that shows one of its characters.
bool is_next_appearance(const StoryFeatures& story, int first, int second) {
  const auto& shown = story.shots[static_cast<std::size_t>(first)].characters;
  return std::any_of(shown.begin(), shown.end(), [&](int character) {
    if (!shows(story, second, character)) return false;
    for (int shot = first + 1; shot < second; ++shot) {
      if (shows(story, shot, character)) return false;
    }
    return true;
  });
}

StoryValue measure_recurrence(const StoryFeatures& story, const Metric& metric,
                              const MetricSettings& settings) {
  auto chosen = consistency_over(
      story, metric.role(),
      [&](int first, int second) { return is_next_appearance(story, first, second); },
      "no character is seen in two of its shots", settings);
  const auto mean_at = [&](auto&& belongs) {
    std::vector<std::optional<double>> values;
    for (const ShotPair& pair : chosen.pairs) {
      if (belongs(story.number_of(pair.second) - story.number_of(pair.first)))
        values.push_back(pair.counted);
    }
    return mean_of(values);
  };
  chosen.value.parts = {{"next_shot", mean_at([](int distance) { return distance == 1; })},
                        {"after_absence", mean_at([](int distance) { return distance > 1; })}};
  const int count = story.shot_count();
  const int farthest = count < 2 ? 0 : story.number_of(count - 1) - story.number_of(0);
  for (int d = 1; d <= farthest; ++d) {
    chosen.value.by_distance.push_back(mean_at([&](int distance) { return distance == d; }));
  }
  return std::move(chosen.value);
}

}  // namespace

Measure recurrence() {
  Measure info = pair_measure(Modality::frames);
  info.measure = "recurrence";
  info.measure_title = "Likeness of a character to when it was last seen";
  info.formula =
      "Cross-shot consistency over the consecutive appearances of each character: a shot that "
      "shows it and the next one that does. Mean over these pairs of shots. next_shot: of shots "
      "that follow each other; after_absence: with shots between them; by_distance[d]: d shots "
      "apart. Null for a story in which no character is seen twice.";
  info.parts = {"next_shot", "after_absence"};
  info.measure_story = measure_recurrence;
  return info;
}

}  // namespace asbench::metrics
