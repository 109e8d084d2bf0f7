#include "metrics/story/shared_pairs.h"

#include <algorithm>

#include "metrics/story/chosen_pairs.h"

namespace asbench::metrics {

namespace {

bool share_a_character(const ShotFeatures& first, const ShotFeatures& second) {
  return std::any_of(first.characters.begin(), first.characters.end(), [&](int place) {
    return std::count(second.characters.begin(), second.characters.end(), place) > 0;
  });
}

bool share_a_scene(const ShotFeatures& first, const ShotFeatures& second) {
  return !first.scene.empty() && first.scene == second.scene;
}

template <Shared shared>
StoryValue measure(const StoryFeatures& story, const Metric& metric,
                   const MetricSettings& settings) {
  constexpr bool is_character = shared == Shared::character;
  const auto belongs = [&](int first, int second) {
    const ShotFeatures& one = story.shots[static_cast<std::size_t>(first)];
    const ShotFeatures& other = story.shots[static_cast<std::size_t>(second)];
    return is_character ? share_a_character(one, other) : share_a_scene(one, other);
  };
  return consistency_over(story, metric.role(), belongs,
                          is_character ? "no two of its shots show a common character"
                                       : "no two of its shots are set in one scene",
                          settings)
      .value;
}

}  // namespace

Measure shared_consistency(Shared shared) {
  Measure info = pair_measure(Modality::frames);
  if (shared == Shared::character) {
    info.measure = "character_consistency";
    info.measure_title = "Consistency of shots with a common character";
    info.formula =
        "Cross-shot consistency over the pairs of shots that show a common character, as the "
        "split names them. Null for a story without such a pair.";
    info.measure_story = measure<Shared::character>;
  } else {
    info.measure = "scene_consistency";
    info.measure_title = "Consistency of shots in one scene";
    info.formula =
        "Cross-shot consistency over the pairs of shots that are set in one scene, as the split "
        "names them. Null for a story without such a pair.";
    info.measure_story = measure<Shared::scene>;
  }
  return info;
}

}  // namespace asbench::metrics
