#include "loaders/video/frame_picture.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "loaders/video/mat_image.h"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
}

namespace asbench::loaders {
namespace {

const AVPixFmtDescriptor* descriptor_of(const AVFrame& frame) {
  return av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
}

bool has_flag(const AVPixFmtDescriptor* descriptor, std::uint64_t flag) {
  return descriptor != nullptr && (descriptor->flags & flag) != 0;
}

bool may_be_transparent(const AVFrame& frame) {
  // Palettes carry alpha, though FFmpeg doesn't say so of every format with one.
  return has_flag(descriptor_of(frame), AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL);
}

bool has_matrix(const AVFrame& frame) {
  const auto* descriptor = descriptor_of(frame);
  return descriptor != nullptr && descriptor->nb_components >= 3 &&
         !has_flag(descriptor, AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
}

bool is_yuvj(int format) {
  return format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P ||
         format == AV_PIX_FMT_YUVJ444P || format == AV_PIX_FMT_YUVJ440P ||
         format == AV_PIX_FMT_YUVJ411P;
}

bool is_tagged(AVColorSpace matrix) {
  return matrix != AVCOL_SPC_UNSPECIFIED && matrix != AVCOL_SPC_RESERVED;
}

/// Our name of the matrix that libswscale takes for a tag.
const char* matrix_name(AVColorSpace matrix) {
  switch (matrix) {
    case AVCOL_SPC_BT709:
      return "bt709";
    case AVCOL_SPC_FCC:
      return "fcc";
    case AVCOL_SPC_SMPTE240M:
      return "smpte240m";
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return "bt2020nc";
    default:
      return "bt601";
  }
}

/// The coefficients that libswscale has for a tag; bt601's where it has none.
const int* coefficients(AVColorSpace matrix) {
  const bool known =
      matrix >= AVCOL_SPC_BT709 && matrix <= AVCOL_SPC_BT2020_CL && matrix != AVCOL_SPC_YCGCO;
  return sws_getCoefficients(known ? static_cast<int>(matrix) : SWS_CS_DEFAULT);
}

/// Pixels of one plane: elements of `bytes` bytes.
struct Plane {
  std::uint8_t* data;
  std::ptrdiff_t stride;
  int width, height, bytes;
};

/// Copies a plane and turns it upright. The target has the size that this gives.
void copy_upright(const Plane& from, const Plane& to, const Orientation& upright) {
  const auto bytes = static_cast<std::size_t>(from.bytes);
  for (int y = 0; y < from.height; ++y) {
    const std::uint8_t* source = from.data + y * from.stride;
    if (upright.is_upright()) {
      std::memcpy(to.data + y * to.stride, source, static_cast<std::size_t>(from.width) * bytes);
      continue;
    }
    for (int x = 0; x < from.width; ++x, source += from.bytes) {
      // Where an axis is mirrored, it is counted from the other end.
      const int across = upright.xx * x + upright.xy * y;
      const int down = upright.yx * x + upright.yy * y;
      const int to_x = upright.xx + upright.xy < 0 ? to.width - 1 + across : across;
      const int to_y = upright.yx + upright.yy < 0 ? to.height - 1 + down : down;
      std::memcpy(to.data + to_y * to.stride + std::ptrdiff_t{to_x} * to.bytes, source, bytes);
    }
  }
}

Plane plane_of(const AVFrame& frame, int index, int bytes) {
  const auto* descriptor = descriptor_of(frame);
  const bool chroma = (index == 1 || index == 2) && descriptor->nb_components >= 3;
  return {frame.data[index], frame.linesize[index],
          chroma ? AV_CEIL_RSHIFT(frame.width, descriptor->log2_chroma_w) : frame.width,
          chroma ? AV_CEIL_RSHIFT(frame.height, descriptor->log2_chroma_h) : frame.height, bytes};
}

/// Bytes of an element of each plane, when a frame can be turned plane by plane and it matters:
/// chroma of another size than luma, by the same factor both ways.
std::optional<std::vector<int>> turnable_planes(const AVFrame& frame) {
  const auto* descriptor = descriptor_of(frame);
  if (!has_matrix(frame) || descriptor->log2_chroma_w == 0 ||
      descriptor->log2_chroma_w != descriptor->log2_chroma_h ||
      has_flag(descriptor, AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL)) {
    return std::nullopt;
  }
  std::vector<int> bytes;
  for (int i = 0; i < descriptor->nb_components; ++i) {
    const auto plane = static_cast<std::size_t>(descriptor->comp[i].plane);
    if (plane >= bytes.size()) bytes.resize(plane + 1, descriptor->comp[i].step);
    if (bytes[plane] != descriptor->comp[i].step) return std::nullopt;
  }
  return bytes;
}

libav::Frame turned(const AVFrame& frame, const std::vector<int>& bytes,
                    const Orientation& upright) {
  libav::Frame target = libav::make_frame();
  target->format = frame.format;
  target->width = upright.swaps_sides() ? frame.height : frame.width;
  target->height = upright.swaps_sides() ? frame.width : frame.height;
  target->colorspace = frame.colorspace;
  target->color_range = frame.color_range;
  if (av_frame_get_buffer(target.get(), 0) < 0) throw std::bad_alloc();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int plane = static_cast<int>(i);
    copy_upright(plane_of(frame, plane, bytes[i]), plane_of(*target, plane, bytes[i]), upright);
  }
  return target;
}

/// Note [Colour]: frames whose pixels are OpenCV's.
bool is_opencvs(const AVFrame& frame) {
  return !is_tagged(frame.colorspace) && frame.color_range == AVCOL_RANGE_UNSPECIFIED &&
         descriptor_of(frame)->comp[0].depth == 8;
}

DisplayMatrix display_matrix_in(const std::uint8_t* data, std::size_t size) {
  std::array<std::int32_t, 9> matrix{};
  if (data == nullptr || size < sizeof(matrix)) return {};
  std::memcpy(matrix.data(), data, sizeof(matrix));
  return read_display_matrix(matrix);
}

bool palette_has_transparency(const AVFrame& frame) {
  std::array<bool, 256> seen{};
  for (int y = 0; y < frame.height; ++y) {
    const std::uint8_t* row = frame.data[0] + std::ptrdiff_t{y} * frame.linesize[0];
    for (int x = 0; x < frame.width; ++x) seen[row[x]] = true;
  }
  const auto* palette = reinterpret_cast<const std::uint32_t*>(frame.data[1]);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] && (palette[i] >> 24U) != 0xFFU) return true;
  }
  return false;
}

}  // namespace

