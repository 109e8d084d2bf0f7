#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "features/extraction_plan.h"

namespace asbench::features {

/// One piece of work for a decode thread: a reference picture, or clips that are decoded together.
struct DecodeTask {
  std::optional<std::size_t> reference;  ///< index in the plan's references
  std::vector<std::size_t> clips;        ///< ids; all of one use
};

/// Who does what: in which order clips are taken, which are decoded together, which clip stands for
/// which other one, and which store keys are being computed already. Decodes nothing, reads no
/// store. Thread-safe.
class Schedule {
 public:
  /// @param plan  must outlive the schedule
  explicit Schedule(const ExtractionPlan& plan);
  explicit Schedule(ExtractionPlan&&) = delete;

  /// The next task; each is given out once. References come first, then clips by use (shots,
  /// ceiling, reference set) in the plan's order. Ranges of one long video with one use are one
  /// task. @returns nothing when all have been given out.
  [[nodiscard]] std::optional<DecodeTask> next();

  /// What is known of the clip, from before the run or from learn(). Clips may name one file.
  [[nodiscard]] std::optional<KnownClip> known(std::size_t clip) const;
  /// @param stamp  KnownClips::stamp_of(), taken before the file was read
  void learn(std::size_t clip, KnownClip found, std::string stamp);

  /// Tells the content of a clip. @returns the clip that stands for it (same content, at least as
  /// much is computed of it); nothing when this one has to be looked at itself, as a clip with
  /// views always is.
  [[nodiscard]] std::optional<std::size_t> stand_in(std::size_t clip,
                                                    const std::string& content_sha256);
  /// The clip whose outcome is this clip's: its stand-in, or itself.
  [[nodiscard]] std::size_t represented_by(std::size_t clip) const;

  /// True once for each key: the caller then computes its value.
  [[nodiscard]] bool claim(const std::string& key);

 private:
  const std::vector<ClipRequest>& clips_;
  const KnownClips& known_before_;
  const bool reference_set_apart_;
  const std::vector<DecodeTask> tasks_;

  mutable std::mutex mutex_;
  std::size_t next_ = 0;
  KnownClips learnt_;
  std::unordered_map<std::string, std::size_t> first_with_;  ///< content -> clip
  std::unordered_map<std::size_t, std::size_t> stand_ins_;   ///< clip -> the one that stands for it
  std::unordered_set<std::string> claimed_;
};

}  // namespace asbench::features
