#pragma once

#include <compare>
#include <filesystem>
#include <string>

namespace asbench::loaders {

/// Where one shot's frames lie.
struct ShotSource {
  enum class Kind {
    video_file,    ///< the whole file is the shot
    frame_folder,  ///< a folder of PNG, JPEG or WebP files, in natural order of their names
    video_range    ///< frames [begin_frame, end_frame) of a longer video
  };
  Kind kind = Kind::video_file;
  std::filesystem::path path;
  int begin_frame = 0;  ///< video_range only
  int end_frame = 0;    ///< video_range only, exclusive
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
