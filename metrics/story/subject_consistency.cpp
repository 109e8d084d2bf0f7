#include "metrics/story/subject_consistency.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/chosen_pairs.h"
#include "metrics/story/lost_subjects.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

using MeanVector = std::vector<double>;

/// (1 / k) times the sum of the unit vectors of the frames in which the subject was found.
MeanVector mean_vector(const CutFrames& cut, int sampled, std::string_view role) {
  MeanVector mean;
  const auto found = mean_unit_vector(cut.frames.units(role));
  if (!found) return mean;
  mean = *found;
  const double share = static_cast<double>(cut.places.size()) / static_cast<double>(sampled);
  for (double& value : mean) value *= share;
  return mean;
}

/// 0 with a shot in which nothing was found.
double consistency_of(const MeanVector& first, const MeanVector& second) {
  return first.empty() || second.empty() ? 0.0 : dot(first, second);
}

/// What is compared of a shot: a mean vector for each character, or one for the background.
using ShotVectors = std::map<int, MeanVector>;
constexpr int kBackground = -1;

struct Measured {
  std::vector<Outcome> outcomes;
  std::vector<ShotVectors> vectors;
  Findings findings;
};

template <CutPart part>
std::vector<std::pair<int, const CutFrames*>> cuts_of(const ShotFeatures& shot) {
  std::vector<std::pair<int, const CutFrames*>> cuts;
  if constexpr (part == CutPart::background) {
    cuts.emplace_back(kBackground, &shot.background);
  } else {
    for (const int character : shot.characters)
      cuts.emplace_back(character, &shot.subject_of(character));
  }
  return cuts;
}

template <CutPart part>
Measured measure_shots(const StoryFeatures& story, std::string_view role) {
  Measured measured;
  for (int index = 0; index < story.shot_count(); ++index) {
    const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
    measured.outcomes.push_back(shot.missing ? Outcome::failed : Outcome::scored);
    auto& vectors = measured.vectors.emplace_back();
    if (shot.missing) continue;
    for (const auto& [character, cut] : cuts_of<part>(shot)) {
      if (auto bad = bad_frames(story, index, cut->frames.units(role), cut->places)) {
        measured.outcomes.back() = Outcome::failed;
        measured.findings.insert(measured.findings.end(), bad->findings.begin(),
                                 bad->findings.end());
        break;
      }
      report_lost_subject(story, index, character < 0 ? "" : story.character(character).name, *cut,
                          measured.findings);
      vectors.emplace(character, mean_vector(*cut, shot.sampled_frames, role));
    }
  }
  return measured;
}

/// Characters that both shots are to show, or the background of both.
template <CutPart part>
std::vector<int> common_parts(const StoryFeatures& story, int first, int second, bool has_scenes) {
  const ShotFeatures& one = story.shots[static_cast<std::size_t>(first)];
  const ShotFeatures& other = story.shots[static_cast<std::size_t>(second)];
  std::vector<int> common;
  if constexpr (part == CutPart::background) {
    if (!has_scenes || (!one.scene.empty() && one.scene == other.scene))
      common.push_back(kBackground);
  } else {
    for (const int character : one.characters) {
      if (std::count(other.characters.begin(), other.characters.end(), character) > 0)
        common.push_back(character);
    }
  }
  return common;
}

template <CutPart part>
StoryValue measure(const StoryFeatures& story, const Metric& metric,
                   const MetricSettings& settings) {
  const bool has_scenes = std::any_of(story.shots.begin(), story.shots.end(),
                                      [](const auto& shot) { return !shot.scene.empty(); });
  const auto common = [&](int first, int second) {
    return common_parts<part>(story, first, second, has_scenes);
  };
  const Measured measured = measure_shots<part>(story, metric.role());
  std::vector<ShotPair> pairs = pairs_of(measured.outcomes);
  for (ShotPair& pair : pairs) {
    const auto parts = common(pair.first, pair.second);
    if (pair.outcome != Outcome::scored || parts.empty()) continue;
    double sum = 0.0;
    for (const int place : parts) {
      sum += consistency_of(measured.vectors[static_cast<std::size_t>(pair.first)].at(place),
                            measured.vectors[static_cast<std::size_t>(pair.second)].at(place));
    }
    pair.value = sum / static_cast<double>(parts.size());
  }
  auto chosen = mean_over(
      story, pairs, [&](int first, int second) { return !common(first, second).empty(); },
      part == CutPart::background ? "no two of its shots are set in one scene"
                                  : "no two of its shots show a common character",
      settings);
  if (!chosen.pairs.empty()) {
    chosen.value.findings.insert(chosen.value.findings.begin(), measured.findings.begin(),
                                 measured.findings.end());
  }
  return std::move(chosen.value);
}

}  // namespace

Measure part_consistency(CutPart part) {
  Measure info = pair_measure(part == CutPart::subject ? Modality::subject : Modality::background);
  if (part == CutPart::subject) {
    info.measure = "subject_consistency";
    info.measure_title = "Consistency of the subject";
    info.formula =
        "Cross-shot consistency of frames that are cut to a character by masks or boxes, over the "
        "pairs of shots that show a common character, mean over the common ones. A frame in which "
        "it was not found counts as a zero vector. Null for a story without such a pair.";
    info.measure_story = measure<CutPart::subject>;
  } else {
    info.measure = "background_consistency";
    info.measure_title = "Consistency of the background";
    info.formula =
        "Cross-shot consistency of frames out of which the shot's characters were taken (masks or "
        "boxes, filled with the encoder's mean colour), over the pairs of shots in one scene, or "
        "over all pairs of a story without scenes. A frame in which a character was not found "
        "counts as a zero vector.";
    info.measure_story = measure<CutPart::background>;
  }
  return info;
}

}  // namespace asbench::metrics
