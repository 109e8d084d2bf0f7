#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace asbench::damage {

struct SoundClip {
  std::string codec;  ///< "h264", "hevc", "vp9"
  std::filesystem::path file;
};

/// Writes three clips of each codec with FFmpeg's encoders: 24 frames of 96x64 to 160x96, 5 to 20
/// KB. @throws BadInput when an encoder is missing or fails.
[[nodiscard]] std::vector<SoundClip> make_sound_clips(const std::filesystem::path& folder);

}  // namespace asbench::damage
