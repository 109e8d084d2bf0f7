#include "metrics/story/check_features.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/thumbnail.h"

namespace asbench::metrics {

namespace {

[[noreturn]] void refuse(std::string_view metric, const std::string& where,
                         const std::string& what) {
  throw BadInput(fmt::format(
      "{}: {}: {}.\n  The features of a run come from one encoder a role and one frame rule; "
      "extract them again together.",
      metric, where, what));
}

}  // namespace

void FeatureWidth::require(const FeatureView& view, const std::string& where) {
  if (view.empty()) return;
  if (view.rows < 0 || view.cols < 1 || view.data == nullptr) {
    refuse(metric_, where,
           fmt::format("{} features [{}, {}] have no data", encoder_, view.rows, view.cols));
  }
  if (width_ == 0) {
    width_ = view.cols;
    first_ = where;
  }
  if (view.cols != width_) {
    refuse(metric_, where,
           fmt::format("{} features have {} columns, those of {} have {}", encoder_, view.cols,
                       first_, width_));
  }
}

FeatureChecker::FeatureChecker(const MetricInfo& metric)
    : metric_(metric.id),
      needs_(metric.needs),
      clip_(metric.id, "CLIP"),
      dino_(metric.id, "DINO") {}

void FeatureChecker::check(const StoryFeatures& story) {
  for (std::size_t s = 0; s < story.shots.size(); ++s) {
    const std::string where =
        fmt::format("story {} shot {}", story.id, story.number_of(static_cast<int>(s)));
    check_caption(story.shots[s], where);
    if (!story.shots[s].missing) check_frames(story.shots[s], where);
  }
  if (needs_.references) check_references(story);
}

void FeatureChecker::require_rows(const FeatureView& view, const char* name, int& rows,
                                  const std::string& where) const {
  if (view.empty()) refuse(metric_, where, fmt::format("no {} of its sampled frames", name));
  if (rows != 0 && view.rows != rows) {
    refuse(metric_, where,
           fmt::format("{} of {} frames, another view has {}", name, view.rows, rows));
  }
  rows = view.rows;
}

void FeatureChecker::check_caption(const ShotFeatures& shot, const std::string& where) {
  if (!needs_.clip_text) return;
  clip_.require(shot.text, where + ", caption");
  if (shot.text.rows > 1) {
    refuse(metric_, where, fmt::format("{} caption features, expected at most 1", shot.text.rows));
  }
}

void FeatureChecker::check_frames(const ShotFeatures& shot, const std::string& where) {
  int rows = 0;
  if (needs_.clip_image) {
    require_rows(shot.clip, "CLIP features", rows, where);
    clip_.require(shot.clip, where);
  }
  if (needs_.dino) {
    require_rows(shot.dino, "DINO features", rows, where);
    dino_.require(shot.dino, where);
  }
  if (!needs_.pixels) return;
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
  const std::string where = fmt::format("story {}, references", story.id);
  const ReferenceFeatures& references = story.references;
  int rows = -1;
  const auto same_number = [&](const FeatureView& view) {
    if (rows >= 0 && view.rows != rows) {
      refuse(metric_, where, fmt::format("{} in one view, {} in another", rows, view.rows));
    }
    rows = view.rows;
  };
  if (needs_.clip_image) {
    same_number(references.clip);
    clip_.require(references.clip, where);
  }
  if (needs_.mirrored_references) {
    same_number(references.clip_mirrored);
    clip_.require(references.clip_mirrored, where);
  }
  if (needs_.dino) {
    same_number(references.dino);
    dino_.require(references.dino, where);
  }
  if (needs_.pixels) {
    same_number(references.cells);
    if (!references.cells.empty()) check_cells(references.cells, where);
  }
}

}  // namespace asbench::metrics
