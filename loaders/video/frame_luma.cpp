#include "loaders/video/frame_luma.h"

#include <algorithm>
#include <array>

extern "C" {
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
}

namespace asbench::loaders {
namespace {

/// The frame's Y, when it has one that can be read as it is, and nothing that hides it.
const AVComponentDescriptor* luma_of(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const auto* descriptor = av_pix_fmt_desc_get(format);
  if (descriptor == nullptr) return nullptr;
  constexpr std::uint64_t kOthers = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL |
                                    AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_BITSTREAM |
                                    AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BE |
                                    AV_PIX_FMT_FLAG_FLOAT;
  const bool is_xyz = format == AV_PIX_FMT_XYZ12LE || format == AV_PIX_FMT_XYZ12BE;
  const AVComponentDescriptor& luma = descriptor->comp[0];
  if ((descriptor->flags & kOthers) != 0 || is_xyz || luma.depth < 8 || luma.depth > 16)
    return nullptr;
  return &luma;
}

/// Limited range to full: 16 to 235 become 0 to 255.
const std::array<std::uint8_t, 256>& widened() {
  static const auto table = [] {
    constexpr int kBlack = 16;
    constexpr int kSpan = 219;
    std::array<std::uint8_t, 256> values{};
    for (int i = 0; i < 256; ++i) {
      const int full = ((i - kBlack) * 255 * 2 + kSpan) / (2 * kSpan);
      values[static_cast<std::size_t>(i)] =
          static_cast<std::uint8_t>(i <= kBlack ? 0 : std::min(full, 255));
    }
    return values;
  }();
  return table;
}

}  // namespace

LumaPicture FrameLuma::make(const AVFrame& frame, FramePicture& pictures) {
  const AVComponentDescriptor* luma = luma_of(frame);
  if (luma == nullptr) return reducer_.reduce(pictures.make(frame, {}));
  const std::uint8_t* data = frame.data[luma->plane] + luma->offset;
  const std::ptrdiff_t stride = frame.linesize[luma->plane];
  LumaPicture picture;
  if (luma->step == 1) {
    picture = reducer_.reduce(LumaPlane{data, stride, frame.width, frame.height});
  } else {
    const auto width = static_cast<std::size_t>(frame.width);
    plane_.resize(width * static_cast<std::size_t>(frame.height));
    const bool is_wide = luma->depth + luma->shift > 8;
    const int shift = luma->shift + luma->depth - 8;
    std::uint8_t* target = plane_.data();
    for (int y = 0; y < frame.height; ++y) {
      const std::uint8_t* value = data + y * stride;
      for (std::size_t x = 0; x < width; ++x, value += luma->step) {
        const unsigned bits = is_wide ? AV_RL16(value) : *value;
        *target++ = static_cast<std::uint8_t>(bits >> static_cast<unsigned>(shift));
      }
    }
    picture = reducer_.reduce(LumaPlane{plane_.data(), frame.width, frame.width, frame.height});
  }
  if (!has_full_range(frame)) {
    const auto& table = widened();
    for (std::uint8_t& value : picture.luma) value = table[value];
  }
  return picture;
}

}  // namespace asbench::loaders
