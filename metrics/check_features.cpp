#include "metrics/check_features.h"

#include <fmt/format.h>

#include <string>

#include "core/error.h"
#include "core/thumbnail.h"

namespace asbench::metrics {

namespace {

[[noreturn]] void refuse(const MetricInfo& metric, const std::string& where,
                         const std::string& what) {
  throw BadInput(fmt::format(
      "{}: {}: {}. The features handed to this metric don't fit together; extract them again with "
      "one encoder a role and one frame rule.",
      metric.id, where, what));
}

/// One width for everything that one encoder made.
class Width {
 public:
  Width(const MetricInfo& metric, std::string name) : metric_(metric), name_(std::move(name)) {}

  void require(const FeatureView& view, const std::string& where) {
    if (view.empty()) return;
    if (view.rows < 0 || view.cols < 1 || view.data == nullptr) {
      refuse(metric_, where,
             fmt::format("{} features [{}, {}] have no data", name_, view.rows, view.cols));
    }
    if (width_ == 0) {
      width_ = view.cols;
      first_ = where;
    }
    if (view.cols != width_) {
      refuse(metric_, where,
             fmt::format("{} features have {} columns, those of {} have {}", name_, view.cols,
                         first_, width_));
    }
  }

 private:
  const MetricInfo& metric_;
  std::string name_;
  int width_ = 0;
  std::string first_;
};

class Checker {
 public:
  explicit Checker(const MetricInfo& metric)
      : metric_(metric), needs_(metric.needs), clip_(metric, "CLIP"), dino_(metric, "DINO") {}

  void check(const StoryFeatures& story) {
    for (std::size_t s = 0; s < story.shots.size(); ++s) {
      const std::string where = fmt::format("story {} shot {}", story.id, s + 1);
      check_caption(story.shots[s], where);
      if (!story.shots[s].missing) check_frames(story.shots[s], where);
    }
    if (needs_.references) check_references(story);
  }

 private:
  void require_rows(const FeatureView& view, const char* name, int& rows,
                    const std::string& where) const {
    if (view.empty()) refuse(metric_, where, fmt::format("no {} of its sampled frames", name));
    if (rows != 0 && view.rows != rows) {
      refuse(metric_, where,
             fmt::format("{} has {} frames, another view has {}", name, view.rows, rows));
    }
    rows = view.rows;
  }

  void check_caption(const ShotFeatures& shot, const std::string& where) {
    if (!needs_.clip_text) return;
    clip_.require(shot.text, where + ", caption");
    if (shot.text.rows > 1) {
      refuse(metric_, where,
             fmt::format("{} caption features, expected at most 1", shot.text.rows));
    }
  }

  void check_frames(const ShotFeatures& shot, const std::string& where) {
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
      refuse(
          metric_, where,
          fmt::format("{} motion values for {} sampled frames", shot.pixels.motion.size(), rows));
    }
    if (shot.decodable_frames < 1) {
      refuse(metric_, where,
             fmt::format("{} decodable frames, but not missing", shot.decodable_frames));
    }
  }

  void check_cells(const FeatureView& cells, const std::string& where) const {
    if (cells.cols == kCellCount && cells.data != nullptr) return;
    refuse(metric_, where,
           fmt::format("cells have {} columns, expected {}", cells.cols, kCellCount));
  }

  void check_references(const StoryFeatures& story) {
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

  const MetricInfo& metric_;
  const Needs& needs_;
  Width clip_;
  Width dino_;
};

}  // namespace

void check_features(const MetricInfo& metric, std::span<const StoryFeatures> stories) {
  Checker checker(metric);
  for (const StoryFeatures& story : stories) checker.check(story);
}

}  // namespace asbench::metrics
