#include "metrics/story/check_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/thumbnail.h"

namespace asbench::metrics {

namespace {

[[noreturn]] void refuse(std::string_view metric, const std::string& where,
                         const std::string& what) {
  throw BadInput(fmt::format(
      "{}: {}: {}.\n  The features of a run come from one encoder per role and one frame rule; "
      "extract them again together.",
      metric, where, what));
}

}  // namespace

FeatureChecker::FeatureChecker(const Metric& metric) : metric_(metric.id), needs_(metric.needs) {}

void FeatureChecker::check(const StoryFeatures& story) {
  for (std::size_t s = 0; s < story.shots.size(); ++s) {
    const std::string where =
        fmt::format("story {} shot {}", story.id, story.number_of(static_cast<int>(s)));
    check_captions(story.shots[s], where);
    if (!story.shots[s].missing) check_frames(story.shots[s], where);
  }
  check_references(story);
}

void FeatureChecker::require_width(const std::string& role, const FeatureView& view,
                                   const std::string& where) {
  if (view.empty()) return;
  if (view.rows < 0 || view.cols < 1 || view.data == nullptr) {
    refuse(
        metric_, where,
        fmt::format("{} features [{}, {}] have no data", role_label(role), view.rows, view.cols));
  }
  Width& width = widths_[role];
  if (width.cols == 0) width = {view.cols, where};
  if (view.cols != width.cols) {
    refuse(metric_, where,
           fmt::format("{} features have {} columns, those of {} have {}", role_label(role),
                       view.cols, width.first, width.cols));
  }
}

void FeatureChecker::require_rows(const FeatureView& view, const std::string& name, int& rows,
                                  const std::string& where) const {
  if (view.empty()) refuse(metric_, where, fmt::format("no {} of its sampled frames", name));
  if (rows != 0 && view.rows != rows) {
    refuse(metric_, where,
           fmt::format("{} of {} frames, another view has {}", name, view.rows, rows));
  }
  rows = view.rows;
}

void FeatureChecker::check_captions(const ShotFeatures& shot, const std::string& where) {
  for (const std::string& role : needs_.roles(Modality::caption)) {
    const FeatureView caption = shot.captions.view(role);
    require_width(role, caption, where + ", caption");
    if (caption.rows > 1) {
      refuse(metric_, where, fmt::format("{} caption features, expected at most 1", caption.rows));
    }
  }
}

void FeatureChecker::check_frames(const ShotFeatures& shot, const std::string& where) {
  int rows = 0;
  for (const std::string& role : needs_.roles(Modality::frames)) {
    const FeatureView frames = shot.images.view(role);
    require_rows(frames, role_label(role) + " features", rows, where);
    require_width(role, frames, where);
  }
  if (needs_.has(Modality::subject)) {
    if (shot.subjects.size() != shot.characters.size()) {
      refuse(metric_, where,
             fmt::format("{} subjects of {} characters", shot.subjects.size(),
                         shot.characters.size()));
    }
    for (const CutFrames& subject : shot.subjects)
      check_cut(subject, Modality::subject, shot.sampled_frames, where + ", subject");
  }
  if (needs_.has(Modality::background))
    check_cut(shot.background, Modality::background, shot.sampled_frames, where + ", background");
  if (needs_.has(kPixels, Modality::frames)) check_pixels(shot, rows, where);
  if (needs_.has(kPixels, Modality::every_frame) && (!shot.picture || shot.picture->frames < 1))
    refuse(metric_, where, "no statistics of all its frames");
  if (needs_.has(kPixels, Modality::colour_frames) && (!shot.changes || shot.changes->frames < 1))
    refuse(metric_, where, "no changes between its frames");
  if (needs_.has(Modality::predicted_frames)) {
    const FeatureView& errors = shot.prediction_errors;
    const int predicted = std::max(0, (shot.decodable_frames - 1) / 2);
    if (errors.rows != predicted || (predicted > 0 && errors.cols != 1)) {
      refuse(metric_, where,
             fmt::format("prediction errors [{}, {}] of {} frames, expected [{}, 1]", errors.rows,
                         errors.cols, shot.decodable_frames, predicted));
    }
  }
  for (const std::string& role : needs_.roles(Modality::every_frame)) {
    const FeatureView frames = shot.every_frame.view(role);
    if (frames.empty())
      refuse(metric_, where, fmt::format("no {} features of all its frames", role_label(role)));
    require_width(role, frames, where);
  }
}

void FeatureChecker::check_cut(const CutFrames& cut, Modality modality, int sampled,
                               const std::string& where) {
  if (sampled < 1) refuse(metric_, where, fmt::format("{} sampled frames", sampled));
  int least = 0;
  for (const int place : cut.places) {
    if (place < least || place >= sampled) {
      refuse(metric_, where, fmt::format("sampled frame {} of {} is out of order", place, sampled));
    }
    least = place + 1;
  }
  for (const std::string& role : needs_.roles(modality)) {
    const FeatureView view = cut.frames.view(role);
    if (view.rows != static_cast<int>(cut.places.size())) {
      refuse(metric_, where,
             fmt::format("{} {} features of {} frames", view.rows, role_label(role),
                         cut.places.size()));
    }
    require_width(role, view, where);
  }
}

void FeatureChecker::check_pixels(const ShotFeatures& shot, int rows,
                                  const std::string& where) const {
  require_rows(shot.pixels.cells, "pixel cells", rows, where);
  check_cells(shot.pixels.cells, where);
  if (static_cast<int>(shot.pixels.motion.size()) != rows - 1) {
    refuse(metric_, where,
           fmt::format("{} motion values for {} sampled frames", shot.pixels.motion.size(), rows));
  }
  if (shot.decodable_frames < 1) {
    refuse(metric_, where,
           fmt::format("{} decodable frames, but not missing", shot.decodable_frames));
  }
}

void FeatureChecker::check_cells(const FeatureView& cells, const std::string& where) const {
  if (cells.cols == kCellCount && cells.data != nullptr) return;
  refuse(metric_, where, fmt::format("cells have {} columns, expected {}", cells.cols, kCellCount));
}

void FeatureChecker::check_references(const StoryFeatures& story) {
  for (const CharacterFeatures& character : story.characters) {
    const std::string of =
        character.name.empty() ? "" : fmt::format(" of character {}", character.name);
    check_references(character.references, fmt::format("story {}, references{}", story.id, of));
  }
  const int characters = static_cast<int>(story.characters.size());
  for (const ShotFeatures& shot : story.shots) {
    for (const int place : shot.characters) {
      if (place >= 0 && place < characters) continue;
      refuse(metric_, fmt::format("story {}", story.id),
             fmt::format("a shot shows character {} of {}", place, characters));
    }
  }
}

void FeatureChecker::check_references(const ReferenceFeatures& references,
                                      const std::string& where) {
  int rows = -1;
  const auto same_number = [&](const FeatureView& view) {
    if (rows >= 0 && view.rows != rows) {
      refuse(metric_, where, fmt::format("{} in one view, {} in another", rows, view.rows));
    }
    rows = view.rows;
  };
  for (const auto& [modality, features] :
       {std::pair(Modality::references, &references.straight),
        std::pair(Modality::mirrored_references, &references.mirrored)}) {
    for (const std::string& role : needs_.roles(modality)) {
      const FeatureView view = features->view(role);
      same_number(view);
      require_width(role, view, where);
    }
  }
  if (needs_.has(kPixels, Modality::references)) {
    same_number(references.cells);
    if (!references.cells.empty()) check_cells(references.cells, where);
  }
}

}  // namespace asbench::metrics