void FramePicture::prepare(const AVFrame& frame) {
  if (scaler_ && frame.width == width_ && frame.height == height_ && frame.format == format_ &&
      frame.colorspace == matrix_ && frame.color_range == range_) {
    return;
  }
  const auto format = static_cast<AVPixelFormat>(frame.format);
  if (sws_isSupportedInput(format) <= 0) {
    const char* name = av_get_pix_fmt_name(format);
    throw NoPicture(fmt::format("pixel format {} can't be converted to RGB",
                                name == nullptr ? "unknown" : name));
  }
  // OpenCV asks for BGR, which swscale rounds otherwise than RGB when the height is odd.
  const AVPixelFormat opaque = is_opencvs(frame) ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_RGB24;
  const AVPixelFormat target = may_be_transparent(frame) ? AV_PIX_FMT_RGBA : opaque;
  scaler_.reset(sws_getContext(frame.width, frame.height, format, frame.width, frame.height, target,
                               SWS_BICUBIC, nullptr, nullptr, nullptr));
  if (!scaler_) throw std::bad_alloc();
  const bool tagged = is_tagged(frame.colorspace);
  if (!has_flag(descriptor_of(frame), AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) &&
      (tagged || frame.color_range != AVCOL_RANGE_UNSPECIFIED)) {
    int* inverse = nullptr;
    int* forward = nullptr;
    int full_in = 0, full_out = 0, brightness = 0, contrast = 0, saturation = 0;
    sws_getColorspaceDetails(scaler_.get(), &inverse, &full_in, &forward, &full_out, &brightness,
                             &contrast, &saturation);
    if (frame.color_range != AVCOL_RANGE_UNSPECIFIED) {
      full_in = frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
    }
    const int* matrix = coefficients(frame.colorspace);
    sws_setColorspaceDetails(scaler_.get(), matrix, full_in, matrix, full_out, brightness, contrast,
                             saturation);
  }
  converted_ = libav::make_frame();
  converted_->format = target;
  converted_->width = frame.width;
  converted_->height = frame.height;
  if (av_frame_get_buffer(converted_.get(), 0) < 0) throw std::bad_alloc();
  width_ = frame.width;
  height_ = frame.height;
  format_ = frame.format;
  matrix_ = frame.colorspace;
  range_ = frame.color_range;
}

