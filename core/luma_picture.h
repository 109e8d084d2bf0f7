#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/area_average.h"
#include "core/image.h"

namespace asbench {

/// The shorter side that frames are looked at in (docs/design/metrics.md 15). Smaller frames keep
/// their size.
inline constexpr int kLumaShortSide = 240;

/// Brightness of one frame, 8 bits, full range. Owns its values.
struct LumaPicture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> luma;  ///< [height, width]

  LumaPicture() = default;
  LumaPicture(int width_, int height_)
      : width(width_),
        height(height_),
        luma(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)) {}

  [[nodiscard]] std::uint8_t* row(int y) {
    return luma.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return luma.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  bool operator==(const LumaPicture&) const = default;
};

/// Somebody else's plane of 8-bit brightness; rows may be padded.
struct LumaPlane {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;
  int width = 0;
  int height = 0;
};

/// Rounded means of 2 x 2 pixels; an odd last row or column is left out.
/// @param plane  at least 2 x 2
[[nodiscard]] LumaPicture halved(const LumaPlane& plane);

/// Reduces frames to a shorter side of kLumaShortSide, keeping the aspect: each value is the
/// overlap-weighted mean of the pixels that it covers, rounded once. Remembers the weights of one
/// size; one thread at a time. Cost: 0.1 ms for 720 x 480.
class LumaReducer {
 public:
  /// @param plane  at least 1 x 1
  [[nodiscard]] LumaPicture reduce(const LumaPlane& plane);
  /// .299 R + .587 G + .114 B of each pixel, rounded, then reduced. @param rgb  3 channels
  [[nodiscard]] LumaPicture reduce(const Image& rgb);

 private:
  /// The source's columns under one of the target.
  struct Column {
    int first = 0;
    int count = 0;
  };
  void prepare(int width, int height);
  template <typename Sum>
  void reduce_into(const LumaPlane& plane, std::vector<Sum>& sums, LumaPicture& picture) const;

  int width_ = 0, height_ = 0;  ///< that the weights are for
  int target_width_ = 0, target_height_ = 0;
  std::int64_t row_weight_ = 1;  ///< of all rows under one of the target
  double area_ = 1.0;            ///< weight of all pixels under one of the target
  std::vector<AreaOverlap> rows_;
  std::vector<Column> columns_;
  std::vector<std::uint32_t> column_weights_;  ///< of all columns, one after the other
  std::vector<std::uint16_t> short_sums_;
  std::vector<std::uint32_t> sums_;
};

}  // namespace asbench
