#include "core/luma_picture.h"

#include <algorithm>
#include <cstring>

namespace asbench {

LumaPicture halved(const LumaPlane& plane) {
  LumaPicture picture(plane.width / 2, plane.height / 2);
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* upper = plane.data + static_cast<std::ptrdiff_t>(2 * y) * plane.stride;
    const std::uint8_t* lower = upper + plane.stride;
    std::uint8_t* target = picture.row(y);
    for (std::ptrdiff_t x = 0; x < picture.width; ++x) {
      target[x] = static_cast<std::uint8_t>(
          (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) >> 2);
    }
  }
  return picture;
}

namespace {

LumaPicture copied(const LumaPlane& plane) {
  LumaPicture picture(plane.width, plane.height);
  for (int y = 0; y < plane.height; ++y) {
    std::memcpy(picture.row(y), plane.data + y * plane.stride,
                static_cast<std::size_t>(plane.width));
  }
  return picture;
}

}  // namespace

void LumaReducer::prepare(int width, int height) {
  if (width == width_ && height == height_) return;
  const std::int64_t shorter = std::min(width, height);
  const auto scaled = [&](std::int64_t side) {
    if (shorter <= kLumaShortSide) return static_cast<int>(side);
    return static_cast<int>((2 * side * kLumaShortSide + shorter) / (2 * shorter));
  };
  width_ = width;
  height_ = height;
  target_width_ = scaled(width);
  target_height_ = scaled(height);
  const AreaAxis horizontal = stretched_axis(width, target_width_);
  const AreaAxis vertical = stretched_axis(height, target_height_);
  rows_ = area_overlaps(vertical, height, target_height_);
  columns_.clear();
  column_weights_.clear();
  for (const AreaOverlap& overlap : area_overlaps(horizontal, width, target_width_)) {
    columns_.push_back({overlap.first, static_cast<int>(overlap.weights.size())});
    column_weights_.insert(column_weights_.end(), overlap.weights.begin(), overlap.weights.end());
  }
  row_weight_ = vertical.cell;
  area_ = static_cast<double>(horizontal.cell) * static_cast<double>(vertical.cell);
}

template <typename Sum>
void LumaReducer::reduce_into(const LumaPlane& plane, std::vector<Sum>& sums,
                              LumaPicture& picture) const {
  const auto count = static_cast<std::size_t>(plane.width);
  sums.resize(count);
  const double scale = 1.0 / area_;
  for (int y = 0; y < picture.height; ++y) {
    const AreaOverlap& rows = rows_[static_cast<std::size_t>(y)];
    std::fill(sums.begin(), sums.end(), Sum{0});
    Sum* sum = sums.data();
    for (std::size_t j = 0; j < rows.weights.size(); ++j) {
      const std::uint8_t* row =
          plane.data + (rows.first + static_cast<std::ptrdiff_t>(j)) * plane.stride;
      const auto weight = static_cast<Sum>(rows.weights[j]);
      for (std::size_t x = 0; x < count; ++x) sum[x] = static_cast<Sum>(sum[x] + weight * row[x]);
    }
    std::uint8_t* target = picture.row(y);
    const std::uint32_t* weight = column_weights_.data();
    for (const Column& column : columns_) {
      const Sum* at = sum + column.first;
      std::uint64_t total = 0;
      for (int i = 0; i < column.count; ++i) total += std::uint64_t{*weight++} * *at++;
      const double mean = static_cast<double>(static_cast<std::int64_t>(total)) * scale;
      // std::lround is a call for every pixel; it differs only for halves less one rounding error.
      // NOLINTNEXTLINE(bugprone-incorrect-roundings)
      *target++ = static_cast<std::uint8_t>(mean + 0.5);
    }
  }
}

LumaPicture LumaReducer::reduce(const LumaPlane& plane) {
  prepare(plane.width, plane.height);
  if (target_width_ == plane.width && target_height_ == plane.height) return copied(plane);
  if (target_width_ * 2 == plane.width && target_height_ * 2 == plane.height) return halved(plane);
  LumaPicture picture(target_width_, target_height_);
  constexpr std::int64_t kSumsFitSixteenBits = 257;  // 257 * 255 = 65535
  if (row_weight_ <= kSumsFitSixteenBits) {
    reduce_into(plane, short_sums_, picture);
  } else {
    reduce_into(plane, sums_, picture);
  }
  return picture;
}

LumaPicture LumaReducer::reduce(const Image& rgb) {
  LumaPicture whole(rgb.width, rgb.height);
  const std::uint8_t* pixel = rgb.bytes.data();
  for (std::uint8_t& value : whole.luma) {
    value =
        static_cast<std::uint8_t>((299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2] + 500) / 1000);
    pixel += 3;
  }
  return reduce({whole.luma.data(), whole.width, whole.width, whole.height});
}

}  // namespace asbench