Image FramePicture::make(const AVFrame& frame, const Orientation& upright) {
  if (!upright.is_upright()) {
    const auto planes = turnable_planes(frame);
    if (planes && !is_opencvs(frame)) return convert(*turned(frame, *planes, upright), {});
  }
  return convert(frame, upright);
}

Image FramePicture::convert(const AVFrame& frame, const Orientation& upright) {
  prepare(frame);
  const int rows = sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height,
                             converted_->data, converted_->linesize);
  if (rows == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (rows != frame.height) throw NoPicture("can't be converted to RGB");
  const int channels = converted_->format == AV_PIX_FMT_RGBA ? 4 : 3;
  const bool swaps = upright.swaps_sides();
  Image image(swaps ? frame.width : frame.height, swaps ? frame.height : frame.width, channels);
  copy_upright({converted_->data[0], converted_->linesize[0], frame.width, frame.height, channels},
               {image.bytes.data(), std::ptrdiff_t{image.width} * channels, image.width,
                image.height, channels},
               upright);
  if (converted_->format == AV_PIX_FMT_BGR24) {
    for (std::size_t i = 0; i + 2 < image.bytes.size(); i += 3) {
      std::swap(image.bytes[i], image.bytes[i + 2]);
    }
  }
  return flatten_on_black(std::move(image));
}

void describe(const AVFrame& frame, StreamFacts& facts) {
  const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format));
  facts.pixel_format = format == nullptr ? "unknown" : format;
  const char* transfer = av_color_transfer_name(frame.color_trc);
  if (frame.color_trc != AVCOL_TRC_UNSPECIFIED && transfer != nullptr) facts.transfer = transfer;
  if (!has_matrix(frame)) {
    facts.matrix = "rgb";
    facts.range = has_full_range(frame) ? "full" : "limited";
    return;
  }
  facts.matrix = matrix_name(frame.colorspace);
  if (is_tagged(frame.colorspace)) {
    const char* tag = av_color_space_name(frame.colorspace);
    facts.matrix_tag = tag == nullptr ? "unknown" : tag;
  }
  facts.range_tagged = frame.color_range != AVCOL_RANGE_UNSPECIFIED || is_yuvj(frame.format);
  facts.range = has_full_range(frame) ? "full" : "limited";
}

bool has_full_range(const AVFrame& frame) {
  if (frame.color_range != AVCOL_RANGE_UNSPECIFIED) return frame.color_range == AVCOL_RANGE_JPEG;
  return is_yuvj(frame.format) || !has_matrix(frame);
}

bool has_transparency(const AVFrame& frame) {
  const auto* descriptor = descriptor_of(frame);
  if (has_flag(descriptor, AV_PIX_FMT_FLAG_PAL)) return palette_has_transparency(frame);
  if (!has_flag(descriptor, AV_PIX_FMT_FLAG_ALPHA)) return false;
  // Alpha is the last component, and never subsampled.
  const AVComponentDescriptor& alpha = descriptor->comp[descriptor->nb_components - 1];
  const bool big_endian = has_flag(descriptor, AV_PIX_FMT_FLAG_BE);
  const unsigned opaque = (1U << static_cast<unsigned>(alpha.depth)) - 1;
  for (int y = 0; y < frame.height; ++y) {
    const std::uint8_t* value =
        frame.data[alpha.plane] + std::ptrdiff_t{y} * frame.linesize[alpha.plane] + alpha.offset;
    for (int x = 0; x < frame.width; ++x, value += alpha.step) {
      unsigned bits = *value;
      if (alpha.depth + alpha.shift > 8) bits = big_endian ? AV_RB16(value) : AV_RL16(value);
      if (((bits >> static_cast<unsigned>(alpha.shift)) & opaque) != opaque) return true;
    }
  }
  return false;
}

std::optional<DisplayMatrix> display_matrix_of(const AVFrame& frame) {
  const AVFrameSideData* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
  if (data == nullptr) return std::nullopt;
  return display_matrix_in(data->data, data->size);
}

DisplayMatrix display_matrix_of(const AVStream& stream) {
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return display_matrix_in(data, size);
}

}  // namespace asbench::loaders
