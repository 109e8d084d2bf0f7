#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/json.h"
#include "loaders/findings.h"
#include "loaders/image_file.h"
#include "loaders/reference_owner.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kMaxFileBytes = 1ULL << 30;
/// Levels between the darkest and the brightest value of a channel: what JPEG makes of one colour.
constexpr unsigned kLevelsOfOneColour = 2;

bool is_all_transparent(const Image& picture) {
  if (picture.channels != 4) return false;
  for (std::size_t i = 3; i < picture.bytes.size(); i += 4) {
    if (picture.bytes[i] != 0) return false;
  }
  return true;
}

/// The levels that the transparent parts of a reference may get. The mean of an encoder is not
/// known here: what is of one colour on black and on white is so on everything.
std::vector<unsigned> levels_behind(std::string_view background) {
  if (background == "white") return {255};
  if (background == "gray") return {128};
  if (background == "mean") return {0, 255};
  return {0};
}

/// True when a person would see one colour on a background of this level.
bool is_one_colour(const Image& picture, unsigned behind, bool ignore_alpha) {
  const auto step = static_cast<std::size_t>(picture.channels);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    unsigned lowest = 255;
    unsigned highest = 0;
    for (std::size_t pixel = 0; pixel + step <= picture.bytes.size(); pixel += step) {
      const unsigned alpha = step == 4 && !ignore_alpha ? picture.bytes[pixel + 3] : 255U;
      const unsigned seen =
          (picture.bytes[pixel + channel] * alpha + behind * (255U - alpha) + 127U) / 255U;
      lowest = std::min(lowest, seen);
      highest = std::max(highest, seen);
    }
    if (highest - lowest > kLevelsOfOneColour) return false;
  }
  return true;
}

/// Why nothing can be compared with the picture; nothing when it shows something.
std::optional<std::string> emptiness(const Image& picture, std::string_view background) {
  const std::string size = fmt::format("{}x{} pixels", picture.width, picture.height);
  const bool ignore_alpha = background == "keep";
  if (!ignore_alpha && is_all_transparent(picture))
    return fmt::format("{}, all of them transparent", size);
  const auto levels = levels_behind(background);
  if (std::all_of(levels.begin(), levels.end(),
                  [&](unsigned level) { return is_one_colour(picture, level, ignore_alpha); })) {
    return fmt::format(
        "{}, all of one colour{}", size,
        picture.channels == 4 && !ignore_alpha ? fmt::format(" (background: {})", background) : "");
  }
  return std::nullopt;
}

/// What is wrong with a reference; nothing when it can be used.
std::optional<Finding> defect_of(const ReferenceOwner& owner, const std::filesystem::path& file,
                                 std::string_view background, Findings& information) {
  // A file that can't be read is the system's fault and ends the run.
  const std::string bytes = read_text_file(file, kMaxFileBytes);
  const auto report = [&](const char* kind, std::string_view detail) {
    return Finding{kind, owner.story, std::nullopt, fmt::format("{}{}", owner.label, detail)};
  };
  try {
    const PictureFile read = decode_picture(bytes, file.string());
    if (const auto empty = emptiness(read.image, background))
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

/// `shared_reference` where another reference has the same bytes.
/// @param owners  the first owner of each hash so far, as findings name it
std::optional<Finding> shared_with(const ReferenceOwner& owner, std::size_t index,
                                   std::map<std::string, std::string>& owners) {
  const auto [first, is_new] = owners.emplace(owner.sha256->at(index), owner.name);
  if (is_new) return std::nullopt;
  return Finding{
      "shared_reference", owner.story, std::nullopt,
      fmt::format("{}{} is the same file as a reference of {}", owner.label,
                  (*owner.references)[index].string(),
                  first->second == owner.name ? (owner.story.empty() ? "this IP" : "this character")
                                              : first->second)};
}

}  // namespace

Findings keep_usable_references(Split& split, std::string_view background) {
  Findings findings;
  std::map<std::string, std::string> first_owners;  // by hash
  for (const ReferenceOwner& owner : reference_owners(split)) {
    std::vector<std::filesystem::path> references;
    std::vector<std::string> hashes;
    std::vector<int> frames;
    const bool has_frames = owner.frames != nullptr && !owner.frames->empty();
    for (std::size_t i = 0; i < owner.references->size(); ++i) {
      if (auto defect = defect_of(owner, (*owner.references)[i], background, findings)) {
        findings.push_back(std::move(*defect));
        continue;
      }
      references.push_back((*owner.references)[i]);
      hashes.push_back(owner.sha256->at(i));
      if (has_frames) frames.push_back(owner.frames->at(i));
      if (auto shared = shared_with(owner, i, first_owners)) findings.push_back(std::move(*shared));
    }
    *owner.references = std::move(references);
    *owner.sha256 = std::move(hashes);
    if (has_frames) *owner.frames = std::move(frames);
  }
  return findings;
}

}  // namespace asbench::loaders
