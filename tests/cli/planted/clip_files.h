#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "tests/cli/planted/frame_changes.h"

// Reads and writes the clips of a system whose files are changed: other pictures, another
// compression, or the same compressed pictures in another file.
namespace asbench::testing {

struct Clip {
  Frames frames;
  double fps = 0.0;
};

/// Every frame of a video. @throws BrokenVideo.
[[nodiscard]] Clip read_clip(const std::filesystem::path& file);

/// Writes a clip as the mini world's own are written (loaders/video/clip_writer.h); makes folders.
void write_clip_as_drawn(const std::filesystem::path& file, const Clip& clip);

/// How x264 compresses.
struct Compression {
  int rate_factor = 23;
  std::string preset = "medium";
};

/// The same, compressed in another way. The ending chooses the container.
/// @throws std::runtime_error with FFmpeg's words.
void write_clip_compressed(const std::filesystem::path& file, const Clip& clip,
                           const Compression& compression);

/// Made-up sound, AAC.
struct Sound {
  double seconds = 2.0;
  int channels = 2;
  int sample_rate = 44'100;
};

/// What a file holds beside its video stream.
struct Packaging {
  std::map<std::string, std::string> metadata = {};  ///< of the file: title, comment, ...
  const Sound* sound = nullptr;                      ///< not owned; nothing: no sound
};
/// Writes the video stream of one file into another file, packet by packet: nothing is compressed
/// again. The ending chooses the container; makes folders.
/// @throws std::runtime_error with FFmpeg's words.
void package_clip(const std::filesystem::path& from, const std::filesystem::path& to,
                  const Packaging& packaging = {});

}  // namespace asbench::testing
