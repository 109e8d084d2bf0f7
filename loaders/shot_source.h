#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>

namespace asbench::loaders {

/// Where one shot's frames lie.
struct ShotSource {
  enum class Kind {
    video_file,     ///< the whole file is the shot
    frame_folder,   ///< a folder of PNG, JPEG or WebP files, in natural order of their names
    video_range,    ///< frames [begin_frame, end_frame) of a longer video
    video_part,     ///< one of `parts` equal parts of a longer video
    video_detected  ///< one of `parts` shots between the strongest cuts of a longer video
  };
  Kind kind = Kind::video_file;
  std::filesystem::path path;
  int begin_frame = 0;  ///< video_range only
  int end_frame = 0;    ///< video_range only, exclusive
  int part = 0;         ///< video_part and video_detected only, from 0
  int parts = 0;        ///< video_part and video_detected only

  /// Several shots may be cut from the video, which is then decoded once for all of them.
  [[nodiscard]] bool is_cut() const { return kind == Kind::video_range || is_part(); }
  /// Which frames it has is known from the whole video only.
  [[nodiscard]] bool is_part() const {
    return kind == Kind::video_part || kind == Kind::video_detected;
  }
  /// What tells a shot between detected cuts from an equal part in texts that name sources.
  [[nodiscard]] const char* mark() const { return kind == Kind::video_detected ? " detected" : ""; }
  /// The source as a range of a video of that many frames: part k of n has the frames from
  /// floor(k frames / n) on and before floor((k + 1) frames / n). Parts differ by one frame at most
  /// and leave none out. Other sources stay as they are.
  [[nodiscard]] ShotSource in_video_of(int frames) const {
    if (kind != Kind::video_part || parts < 1) return *this;
    const auto begin_of = [&](std::int64_t k) { return static_cast<int>(k * frames / parts); };
    return {.kind = Kind::video_range,
            .path = path,
            .begin_frame = begin_of(part),
            .end_frame = begin_of(part + 1)};
  }
  bool operator==(const ShotSource&) const = default;
};

/// Names one shot of a split. Sorts by story id (bytes), then number.
struct ShotKey {
  std::string story;
  int shot = 1;  ///< 1-based
  // clang-tidy 14 takes the 0 that a defaulted <=> is compared with for a null pointer.
  auto operator<=>(const ShotKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

}  // namespace asbench::loaders
