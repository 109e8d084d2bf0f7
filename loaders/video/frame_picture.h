#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "core/image.h"
#include "loaders/video/libav.h"
#include "loaders/video/orientation.h"
#include "loaders/video/stream_facts.h"

namespace asbench::loaders {

/// A decoded frame has a form that can't become a picture; `what()` says which.
class NoPicture : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Decoded frames to RGB pictures. Keeps its scaler from frame to frame; one thread at a time.
///
/// Note [Colour]
/// libswscale with SWS_BICUBIC and no other flag, as OpenCV 4.6 and the `ffmpeg` program call it:
/// - no matrix tag: bt601; no range tag: limited, or full for FFmpeg's "yuvj" formats and for grey.
///   For 8-bit 4:2:0 these are OpenCV's pixels, byte for byte;
/// - tagged: that matrix and range, the pixels of `ffmpeg -i CLIP %d.png`;
/// - primaries and transfer function are never applied.
/// A frame with chroma of half the size is turned before it is converted, as `ffmpeg` does, and
/// after it where the pixels are OpenCV's. With interpolated chroma (more than 8 bits) the order
/// matters.
///
/// Note [Alpha]
/// A frame with alpha is composited on black, as a frame of a folder of RGBA pictures is
/// (flatten_on_black): both forms of the same pictures get the same numbers. The protocol's
/// `background` is for references only.
class FramePicture {
 public:
  /// @param upright  what to do so that the frame is shown upright
  /// @throws NoPicture.
  [[nodiscard]] Image make(const AVFrame& frame, const Orientation& upright);

 private:
  [[nodiscard]] Image convert(const AVFrame& frame, const Orientation& upright);
  void prepare(const AVFrame& frame);

  libav::Scaler scaler_;
  libav::Frame converted_;  ///< RGB24 or RGBA with padded rows: libswscale writes whole vectors
  int width_ = 0, height_ = 0, format_ = -1, matrix_ = -1, range_ = -1;
};

/// Format, matrix, range and transfer of a frame.
void describe(const AVFrame& frame, StreamFacts& facts);

/// True when black is 0 and white the largest value, by the tag or, untagged, by the format.
[[nodiscard]] bool has_full_range(const AVFrame& frame);

/// True when the frame's format has alpha and some pixel isn't opaque. Reads every pixel.
[[nodiscard]] bool has_transparency(const AVFrame& frame);

/// The display matrix that comes with a frame, if one does.
[[nodiscard]] std::optional<DisplayMatrix> display_matrix_of(const AVFrame& frame);
/// The stream's; upright when it has none.
[[nodiscard]] DisplayMatrix display_matrix_of(const AVStream& stream);

}  // namespace asbench::loaders
