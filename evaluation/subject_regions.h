#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/finding.h"
#include "features/frame_view.h"
#include "loaders/masks/subject_roster.h"
#include "loaders/split.h"
#include "metrics/need.h"

// Masks or boxes of a system's subjects, as a run uses them.
namespace asbench::evaluation {

/// What a shot is to show, each once, in the shot's order: the story's characters by their ids, or
/// the IP.
[[nodiscard]] std::vector<std::string> shown_characters(const loaders::Story& story,
                                                        const loaders::Shot& shot);

/// Where masks or boxes come from: of both one is given.
struct RegionFiles {
  std::optional<std::filesystem::path> masks = {};  ///< a folder
  std::optional<std::filesystem::path> boxes = {};  ///< a table
};

/// A shot's clip as it was sampled.
struct SampledShot {
  const loaders::Shot* shot = nullptr;
  std::span<const int> frames;  ///< of the clip, ascending; repeats count once
  int width = 0;                ///< of them
  int height = 0;
};

/// The masks or boxes of a run: where the subjects of its shots are. Copies share what was read.
/// Thread-safe.
class SubjectRegions {
 public:
  /// @param roster  whose masks and boxes may be given: of the whole split, prologues included, so
  ///   that neither strangers nor the hash depend on what a run selects
  /// @param split   the part that is scored
  /// @throws UsageError when both are given; BadInput when nothing is given for a shot of `split`;
  ///   as loaders/masks/mask_source.h and box_source.h.
  SubjectRegions(const RegionFiles& files, loaders::SubjectRoster roster,
                 const loaders::Split& split);

  /// A subject view for each of shown_characters(), where a metric cuts to subjects, then the
  /// background view, where one takes them out. They refuse a clip of n frames for which frames 1
  /// to n are given and 0 is not: such numbers count from 1, and every mask would be one frame
  /// late.
  [[nodiscard]] std::vector<features::FrameView> views_of(const loaders::Story& story,
                                                          const loaders::Shot& shot,
                                                          const metrics::Needs& needs) const;
  /// `frame_beyond_clip`, when something is given for frames that a shot's clip doesn't have.
  [[nodiscard]] std::optional<Finding> beyond_clip(const std::string& story, int shot,
                                                   int frame_count) const;
  /// "masks" or "boxes": the name of the signature's field.
  [[nodiscard]] const std::string& kind() const { return kind_; }
  /// Over everything that was given for the whole split's shots.
  [[nodiscard]] const std::string& sha256() const { return sha256_; }
  /// `mask_scaled` for each character of a story that has masks of another size than the sampled
  /// frames, with their number. It does not depend on what a feature store holds.
  [[nodiscard]] Findings scaled_masks(const loaders::Story& story,
                                      std::span<const SampledShot> shots) const;
  /// What was given for subjects that the split doesn't have.
  [[nodiscard]] const Findings& findings() const { return findings_; }

 private:
  using Finder = std::function<std::optional<features::Region>(const std::string& story, int shot,
                                                               const std::string& character,
                                                               int frame, int width, int height)>;
  /// A source's answers. @tparam Source  MaskSource or BoxSource
  template <typename Source>
  void take(std::shared_ptr<const Source> source, const std::string& name,
            const loaders::Split& split);

  Finder find_;
  std::function<std::vector<int>(const std::string& story, int shot)> frames_of_;
  /// Width and height of a mask as it was given; empty with boxes.
  std::function<std::optional<std::pair<int, int>>(const std::string& story, int shot,
                                                   const std::string& character, int frame)>
      size_of_mask_;
  std::string kind_;
  std::string sha256_;
  Findings findings_;
};

}  // namespace asbench::evaluation
