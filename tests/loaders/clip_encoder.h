#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/image.h"

/// Small videos with everything that a container or a codec can say of itself, made with FFmpeg's
/// libraries.
namespace asbench::testing {

struct EncodedStream {
  std::string codec = "libx264";  ///< FFmpeg's name of the encoder
  AVPixelFormat format = AV_PIX_FMT_YUV420P;
  int width = 64, height = 48;
  int frames = 8;
  AVRational rate{16, 1};  ///< frames per second
  /// Fills a frame of `format`; by default the frames of `pictures`, or a moving pattern.
  std::function<void(AVFrame& frame, int index)> draw = {};
  std::vector<Image> pictures = {};   ///< RGB or RGBA; converted with the tagged matrix and range
  std::string options = "threads=1";  ///< of the encoder, "crf=8:g=16"
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  AVColorTransferCharacteristic transfer = AVCOL_TRC_UNSPECIFIED;
  AVRational pixel_shape{0, 1};
  std::optional<std::array<std::int32_t, 9>> display_matrix = {};
  int disposition = 0;
  /// Which packets reach the file: index in coded order, and how many key packets came so far.
  std::function<bool(int index, int keys)> keep = {};
};

/// True when this FFmpeg has the encoder.
[[nodiscard]] bool has_encoder(const std::string& codec);

/// Writes a file with these video streams; the path's ending chooses the container.
/// @throws std::runtime_error with FFmpeg's words.
void write_clip(const std::filesystem::path& file, const std::vector<EncodedStream>& streams);

/// The display matrix of an orientation: (xx, xy, yx, yy) as in loaders/video/orientation.h.
[[nodiscard]] std::array<std::int32_t, 9> display_matrix(int xx, int xy, int yx, int yy);

/// A picture without symmetry: every orientation of it is different. RGB.
[[nodiscard]] Image lopsided_picture(int width, int height, int shift = 0);

}  // namespace asbench::testing
