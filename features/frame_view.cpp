#include "features/frame_view.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/error.h"
#include "core/hash.h"

#include <fmt/format.h>

namespace asbench::features {
namespace {

void append(std::string& text, const Region& region) {
  if (const auto* box = std::get_if<loaders::PixelBox>(&region)) {
    text += fmt::format("box {} {} {} {}\n", box->x, box->y, box->width, box->height);
    return;
  }
  const auto& mask = std::get<loaders::Mask>(region);
  const std::string_view bytes(reinterpret_cast<const char*>(mask.values.data()),
                               mask.values.size());
  text += fmt::format("mask {} {} {}\n", mask.width, mask.height, sha256_hex(bytes));
}

/// Calls `visit` with each pixel that the region covers, [3] bytes.
void for_each_pixel(Image& picture, const Region& region, const auto& visit) {
  const auto at = [&](int x, int y) {
    return picture.bytes.data() +
           (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
            static_cast<std::size_t>(x)) *
               3;
  };
  if (const auto* box = std::get_if<loaders::PixelBox>(&region)) {
    for (int y = box->y; y < box->y + box->height; ++y) {
      for (int x = box->x; x < box->x + box->width; ++x) visit(at(x, y));
    }
    return;
  }
  const auto& mask = std::get<loaders::Mask>(region);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.row(y)[x] != 0) visit(at(x, y));
    }
  }
}

void require_fit(const Image& frame, const Region& region) {
  bool fits = false;
  if (const auto* box = std::get_if<loaders::PixelBox>(&region)) {
    fits = box->x >= 0 && box->y >= 0 && box->width > 0 && box->height > 0 &&
           box->x + box->width <= frame.width && box->y + box->height <= frame.height;
  } else {
    const auto& mask = std::get<loaders::Mask>(region);
    fits = mask.width == frame.width && mask.height == frame.height;
  }
  if (!fits || frame.channels != 3) throw InternalError("a region does not fit its frame");
}

Image cropped(const Image& frame, const loaders::PixelBox& box) {
  Image picture(box.height, box.width, 3);
  const std::size_t row = static_cast<std::size_t>(box.width) * 3;
  for (int y = 0; y < box.height; ++y) {
    const auto from = (static_cast<std::size_t>(box.y + y) * static_cast<std::size_t>(frame.width) +
                       static_cast<std::size_t>(box.x)) *
                      3;
    std::copy_n(
        frame.bytes.begin() + static_cast<std::ptrdiff_t>(from), row,
        picture.bytes.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * row));
  }
  return picture;
}

/// RGBA with the mask as alpha.
Image with_alpha(const Image& frame, const loaders::Mask& mask) {
  Image picture(frame.height, frame.width, 4);
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    std::copy_n(frame.bytes.begin() + static_cast<std::ptrdiff_t>(3 * i), 3,
                picture.bytes.begin() + static_cast<std::ptrdiff_t>(4 * i));
    picture.bytes[4 * i + 3] = mask.values[i] != 0 ? 255 : 0;
  }
  return picture;
}

}  // namespace

std::vector<int> ResolvedView::places() const {
  std::vector<int> found;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (regions[i]) found.push_back(static_cast<int>(i));
  }
  return found;
}

ResolvedView resolve(const FrameView& view, std::span<const int> frames, const ViewedClip& clip) {
  if (view.check_length) view.check_length(clip.frame_count);
  ResolvedView resolved;
  resolved.kind = view.kind;
  std::string text = view.kind == FrameView::Kind::subject ? "subject@1\n" : "background@1\n";
  for (const int frame : frames) {
    std::optional<std::vector<Region>> regions = std::vector<Region>();
    for (const RegionFinder& subject : view.subjects) {
      auto region = subject(frame, clip.width, clip.height);
      if (!region) {
        regions.reset();
        break;
      }
      regions->push_back(std::move(*region));
    }
    text += fmt::format("frame {}\n", frame);
    if (!regions) text += "not found\n";
    for (const Region& region : regions.value_or(std::vector<Region>())) append(text, region);
    resolved.regions.push_back(std::move(regions));
  }
  resolved.sha256 = sha256_hex(text);
  return resolved;
}

Image cut_picture(const Image& frame, FrameView::Kind kind, std::span<const Region> regions,
                  models::Background backdrop, const std::array<double, 3>& mean) {
  for (const Region& region : regions) require_fit(frame, region);
  if (kind == FrameView::Kind::subject) {
    const Region& subject = regions.front();
    if (const auto* box = std::get_if<loaders::PixelBox>(&subject)) return cropped(frame, *box);
    // `keep` shows what a reference hides; of a frame that would be all of it.
    if (backdrop == models::Background::keep) backdrop = models::Background::black;
    return models::composite(with_alpha(frame, std::get<loaders::Mask>(subject)), backdrop, mean);
  }
  Image picture = frame;
  std::array<std::uint8_t, 3> colour{};
  for (std::size_t c = 0; c < 3; ++c)
    colour[c] = static_cast<std::uint8_t>(std::lround(mean[c] * 255.0));
  for (const Region& region : regions) {
    for_each_pixel(picture, region,
                   [&](std::uint8_t* pixel) { std::copy(colour.begin(), colour.end(), pixel); });
  }
  return picture;
}

}  // namespace asbench::features
