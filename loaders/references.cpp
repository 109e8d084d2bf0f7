#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/json.h"
#include "loaders/findings.h"
#include "loaders/image_file.h"
#include "loaders/video/mat_image.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kMaxFileBytes = 1ULL << 30;
/// Levels between the darkest and the brightest value of a channel: what JPEG makes of one colour.
constexpr int kLevelsOfOneColour = 2;

bool is_transparent(const Image& picture) {
  if (picture.channels != 4) return false;
  for (std::size_t i = 3; i < picture.bytes.size(); i += 4) {
    if (picture.bytes[i] != 0) return false;
  }
  return true;
}

/// True when a person would see one colour, also with transparent parts on black.
bool is_one_colour(const Image& picture) {
  const Image flat = flatten_on_black(picture);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    int lowest = 255;
    int highest = 0;
    for (std::size_t i = channel; i < flat.bytes.size(); i += 3) {
      lowest = std::min<int>(lowest, flat.bytes[i]);
      highest = std::max<int>(highest, flat.bytes[i]);
    }
    if (highest - lowest > kLevelsOfOneColour) return false;
  }
  return true;
}

/// Why nothing can be compared with the picture; nothing when it shows something.
std::optional<std::string> emptiness(const Image& picture) {
  const std::string size = fmt::format("{}x{} pixels", picture.width, picture.height);
  if (is_transparent(picture)) return fmt::format("{}, all of them transparent", size);
  if (is_one_colour(picture)) {
    return fmt::format("{}, all of one colour{}", size,
                       picture.channels == 4 ? " on a black background" : "");
  }
  return std::nullopt;
}

/// What is wrong with a reference; nothing when it can be used.
std::optional<Finding> defect_of(const std::string& ip, const std::filesystem::path& file,
                                 Findings& information) {
  // A file that can't be read is the system's fault and ends the run.
  const std::string bytes = read_text_file(file, kMaxFileBytes);
  const auto report = [&](const char* kind, std::string_view detail) {
    return Finding{kind, "", std::nullopt, fmt::format("{}{}", ip_label(ip), detail)};
  };
  try {
    const PictureFile read = decode_picture(bytes, file.string());
    if (const auto empty = emptiness(read.image))
      return report("empty_reference", fmt::format("{}: {}", file.string(), *empty));
    if (read.orientation != 1) {
      information.push_back(report(
          "reference_turned",
          fmt::format("{}: turned as its EXIF orientation {} says; it is {}x{} pixels now",
                      file.string(), read.orientation, read.image.width, read.image.height)));
    }
  } catch (const BadInput& error) {
    return report("missing_reference", error.what());
  }
  return std::nullopt;
}

}  // namespace

Findings keep_usable_references(Split& split) {
  Findings findings;
  std::map<std::string, std::string> owners;  // hash -> IP
  for (Ip& ip : split.ips) {
    Ip usable = ip;
    usable.references.clear();
    usable.reference_sha256.clear();
    for (std::size_t i = 0; i < ip.references.size(); ++i) {
      if (auto defect = defect_of(ip.id, ip.references[i], findings)) {
        findings.push_back(std::move(*defect));
        continue;
      }
      usable.references.push_back(ip.references[i]);
      usable.reference_sha256.push_back(ip.reference_sha256.at(i));
      const auto [owner, is_new] = owners.emplace(ip.reference_sha256.at(i), ip.id);
      if (is_new) continue;
      findings.push_back({"shared_reference", "", std::nullopt,
                          fmt::format("{}{} is the same file as a reference of {}", ip_label(ip.id),
                                      ip.references[i].string(),
                                      owner->second == ip.id ? "this IP" : "IP " + owner->second)});
    }
    ip = std::move(usable);
  }
  return findings;
}

}  // namespace asbench::loaders
