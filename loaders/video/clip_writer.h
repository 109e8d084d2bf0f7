#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/image.h"

namespace asbench::loaders {

/// What this FFmpeg can write.
struct VideoCodec {
  std::string_view name;    ///< "h264/mp4" or "mjpeg/avi"
  std::string_view ending;  ///< ".mp4" or ".avi"
};

/// H.264 in mp4 where FFmpeg was built with libx264, else Motion JPEG in avi.
/// @throws BadInput when it has neither.
[[nodiscard]] VideoCodec codec_at_hand();

/// Writes one video. The file gets its final name when finish() has read it back and synced it, so
/// a file of that name is always complete; without finish() nothing remains. Move-only; one thread
/// at a time.
///
/// Equal frames make equal files on one machine, byte for byte, whatever else runs there
/// (video_encoder.h says how). Another version of FFmpeg or x264, or another CPU, may write others.
class ClipWriter {
 public:
  /// @param path  the codec's ending is added if missing; `.mp4` becomes `.avi` where only that can
  /// be written. Folders are created.
  /// @throws BadInput when the file or its folder can't be created; UsageError for odd or
  /// impossible sizes and for frame rates that are not above 0.
  ClipWriter(std::filesystem::path path, int width, int height, double frames_per_second);
  ~ClipWriter();
  ClipWriter(ClipWriter&&) noexcept;
  ClipWriter& operator=(ClipWriter&&) noexcept;

  /// @param rgb  3 channels, the writer's size. @throws InternalError for another; BadInput when
  /// the file can't be written further (disk full), with the system's words.
  void write(const Image& rgb);
  /// Closes the file, counts its frames, syncs it, gives it its name. @returns the name.
  /// @throws BadInput when it can't be written or read back whole: usually the disk is full.
  std::filesystem::path finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace asbench::loaders
