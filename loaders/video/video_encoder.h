#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/image.h"
#include "loaders/video/clip_writer.h"

// One compressed video file from pictures, behind ClipWriter. Not for other modules.
namespace asbench::loaders {

struct EncoderOptions {
  std::filesystem::path file;      ///< created, or emptied if it exists
  std::filesystem::path shown_as;  ///< the name that errors give it
  VideoCodec codec;
  int width = 0;  ///< even
  int height = 0;
  double frames_per_second = 0.0;
};

/// True when this FFmpeg can write the codec.
[[nodiscard]] bool can_encode(const VideoCodec& codec);

/// Writes frames through FFmpeg's encoders and muxers.
///
/// Note [Equal frames give equal bytes]
/// - One encoder thread, no date and no version of FFmpeg in the file ("bitexact").
/// - x264's macroblock tree is off: in x264 164 it reads memory that nothing has written, so the
///   same frames gave other bytes now and then. (Found by filling new memory
///   with a pattern, glibc's MALLOC_PERTURB_; without the tree no pattern changes a byte.) Without
///   it, static parts are not coded better than moving ones; kRateFactor makes up for that.
/// - Colours are converted with swscale's exact arithmetic.
/// Another version of x264, or another CPU, may still give other bytes.
///
/// Pictures become YUV 4:2:0 by the BT.601 matrix, limited range, and are not tagged: every reader
/// takes untagged clips of this size for that. Motion JPEG has full range, as JPEG files have.
///
/// Move-only owner; one thread at a time. Without finish() the file is left incomplete.
class VideoEncoder {
 public:
  /// @throws BadInput with the system's words when the file can't be created or written.
  explicit VideoEncoder(const EncoderOptions& options);
  ~VideoEncoder();
  VideoEncoder(VideoEncoder&&) noexcept;
  VideoEncoder& operator=(VideoEncoder&&) noexcept;

  /// @param rgb  [height, width, 3]. @throws BadInput when the file can't be written further.
  void write(const Image& rgb);
  /// Encodes what is still held back, writes the index and closes the file. Once, as the last call.
  /// @throws BadInput when the file can't be written whole.
  void finish();

  [[nodiscard]] std::int64_t frames() const;  ///< written so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace asbench::loaders
