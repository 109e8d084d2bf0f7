#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/image.h"

namespace asbench::loaders {

/// What this OpenCV's FFmpeg can write.
struct VideoCodec {
  std::string_view name;    ///< "h264/mp4" or "mjpeg/avi"
  std::string_view ending;  ///< ".mp4" or ".avi"
};

/// H.264 in mp4 where it can be written, else Motion JPEG in avi. Tried once per process, in the
/// folder for temporary files.
/// @throws BadInput when neither can be written there: the disk is full or the folder not writable.
[[nodiscard]] VideoCodec codec_at_hand();

/// Removes the temporary files that killed processes left in the folder and below: the process no
/// longer runs on this machine and the file was not changed for ten minutes. Such files are never
/// read as videos; they only take space.
/// @returns how many. Does nothing if the folder does not exist.
int remove_abandoned_files(const std::filesystem::path& folder);

/// Writes one video. The file gets its final name when finish() has read it back and synced it, so
/// a file of that name is always complete; without finish() nothing remains. Move-only; one thread
/// at a time.
///
/// Equal frames don't always make equal files: the H.264 encoder below OpenCV 4.6 (x264 164)
/// sometimes codes blocks differently, even on one thread, and OpenCV does not expose its options.
/// Nothing may rely on equal bytes of written files.
class ClipWriter {
 public:
  /// @param path  the codec's ending is added if missing; `.mp4` becomes `.avi` where only that can
  /// be written. Folders are created.
  /// @throws BadInput when the file can't be created (folder not writable); UsageError for odd or
  /// impossible sizes.
  ClipWriter(std::filesystem::path path, int width, int height, double frames_per_second);
  ~ClipWriter();
  ClipWriter(ClipWriter&&) noexcept;
  ClipWriter& operator=(ClipWriter&&) noexcept;

  /// @param rgb  3 channels, the writer's size. @throws InternalError for another.
  void write(const Image& rgb);
  /// Closes the file, counts its frames, syncs it, gives it its name. @returns the name.
  /// @throws BadInput when it can't be read back whole: usually the disk is full.
  std::filesystem::path finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace asbench::loaders
