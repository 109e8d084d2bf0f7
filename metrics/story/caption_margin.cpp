#include "metrics/story/caption_margin.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/story/reference_adherence.h"
#include "metrics/story/text_alignment.h"

namespace asbench::metrics {

namespace {

constexpr double kLowestMargin = -2.0;  // own caption -1, all others +1

struct Captioned {
  std::vector<ShotOutcome> outcomes;    // one a shot
  std::vector<int> captions;            // shots whose caption is usable, ascending
  std::vector<const UnitRows*> frames;  // one per shot; null unless scored
};

Captioned prepare(const StoryFeatures& story, std::string_view role) {
  Captioned result;
  for (int i = 0; i < static_cast<int>(story.shots.size()); ++i) {
    const ShotFeatures& shot = story.shots[static_cast<std::size_t>(i)];
    result.frames.push_back(nullptr);
    const UnitRows& text = shot.caption(role);
    if (auto problem = caption_problem(story, i, text)) {
      result.outcomes.push_back(std::move(*problem));
      continue;
    }
    result.captions.push_back(i);
    if (shot.missing) {
      result.outcomes.push_back(missing_shot());
      continue;
    }
    const UnitRows& frames = shot.frames(role);
    if (auto bad = bad_frames(story, i, frames)) {
      result.outcomes.push_back(std::move(*bad));
      continue;
    }
    result.outcomes.emplace_back();
    result.frames.back() = &frames;
  }
  return result;
}

UnitRows caption_rows(const StoryFeatures& story, std::string_view role,
                      const std::vector<int>& shots) {
  UnitRows rows;
  for (const int shot : shots) {
    const UnitRows& text = story.shots[static_cast<std::size_t>(shot)].caption(role);
    rows.rows.cols = text.rows.cols;
    ++rows.rows.rows;
    rows.rows.values.insert(rows.rows.values.end(), text.rows.values.begin(),
                            text.rows.values.end());
  }
  return rows;
}

/// T of some shots against some captions: each entry the mean of the frames' cosines.
Matrix alignment_of(const StoryFeatures& story, const std::vector<int>& shots,
                    const std::vector<int>& captions, const std::vector<const UnitRows*>& frames,
                    std::string_view role) {
  const UnitRows texts = caption_rows(story, role, captions);
  Matrix alignment(static_cast<int>(shots.size()), static_cast<int>(captions.size()));
  for (int s = 0; s < alignment.rows; ++s) {
    const auto shot = static_cast<std::size_t>(shots[static_cast<std::size_t>(s)]);
    const Matrix cosines = cosine_matrix(*frames[shot], texts);
    for (int t = 0; t < alignment.cols; ++t) {
      double sum = 0.0;
      for (int i = 0; i < cosines.rows; ++i) sum += cosines(i, t);
      alignment(s, t) = sum / cosines.rows;
    }
  }
  return alignment;
}

/// Nothing to compare: every shot that could have been scored becomes null by rule.
StoryValue without_margin(const StoryFeatures& story, Captioned prepared, bool captions_lack,
                          const MetricSettings& settings) {
  for (ShotOutcome& outcome : prepared.outcomes) {
    if (outcome.outcome == Outcome::scored ||
        (outcome.outcome == Outcome::failed && prepared.captions.size() < 2)) {
      outcome.outcome = Outcome::skipped;
    }
  }
  StoryValue result = story_over_shots(story, std::move(prepared.outcomes), kUndirected, settings);
  if (story.shots.empty()) return result;
  result.findings.back() = story_finding(
      story, captions_lack ? "missing_caption" : "single_shot",
      fmt::format("fewer than two of its {} shots can be compared with each other's captions",
                  story.shots.size()));
  return result;
}

StoryValue measure_margin(const StoryFeatures& story, const Metric& metric,
                          const MetricSettings& settings) {
  Captioned prepared = prepare(story, metric.role());
  std::vector<int> scored;
  for (const int shot : prepared.captions) {
    if (prepared.outcomes[static_cast<std::size_t>(shot)].outcome == Outcome::scored) {
      scored.push_back(shot);
    }
  }
  const bool captions_lack = story.shots.size() >= 2 && prepared.captions.size() < 2;
  const bool failed = scored.size() < prepared.captions.size();
  const bool lowest = failed && settings.missing == MissingPolicy::zero;
  if (prepared.captions.size() < 2 || (scored.size() < 2 && !lowest)) {
    return without_margin(story, std::move(prepared), captions_lack, settings);
  }
  // Under `zero` a failed shot's caption still stands beside the others' shots; under `exclude`
  // both have left the story.
  const std::vector<int>& captions = lowest ? prepared.captions : scored;
  const Matrix alignment = alignment_of(story, scored, captions, prepared.frames, metric.role());
  for (int s = 0; s < alignment.rows; ++s) {
    const int shot = scored[static_cast<std::size_t>(s)];
    const auto own = std::lower_bound(captions.begin(), captions.end(), shot) - captions.begin();
    prepared.outcomes[static_cast<std::size_t>(shot)].shot.value =
        alignment_margin_of_shot(alignment.row(s), static_cast<std::size_t>(own));
  }
  StoryValue result = story_over_shots(story, std::move(prepared.outcomes), kUndirected, settings);
  result.value = lowest ? kLowestMargin : alignment_margin(alignment);
  if (lowest) {
    for (const int shot : prepared.captions) {
      result.shots[static_cast<std::size_t>(shot)].counted = kLowestMargin;
    }
    std::erase_if(result.findings,
                  [](const Finding& finding) { return finding.kind == "no_scored_shots"; });
  }
  return result;
}

}  // namespace

Measure caption_margin() {
  Measure info;
  info.measure = "caption_margin";
  info.measure_title = "Own caption against the story's others";
  info.family = "text";
  info.direction = Direction::higher;
  info.range_low = -2.0;
  info.range_high = 2.0;
  info.formula =
      "T(s, t) = mean {roles} cosine of shot s's frames with caption t. Value: mean over shots of "
      "[T(s, s) - mean over the other captions of T(s, t)]. Identical shots give exactly 0; a "
      "failed shot makes its story -2 under `zero`.";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::caption};
  info.measure_story = measure_margin;
  return info;
}

// Note [Exactly 0 for identical shots]
// Summed shot by shot, S equal rows leave a rest of the order of 1e-17: the sums of the same
// numbers are taken in different orders. Summed pair by pair, [T(s,s) - T(t,s)] + [T(t,t) -
// T(s,t)], equal rows cancel term by term, and the total is the same: every T(s,s) occurs in S - 1
// pairs, every T(s,t) in one. (Equal shots have bit-equal rows: each row comes from a product of
// the same shape and values.)
double alignment_margin(const Matrix& alignment) {
  double sum = 0.0;
  for (int s = 0; s < alignment.rows; ++s) {
    for (int t = s + 1; t < alignment.rows; ++t) {
      sum += (alignment(s, s) - alignment(t, s)) + (alignment(t, t) - alignment(s, t));
    }
  }
  return sum / (static_cast<double>(alignment.rows) * (alignment.rows - 1));
}

double alignment_margin_of_shot(std::span<const double> row, std::size_t own) {
  double others = 0.0;
  for (std::size_t t = 0; t < row.size(); ++t) {
    if (t != own) others += row[t];
  }
  return row[own] - others / static_cast<double>(row.size() - 1);
}

}  // namespace asbench::metrics
