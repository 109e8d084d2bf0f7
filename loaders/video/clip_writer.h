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
/// @throws BadInput when neither can be written there: the folder is full or forbidden.
[[nodiscard]] VideoCodec codec_at_hand();

/// Removes what writers of killed processes left under temporary names in the folder and below:
/// their process doesn't run here and the file was not touched for ten minutes. Such files are
/// never taken for videos; they only lie about.
/// @returns how many. Does nothing for a folder that is not there.
int remove_abandoned_files(const std::filesystem::path& folder);

/// Writes one video. It gets its name when finish() has read it back and synced it, so a file of
/// that name is always whole; without finish() nothing stays. Move-only; one thread at a time.
///
/// Equal frames don't always make equal files: the H.264 encoder below OpenCV 4.6 (x264 164) now
/// and then codes some blocks in another way, on one thread too and with its options out of our
/// reach. Nothing may rely on the bytes of a written file repeating.
class ClipWriter {
 public:
  /// @param path  without the codec's ending it gets it; `.mp4` becomes `.avi` where only that can
  /// be written. Folders are made.
  /// @throws BadInput when the file can't be begun (folder not writable); UsageError for odd or
  /// absurd sizes.
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
