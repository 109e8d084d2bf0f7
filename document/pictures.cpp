#include "document/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace asbench::document {
namespace {

constexpr std::size_t kHashDigits = 32;
constexpr std::string_view kMean = "mean";

/// "7a7468" of the profile's "mean=.48145466/.4578275/.40821073"; empty where it states none.
std::string mean_colour(std::string_view profile) {
  const auto found = profile.find("mean=");
  if (found == std::string_view::npos) return {};
  const char* at = profile.data() + found + 5;
  const char* const end = profile.data() + profile.size();
  std::string colour;
  for (int channel = 0; channel < 3; ++channel) {
    double value = 0.0;
    const auto read = std::from_chars(at, end, value);
    if (read.ec != std::errc()) return {};
    colour += fmt::format("{:02x}", std::lround(std::clamp(value * 255.0, 0.0, 255.0)));
    if (channel < 2 && (read.ptr == end || *read.ptr != '/')) return {};
    at = read.ptr + (channel < 2 ? 1 : 0);
  }
  return colour;
}

}  // namespace

std::filesystem::path picture_folder(const std::filesystem::path& result) {
  return std::filesystem::path(result).replace_extension(".frames");
}

std::string frame_picture_name(const std::string& sha256, int frame) {
  return fmt::format("{}-{}.jpg", sha256.substr(0, kHashDigits), frame);
}

std::string backdrop(std::string_view background, std::string_view profile) {
  const std::string colour = background == kMean ? mean_colour(profile) : std::string();
  return colour.empty() ? std::string(background) : fmt::format("{}-{}", kMean, colour);
}

std::string reference_picture_name(const std::string& sha256, std::string_view backdrop) {
  return fmt::format("{}{}{}.jpg", sha256.substr(0, kHashDigits), backdrop.empty() ? "" : "-",
                     backdrop);
}

}  // namespace asbench::document
