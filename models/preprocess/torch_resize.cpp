#include "models/preprocess/torch_resize.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/error.h"

namespace asbench::models {
namespace {

/// Where one output position reads: two neighbours and the share of the upper one.
struct Tap {
  int low = 0;
  int high = 0;
  float upper = 0.0F;
};

std::vector<Tap> taps_of(int input, int output) {
  const float scale = static_cast<float>(input) / static_cast<float>(output);
  std::vector<Tap> taps(static_cast<std::size_t>(output));
  for (int i = 0; i < output; ++i) {
    // Fused, as in torch's kernel: rounded twice, positions differ by 4e-6 of a pixel, and so do
    // values by that times the contrast.
    const float position = std::max(0.0F, std::fma(scale, static_cast<float>(i) + 0.5F, -0.5F));
    Tap& tap = taps[static_cast<std::size_t>(i)];
    tap.low = std::min(static_cast<int>(position), input - 1);
    tap.high = std::min(tap.low + 1, input - 1);
    tap.upper = std::clamp(position - static_cast<float>(tap.low), 0.0F, 1.0F);
  }
  return taps;
}

/// Four neighbours of an output position and their shares.
struct CubicTap {
  std::array<int, 4> at{};
  std::array<float, 4> share{};
};

std::vector<CubicTap> cubic_taps_of(int input, int output) {
  constexpr float kA = -0.75F;
  const auto near = [](float t) { return ((kA + 2.0F) * t - (kA + 3.0F)) * t * t + 1.0F; };
  const auto far = [](float t) { return ((kA * t - 5.0F * kA) * t + 8.0F * kA) * t - 4.0F * kA; };
  const float scale = static_cast<float>(input) / static_cast<float>(output);
  std::vector<CubicTap> taps(static_cast<std::size_t>(output));
  for (int i = 0; i < output; ++i) {
    const float position = std::fma(scale, static_cast<float>(i) + 0.5F, -0.5F);
    const float floor = std::floor(position);
    const float t = position - floor;
    CubicTap& tap = taps[static_cast<std::size_t>(i)];
    tap.share = {far(t + 1.0F), near(t), near(1.0F - t), far(2.0F - t)};
    for (int k = 0; k < 4; ++k) {
      tap.at[static_cast<std::size_t>(k)] =
          std::clamp(static_cast<int>(floor) - 1 + k, 0, input - 1);
    }
  }
  return taps;
}

void require_room(const Image& image, Extent size, std::span<float> out) {
  const auto plane = static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
  if (image.empty() || image.channels != 3)
    throw BadInput(
        fmt::format("a frame to be resized has {} channels, 3 were expected", image.channels));
  if (size.height < 1 || size.width < 1 || out.size() != 3 * plane) {
    throw BadInput(fmt::format("memory for {} values was given for a frame of 3 x {} x {}",
                               out.size(), size.height, size.width));
  }
}

}  // namespace

void torch_bilinear(const Image& image, Extent size, std::span<float> out) {
  require_room(image, size, out);
  const auto plane = static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
  const auto rows = taps_of(image.height, size.height);
  const auto columns = taps_of(image.width, size.width);
  for (int y = 0; y < size.height; ++y) {
    const Tap& row = rows[static_cast<std::size_t>(y)];
    const std::uint8_t* above = image.row(row.low);
    const std::uint8_t* below = image.row(row.high);
    for (int x = 0; x < size.width; ++x) {
      const Tap& column = columns[static_cast<std::size_t>(x)];
      for (int c = 0; c < 3; ++c) {
        const auto level = [c](const std::uint8_t* line, int at) {
          return static_cast<float>(line[at * 3 + c]);
        };
        const float top = (1.0F - column.upper) * level(above, column.low) +
                          column.upper * level(above, column.high);
        const float bottom = (1.0F - column.upper) * level(below, column.low) +
                             column.upper * level(below, column.high);
        out[static_cast<std::size_t>(c) * plane +
            static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
            static_cast<std::size_t>(x)] = (1.0F - row.upper) * top + row.upper * bottom;
      }
    }
  }
}

void torch_bicubic(const Image& image, Extent size, std::span<float> out) {
  require_room(image, size, out);
  const auto plane = static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
  const auto rows = cubic_taps_of(image.height, size.height);
  const auto columns = cubic_taps_of(image.width, size.width);
  for (int y = 0; y < size.height; ++y) {
    const CubicTap& row = rows[static_cast<std::size_t>(y)];
    for (int x = 0; x < size.width; ++x) {
      const CubicTap& column = columns[static_cast<std::size_t>(x)];
      for (int c = 0; c < 3; ++c) {
        float sum = 0.0F;
        for (std::size_t j = 0; j < 4; ++j) {
          const std::uint8_t* line = image.row(row.at[j]);
          float across = 0.0F;
          for (std::size_t i = 0; i < 4; ++i)
            across += column.share[i] * static_cast<float>(line[column.at[i] * 3 + c]);
          sum += row.share[j] * across;
        }
        out[static_cast<std::size_t>(c) * plane +
            static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
            static_cast<std::size_t>(x)] = sum;
      }
    }
  }
}

}  // namespace asbench::models
