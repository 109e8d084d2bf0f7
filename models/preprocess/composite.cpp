#include "models/preprocess/composite.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/nearest_name.h"

namespace asbench::models {
namespace {

constexpr std::array<std::pair<std::string_view, Background>, 5> kNames{{
    {"black", Background::black},
    {"white", Background::white},
    {"gray", Background::gray},
    {"mean", Background::mean},
    {"keep", Background::keep},
}};

void check(const Image& image) {
  const bool complete =
      image.height > 0 && image.width > 0 && (image.channels == 3 || image.channels == 4) &&
      image.bytes.size() == image.row_bytes() * static_cast<std::size_t>(image.height);
  if (complete) return;
  throw BadInput(fmt::format(
      "composite: a picture of {} x {} x {} with {} bytes; expected height x width x 3 (RGB) or 4 "
      "(RGBA), not empty.",
      image.height, image.width, image.channels, image.bytes.size()));
}

std::array<std::uint32_t, 3> colour(Background background,
                                    const std::optional<std::array<double, 3>>& mean) {
  switch (background) {
    case Background::white:
      return {255, 255, 255};
    case Background::gray:
      return {128, 128, 128};
    case Background::mean: {
      if (!mean) {
        throw UsageError(
            "composite: background `mean` needs the mean of an encoder's profile, and there is "
            "none here. Choose black, white, gray or keep.");
      }
      std::array<std::uint32_t, 3> levels{};
      for (std::size_t c = 0; c < 3; ++c) {
        levels[c] =
            static_cast<std::uint32_t>(std::lround(std::clamp((*mean)[c] * 255.0, 0.0, 255.0)));
      }
      return levels;
    }
    case Background::black:
    case Background::keep:
      break;
  }
  return {0, 0, 0};
}

}  // namespace

Background parse_background(std::string_view name) {
  for (const auto& [known, background] : kNames) {
    if (known == name) return background;
  }
  std::vector<std::string> names;
  for (const auto& entry : kNames) names.emplace_back(entry.first);
  throw UsageError(
      fmt::format("background `{}` isn't known.{} Choose black, white, gray, mean or keep.", name,
                  did_you_mean(name, names)));
}

std::string_view to_string(Background background) {
  return std::find_if(kNames.begin(), kNames.end(),
                      [background](const auto& entry) { return entry.second == background; })
      ->first;
}

Image composite(const Image& image, Background background,
                const std::optional<std::array<double, 3>>& mean) {
  check(image);
  if (image.channels == 3) return image;
  const std::array<std::uint32_t, 3> behind = colour(background, mean);
  const bool ignore_alpha = background == Background::keep;
  Image result(image.height, image.width, 3);
  const std::uint8_t* from = image.bytes.data();
  for (std::size_t at = 0; at < result.bytes.size(); at += 3, from += 4) {
    const std::uint32_t alpha = ignore_alpha ? 255 : from[3];
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint32_t t = from[c] * alpha + behind[c] * (255 - alpha) + 128;
      result.bytes[at + c] = static_cast<std::uint8_t>((t + (t >> 8)) >> 8);
    }
  }
  return result;
}

Image crop_to_visible(const Image& image) {
  check(image);
  if (image.channels == 3) return image;
  int top = image.height, bottom = -1, left = image.width, right = -1;
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* pixel = image.row(y);
    for (int x = 0; x < image.width; ++x, pixel += 4) {
      if (pixel[3] == 0) continue;
      top = std::min(top, y);
      bottom = y;
      left = std::min(left, x);
      right = std::max(right, x);
    }
  }
  if (bottom < 0) {
    throw BadInput(fmt::format(
        "crop=bbox: the {} x {} picture is transparent everywhere (alpha 0), so there is nothing "
        "to cut to. Use a picture that shows the character, or leave crop=bbox out.",
        image.height, image.width));
  }
  Image result(bottom - top + 1, right - left + 1, 4);
  for (int y = 0; y < result.height; ++y) {
    const std::uint8_t* from = image.row(top + y) + static_cast<std::ptrdiff_t>(left) * 4;
    std::copy_n(from, result.row_bytes(), result.row(y));
  }
  return result;
}

}  // namespace asbench::models
