#include "models/preprocess/pillow_resize.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

#include "core/error.h"

namespace asbench::models {
namespace {

constexpr int kPrecisionBits = 22;
constexpr int kLowBits = 12;
constexpr std::size_t kMaxTables = 32;  ///< two an image size: plenty for one run's clips

constexpr std::int64_t kMaxPixels = 1LL << 30;

std::size_t as_size(int value) {
  return static_cast<std::size_t>(value);
}

/// a = -0.5; written as Pillow writes it, since every rounding counts.
double bicubic(double t) {
  constexpr double a = -0.5;
  t = std::abs(t);
  if (t < 1.0) return ((a + 2.0) * t - (a + 3.0)) * t * t + 1;
  if (t < 2.0) return (((t - 5) * t + 8) * t - 4) * a;
  return 0.0;
}

double bilinear(double t) {
  t = std::abs(t);
  return t < 1.0 ? 1.0 - t : 0.0;
}

double sinc(double t) {
  if (t == 0.0) return 1.0;
  t *= std::numbers::pi;
  return std::sin(t) / t;
}

/// A sinc windowed by the middle of a wider one.
double lanczos(double t) {
  return -3.0 <= t && t < 3.0 ? sinc(t) * sinc(t / 3.0) : 0.0;
}

struct Kernel {
  double support;  ///< in samples, unscaled
  double (*weight)(double);
};

Kernel kernel_of(Filter filter) {
  switch (filter) {
    case Filter::bilinear:
      return {1.0, bilinear};
    case Filter::bicubic:
      return {2.0, bicubic};
    case Filter::lanczos:
      return {3.0, lanczos};
  }
  throw InternalError("resize: unknown filter");
}

std::int32_t fixed_point(double weight) {
  const double scaled = weight * (1 << kPrecisionBits);
  return static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

std::int32_t pack_pair(std::int32_t first, std::int32_t second) {
  const auto low = static_cast<std::uint32_t>(first) & 0xFFFFU;
  const auto high = static_cast<std::uint32_t>(second) & 0xFFFFU;
  return static_cast<std::int32_t>(low | high << 16);
}

void check_side(int length, const char* what) {
  if (length >= 1 && length <= kMaxSide) return;
  throw BadInput(
      fmt::format("resize: the {} is {} pixels; a side must be 1 to {}.", what, length, kMaxSide));
}

void check_image(const Image& image) {
  check_side(image.height, "picture's height");
  check_side(image.width, "picture's width");
  if (image.channels != 1 && image.channels != 3 && image.channels != 4) {
    throw BadInput(
        fmt::format("resize: a picture of {} channels; 1, 3 or 4 are possible.", image.channels));
  }
  const std::size_t expected = image.row_bytes() * as_size(image.height);
  if (image.bytes.size() != expected) {
    throw BadInput(fmt::format("resize: {} bytes for a picture of {} x {} x {}; expected {}.",
                               image.bytes.size(), image.height, image.width, image.channels,
                               expected));
  }
}

void check_region(const Region& region, int height, int width) {
  const bool inside = region.top >= 0 && region.left >= 0 && region.height >= 1 &&
                      region.width >= 1 && region.height <= height - region.top &&
                      region.width <= width - region.left;
  if (inside) return;
  throw BadInput(
      fmt::format("resize: the region {} x {} at row {}, column {} isn't inside {} x {}.",
                  region.height, region.width, region.top, region.left, height, width));
}

void grow(std::vector<std::uint8_t>& bytes, std::size_t size) {
  if (bytes.size() < size) bytes.resize(size);
}

}  // namespace

std::string_view to_string(Filter filter) {
  if (filter == Filter::lanczos) return "lanczos";
  return filter == Filter::bicubic ? "bicubic" : "bilinear";
}

WeightsView AxisWeights::view(int x) const {
  const std::size_t pair = as_size(pair_offsets[as_size(x)]);
  return {taps(x), coefficients.data() + offsets[as_size(x)], high_pairs.data() + pair,
          low_pairs.data() + pair};
}

AxisWeights axis_weights(int in, int out, Filter filter) {
  check_side(in, "input length");
  check_side(out, "output length");
  AxisWeights axis;
  axis.in = in;
  axis.out = out;
  axis.filter = filter;
  axis.offsets.push_back(0);
  const double scale = static_cast<double>(in) / out;
  const double filter_scale = std::max(scale, 1.0);
  const Kernel kernel = kernel_of(filter);
  const double support = kernel.support * filter_scale;
  const double inverse = 1.0 / filter_scale;
  std::vector<double> raw;
  for (int x = 0; x < out; ++x) {
    const double center = (x + 0.5) * scale;
    const int begin = std::max(0, static_cast<int>(std::trunc(center - support + 0.5)));
    const int end = std::min(in, static_cast<int>(std::trunc(center + support + 0.5)));
    raw.clear();
    double sum = 0.0;
    for (int j = begin; j < end; ++j) {
      const double t = (j - center + 0.5) * inverse;
      raw.push_back(kernel.weight(t));
      sum += raw.back();
    }
    axis.first.push_back(begin);
    axis.pair_offsets.push_back(static_cast<int>(axis.high_pairs.size()));
    for (double& weight : raw) {
      if (sum != 0.0) weight /= sum;
      axis.coefficients.push_back(fixed_point(weight));
    }
    const auto taps = static_cast<int>(raw.size());
    const std::int32_t* k = axis.coefficients.data() + axis.offsets.back();
    for (int j = 0; j < taps; j += 2) {
      const std::int32_t a = k[j], b = j + 1 < taps ? k[j + 1] : 0;
      constexpr std::int32_t kLowMask = (1 << kLowBits) - 1;
      axis.high_pairs.push_back(pack_pair(a >> kLowBits, b >> kLowBits));
      axis.low_pairs.push_back(pack_pair(a & kLowMask, b & kLowMask));
    }
    axis.offsets.push_back(axis.offsets.back() + taps);
  }
  return axis;
}

Resizer::Resizer(Instructions instructions) : kernels_(&resample_kernels(instructions)) {}

const AxisWeights& Resizer::weights(int in, int out, Filter filter) {
  const auto found = std::find_if(tables_.begin(), tables_.end(), [&](const auto& table) {
    return table->in == in && table->out == out && table->filter == filter;
  });
  // The last used stands last, so the one that goes is never the other axis' of the same call.
  if (found != tables_.end()) {
    std::rotate(found, found + 1, tables_.end());
  } else {
    if (tables_.size() == kMaxTables) tables_.erase(tables_.begin());
    tables_.push_back(std::make_unique<AxisWeights>(axis_weights(in, out, filter)));
  }
  return *tables_.back();
}

// Rows [first_row, first_row + rows) of the picture, columns of the region, to out [rows, width,
// channels]. 32 rows at a time are transposed: the bytes of one column are then contiguous,
// and each output column is a weighted sum of whole runs, exactly as in the vertical pass.
void Resizer::horizontal(const Image& image, const AxisWeights& axis, const Region& region,
                         int first_row, int rows, std::uint8_t* out) {
  const int channels = image.channels;
  const int last = region.left + region.width - 1;
  const int begin = axis.first[as_size(region.left)];
  const int end = axis.first[as_size(last)] + axis.taps(last);
  const std::ptrdiff_t run = std::ptrdiff_t{channels} * kTileRows;
  grow(tile_in_, as_size(end - begin) * static_cast<std::size_t>(run));
  grow(tile_out_, as_size(region.width) * static_cast<std::size_t>(run));
  const std::size_t out_row_bytes = as_size(region.width) * as_size(channels);
  for (int y = 0; y < rows; y += kTileRows) {
    const int count = std::min(kTileRows, rows - y);
    std::array<const std::uint8_t*, kTileRows> from;
    std::array<std::uint8_t*, kTileRows> to;
    for (int r = 0; r < kTileRows; ++r) {
      const int row = y + std::min(r, count - 1);  // a short last tile repeats its last row
      from[as_size(r)] = image.row(first_row + row) + as_size(begin) * as_size(channels);
      to[as_size(r)] = out + as_size(row) * out_row_bytes;
    }
    kernels_->rows_to_tile(from.data(), (end - begin) * channels, tile_in_.data());
    for (int x = 0; x < region.width; ++x) {
      const int target = region.left + x;
      kernels_->weighted_rows(tile_in_.data() + (axis.first[as_size(target)] - begin) * run, run,
                              axis.view(target), static_cast<int>(run), tile_out_.data() + x * run);
    }
    kernels_->tile_to_rows(tile_out_.data(), region.width * channels, count, to.data());
  }
}

void Resizer::resize(const Image& image, int height, int width, Filter filter, const Region& region,
                     std::span<std::uint8_t> out) {
  check_image(image);
  check_side(height, "new height");
  check_side(width, "new width");
  check_region(region, height, width);
  const std::size_t out_row_bytes = as_size(region.width) * as_size(image.channels);
  if (out.size() != out_row_bytes * as_size(region.height)) {
    throw BadInput(fmt::format("resize: room for {} bytes; the region {} x {} x {} has {}.",
                               out.size(), region.height, region.width, image.channels,
                               out_row_bytes * as_size(region.height)));
  }
  const bool wide = width != image.width, tall = height != image.height;
  const AxisWeights* rows = tall ? &weights(image.height, height, filter) : nullptr;
  int first_row = region.top, row_count = region.height;
  if (tall) {
    const int last = region.top + region.height - 1;
    first_row = rows->first[as_size(region.top)];
    row_count = rows->first[as_size(last)] + rows->taps(last) - first_row;
  }
  const std::uint8_t* source =
      image.row(first_row) + as_size(region.left) * as_size(image.channels);
  std::size_t stride = image.row_bytes();
  if (wide) {
    std::uint8_t* target = out.data();
    if (tall) {
      grow(between_, out_row_bytes * as_size(row_count));
      target = between_.data();
    }
    horizontal(image, weights(image.width, width, filter), region, first_row, row_count, target);
    source = target;
    stride = out_row_bytes;
  }
  if (tall) {
    for (int y = 0; y < region.height; ++y) {
      const int x = region.top + y;
      kernels_->weighted_rows(
          source + static_cast<std::ptrdiff_t>(rows->first[as_size(x)] - first_row) *
                       static_cast<std::ptrdiff_t>(stride),
          static_cast<std::ptrdiff_t>(stride), rows->view(x), static_cast<int>(out_row_bytes),
          out.data() + as_size(y) * out_row_bytes);
    }
  } else if (!wide) {
    for (int y = 0; y < region.height; ++y) {
      std::memcpy(out.data() + as_size(y) * out_row_bytes, source + as_size(y) * stride,
                  out_row_bytes);
    }
  }
}

Image resize_pillow(const Image& image, int width, int height, Filter filter) {
  check_side(height, "new height");
  check_side(width, "new width");
  check_image(image);
  if (static_cast<std::int64_t>(height) * width > kMaxPixels) {
    throw BadInput(fmt::format("resize: {} x {} pixels asked for; at most {} in all are possible.",
                               height, width, kMaxPixels));
  }
  Image result(height, width, image.channels);
  Resizer().resize(image, height, width, filter, {0, 0, height, width}, result.bytes);
  return result;
}

}  // namespace asbench::models
