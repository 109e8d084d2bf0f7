#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace asbench::baselines {

inline constexpr std::string_view kGenerationRecord = "generation.json";

/// What `generation.json` says about one shot.
struct ShotRecord {
  std::uint64_t seed = 0;
  std::int64_t steps = 0;
  double guidance = 1.0;
  bool given_noise = false;       ///< of --noise
  bool given_last_frame = false;  ///< of --last-frames: what the next shot began with
  bool caption_cut = false;       ///< it has more tokens than the text encoder reads
  double condition_seconds = 0.0;
  std::optional<double> encoding_seconds = {};  ///< of a keyframe
  double denoising_seconds = 0.0;
  double decoding_seconds = 0.0;
};

/// One of the settings of the videos that a folder has already.
/// @returns nothing where it has no record, or one without that setting
/// @throws BadInput for a record that is no JSON
[[nodiscard]] std::optional<Json> recorded_setting(const std::filesystem::path& folder,
                                                   const std::string& key);

/// The record of a folder of generated videos: the settings that all of it has, and shot by shot
/// how it was made. The file is replaced after every shot, so a shot is finished when it is in it.
class GenerationRecord {
 public:
  /// @param settings     what must be equal for shots to be kept
  /// @param adaptations  by IP: of those that the record has too it must be equal; the others' are
  ///        kept, for a folder may be made a few IPs at a time
  /// @throws UsageError when the folder has files and no record, or a record of other settings
  ///         (names the first that differs and both values).
  GenerationRecord(const std::filesystem::path& folder, Json settings,
                   Json adaptations = Json::object());

  /// Writes the file where there is none yet. Makes the folder.
  void begin();
  [[nodiscard]] bool has(std::string_view story, int shot) const;
  /// What is told of this run besides, which may differ from run to run and changes no video: an
  /// entry of `runs`. Takes the place of what was told of it before; written with the next shot or
  /// by finish().
  void describe_run(Json run);
  void finish() const { write(); }
  /// Adds a finished shot and writes the file.
  void add(std::string_view story, int shot, const ShotRecord& record);

 private:
  void write() const;

  std::filesystem::path file_;
  Json json_;
  std::size_t earlier_runs_ = 0;
};

}  // namespace asbench::baselines
