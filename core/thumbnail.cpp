#include "core/thumbnail.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "core/area_average.h"
#include "core/error.h"

namespace asbench {

namespace {

/// `from` pixels scaled by numerator/denominator, centred on `to`. In half units of 1/denominator.
AreaAxis centred(int from, int to, int numerator, int denominator) {
  AreaAxis axis{2LL * numerator, 2LL * denominator, 0};
  axis.offset = (static_cast<std::int64_t>(to) * axis.cell - from * axis.pixel) / 2;
  const std::int64_t common = std::gcd(std::gcd(axis.pixel, axis.cell), axis.offset);
  return {axis.pixel / common, axis.cell / common, axis.offset / common};
}

/// Weighted sum of rows, byte by byte. `Sum` holds the largest total.
template <typename Sum>
void sum_rows(const Image& image, const AreaOverlap& rows, std::vector<Sum>& sums) {
  std::fill(sums.begin(), sums.end(), Sum{0});
  const std::size_t count = sums.size();
  Sum* total = sums.data();
  for (std::size_t j = 0; j < rows.weights.size(); ++j) {
    const std::uint8_t* row = image.row(rows.first + static_cast<int>(j));
    const auto weight = static_cast<Sum>(rows.weights[j]);
    if (weight == 1) {  // the usual case, a whole multiple: nothing to multiply
      for (std::size_t i = 0; i < count; ++i) total[i] = static_cast<Sum>(total[i] + row[i]);
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        total[i] = static_cast<Sum>(total[i] + weight * row[i]);
      }
    }
  }
}

// Thousandths of luma: whole numbers, exact in a double up to 2^53, so that every sum below is
// exact too: 1000 * 255 * (2 * 65535)^2 < 2^53.
constexpr double kRed = 299.0;
constexpr double kGreen = 587.0;
constexpr double kBlue = 114.0;
constexpr double kUnitsOfLuma = 1000.0;

template <typename Sum>
void luma_of_sums(const std::vector<Sum>& sums, std::vector<double>& luma) {
  const Sum* at = sums.data();
  for (double& value : luma) {
    value = kRed * static_cast<double>(at[0]) + kGreen * static_cast<double>(at[1]) +
            kBlue * static_cast<double>(at[2]);
    at += 3;
  }
}

struct Placement {
  AreaAxis horizontal;
  AreaAxis vertical;
};

template <typename Sum>
Thumbnail reduce(const Image& image, const Placement& placement,
                 const std::vector<AreaOverlap>& rows, std::array<std::uint8_t, 3> background) {
  const auto columns = area_overlaps(placement.horizontal, image.width, kThumbnailWidth);
  const double cell_width = static_cast<double>(placement.horizontal.cell);
  const double area = cell_width * static_cast<double>(placement.vertical.cell);
  const double outside = kRed * background[0] + kGreen * background[1] + kBlue * background[2];
  Thumbnail thumbnail;
  thumbnail.luma.resize(static_cast<std::size_t>(kThumbnailWidth) * kThumbnailHeight);
  float* target = thumbnail.luma.data();
  std::vector<Sum> sums(image.row_bytes());
  std::vector<double> luma(static_cast<std::size_t>(image.width));
  for (const AreaOverlap& row : rows) {
    sum_rows(image, row, sums);
    luma_of_sums(sums, luma);
    for (const AreaOverlap& column : columns) {
      const double* at = luma.data() + column.first;
      double total = 0.0;
      for (const std::uint32_t weight : column.weights) total += weight * *at++;
      const double covered = static_cast<double>(column.covered) * row.covered;
      total += (area - covered) * outside;
      *target++ = static_cast<float>(total / (kUnitsOfLuma * area));
    }
  }
  return thumbnail;
}

Thumbnail reduce(const Image& image, const Placement& placement,
                 std::array<std::uint8_t, 3> background) {
  const auto rows = area_overlaps(placement.vertical, image.height, kThumbnailHeight);
  constexpr std::int64_t kSumsFitSixteenBits = 257;  // 257 * 255 = 65535
  if (placement.vertical.cell <= kSumsFitSixteenBits) {
    return reduce<std::uint16_t>(image, placement, rows, background);
  }
  return reduce<std::uint32_t>(image, placement, rows, background);
}

void require_rgb(const Image& image) {
  constexpr int kMaxSide = 65535;
  if (image.channels != 3 || image.width < 1 || image.height < 1 || image.width > kMaxSide ||
      image.height > kMaxSide) {
    throw BadInput(fmt::format(
        "thumbnail: picture of {} x {} with {} channels. Expected RGB with sides from 1 to {}; "
        "composite a picture with alpha first.",
        image.width, image.height, image.channels, kMaxSide));
  }
}

}  // namespace

Thumbnail make_thumbnail(const Image& rgb) {
  require_rgb(rgb);
  const Placement placement{stretched_axis(rgb.width, kThumbnailWidth),
                            stretched_axis(rgb.height, kThumbnailHeight)};
  return reduce(rgb, placement, {0, 0, 0});
}

Thumbnail make_letterboxed_thumbnail(const Image& rgb, std::array<std::uint8_t, 3> background) {
  require_rgb(rgb);
  const bool wide = static_cast<std::int64_t>(rgb.width) * kThumbnailHeight >=
                    static_cast<std::int64_t>(rgb.height) * kThumbnailWidth;
  const int numerator = wide ? kThumbnailWidth : kThumbnailHeight;
  const int denominator = wide ? rgb.width : rgb.height;
  const Placement placement{centred(rgb.width, kThumbnailWidth, numerator, denominator),
                            centred(rgb.height, kThumbnailHeight, numerator, denominator)};
  return reduce(rgb, placement, background);
}

std::vector<float> thumbnail_cells(const Thumbnail& thumbnail) {
  constexpr std::size_t kSide = kThumbnailWidth / kCellColumns;
  static_assert(kSide * kCellColumns == kThumbnailWidth && kSide * kCellRows == kThumbnailHeight);
  std::vector<float> cells;
  cells.reserve(kCellCount);
  for (std::size_t row = 0; row < kCellRows; ++row) {
    for (std::size_t column = 0; column < kCellColumns; ++column) {
      double sum = 0.0;
      for (std::size_t y = 0; y < kSide; ++y) {
        const float* at =
            thumbnail.luma.data() + (row * kSide + y) * kThumbnailWidth + column * kSide;
        for (std::size_t x = 0; x < kSide; ++x) sum += static_cast<double>(at[x]);
      }
      cells.push_back(static_cast<float>(sum / static_cast<double>(kSide * kSide)));
    }
  }
  return cells;
}

double mean_absolute_difference(std::span<const float> a, std::span<const float> b) {
  if (a.empty() || a.size() != b.size()) {
    throw InternalError(
        fmt::format("mean_absolute_difference: {} and {} values, expected equal numbers above 0",
                    a.size(), b.size()));
  }
  // Four running sums in a fixed pattern: the same bits everywhere, without one long chain of
  // additions.
  std::array<double, 4> sums{};
  const std::size_t whole = a.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      sums[lane] += std::abs(static_cast<double>(a[i + lane]) - static_cast<double>(b[i + lane]));
    }
  }
  double total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (std::size_t i = whole; i < a.size(); ++i) {
    total += std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
  }
  return total / static_cast<double>(a.size());
}

double thumbnail_motion(const Thumbnail& first, const Thumbnail& second) {
  return mean_absolute_difference(first.luma, second.luma) / 255.0;
}

}  // namespace asbench
