#include "loaders/masks/mask_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "loaders/image_file.h"
#include "loaders/masks/reference_files.h"
#include "loaders/masks/reference_picture.h"
#include "loaders/name_match.h"
#include "loaders/outputs/picture_size.h"
#include "loaders/splits/find_file.h"
#include "loaders/video/mat_image.h"

namespace asbench::loaders {
namespace {

constexpr int kDeepest = 16;  ///< folders below one another; a loop of links ends there
constexpr std::uint8_t kHalf = 128;
constexpr std::string_view kShot = "shot_";

/// Digits only, zeros before them allowed.
std::optional<int> number_of(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

/// The number of "shot_03" or "shot_03.json".
std::optional<int> shot_of(const std::string& name) {
  return name.starts_with(kShot) ? number_of(std::string_view(name).substr(kShot.size()))
                                 : std::nullopt;
}

bool has_ending(const std::filesystem::path& file, std::string_view ending) {
  return lower_case(file.extension().string()) == ending;
}

bool is_hidden(const std::filesystem::path& path) {
  return path.filename().string().starts_with('.');
}

bool is_run_lengths(const Json& value) {
  return value.is_object() && value.contains("counts");
}

/// The text with its %XX as the bytes that they stand for.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* const digits = text.data() + i + 1;
    const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                           std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    plain += is_escape ? static_cast<char>(byte) : text[i];
    if (is_escape) i += 2;
  }
  return plain;
}

}  // namespace

Mask mask_of_picture(const Image& picture) {
  Mask mask{picture.height, picture.width, {}};
  const auto channels = static_cast<std::size_t>(picture.channels);
  const bool by_alpha = picture.channels == 4 && is_transparent(picture);
  mask.values.reserve(picture.bytes.size() / channels);
  for (std::size_t at = 0; at < picture.bytes.size(); at += channels) {
    const std::uint8_t* const pixel = picture.bytes.data() + at;
    mask.values.push_back(by_alpha ? pixel[3] : *std::max_element(pixel, pixel + 3));
  }
  const std::uint8_t most =
      mask.values.empty() ? 0 : *std::max_element(mask.values.begin(), mask.values.end());
  const bool has_two_levels = std::all_of(mask.values.begin(), mask.values.end(),
                                          [&](auto value) { return value == 0 || value == most; });
  const std::uint8_t least = !by_alpha && has_two_levels ? 1 : kHalf;
  for (std::uint8_t& value : mask.values) value = value >= least ? 1 : 0;
  return mask;
}

MaskSource::MaskSource(std::filesystem::path folder, SubjectRoster roster)
    : folder_(std::move(folder)), roster_(std::move(roster)) {
  if (!is_folder(folder_))
    throw UsageError(fmt::format("--masks {}: no such folder", folder_.string()));
  walk(folder_, "", 0);
  if (shots_.empty()) {
    throw BadInput(fmt::format(
        "--masks {}: no mask for a shot of the split.{}\n  Expected "
        "<story>/shot_<NN>/{}<frame>.png, or <story>/shot_<NN>.json with run lengths; frames are "
        "numbered from 0.",
        folder_.string(), findings_.empty() ? "" : " " + findings_.front().detail,
        roster_.has_single_characters() ? "" : "<character>/"));
  }
}

void MaskSource::walk(const std::filesystem::path& folder, const std::string& story, int depth) {
  if (depth > kDeepest)
    throw BadInput(fmt::format("{}: too many folders below one another", folder.string()));
  for (const FolderEntry& entry : list_folder(folder)) {
    if (is_hidden(entry.path)) continue;
    const std::string name = entry.path.filename().string();
    if (entry.kind == FileKind::folder) {
      if (const auto shot = shot_of(name); shot && !story.empty())
        take_shot_folder(entry.path, story, *shot);
      else
        walk(entry.path, story.empty() ? name : story + "/" + name, depth + 1);
    } else if (entry.kind == FileKind::file && has_ending(entry.path, ".json")) {
      const auto shot = shot_of(entry.path.stem().string());
      if (shot && !story.empty()) take_shot_file(entry.path, story, *shot);
    }
  }
}

MaskSource::Frames* MaskSource::place_for(const std::string& where, const std::string& story,
                                          int shot, const std::string& character) {
  const SubjectShot* const there = roster_.find(story, shot);
  const auto known =
      there == nullptr ? std::nullopt : SubjectRoster::character_of(*there, character);
  if (!known) {
    findings_.push_back(roster_.stranger(where, story, shot, character));
    return nullptr;
  }
  return &shots_[{there->story, there->shot}][*known];
}

void MaskSource::take_shot_folder(const std::filesystem::path& folder, const std::string& story,
                                  int shot) {
  const auto [origin, is_new] = origins_.emplace(ShotKey{nfc(story), shot}, folder);
  if (!is_new) {
    throw BadInput(fmt::format("{} and {} are both masks of story {} shot {}; keep one",
                               origin->second.string(), folder.string(), story, shot));
  }
  bool has_pictures = false;
  for (const FolderEntry& entry : list_folder(folder)) {
    if (is_hidden(entry.path)) continue;
    if (entry.kind == FileKind::folder)
      take_frames(entry.path, story, shot,
                  character_named(entry.path.filename().string(), story, shot));
    has_pictures = has_pictures || (entry.kind == FileKind::file && has_ending(entry.path, ".png"));
  }
  if (has_pictures) take_frames(folder, story, shot, "");
}

std::string MaskSource::character_named(const std::string& folder, const std::string& story,
                                        int shot) const {
  const SubjectShot* const there = roster_.find(story, shot);
  if (there == nullptr) return folder;
  if (there->takes_anybody) return unescaped(folder);
  if (SubjectRoster::character_of(*there, folder)) return folder;
  for (const std::string& character : there->characters) {
    if (nfc(as_file_name(character)) == nfc(folder) || nfc(character) == nfc(unescaped(folder)))
      return character;
  }
  return folder;
}

void MaskSource::take_frames(const std::filesystem::path& folder, const std::string& story,
                             int shot, const std::string& character) {
  Frames* const frames = place_for(folder.string(), story, shot, character);
  if (frames == nullptr) return;
  for (const FolderEntry& entry : list_folder(folder)) {
    if (is_hidden(entry.path) || entry.kind != FileKind::file || !has_ending(entry.path, ".png"))
      continue;
    const auto frame = number_of(entry.path.stem().string());
    if (!frame) {
      throw BadInput(fmt::format(
          "{}: the name is not the number of a frame.\n  Masks are called 0.png, 1.png, ... "
          "(000012.png is frame 12).",
          entry.path.string()));
    }
    if (const auto [at, is_new] = frames->emplace(*frame, entry.path); !is_new) {
      throw BadInput(fmt::format("{}: frame {} has a mask already in {}", entry.path.string(),
                                 *frame, folder.string()));
    }
  }
}

void MaskSource::take_shot_file(const std::filesystem::path& file, const std::string& story,
                                int shot) {
  const auto [origin, is_new] = origins_.emplace(ShotKey{nfc(story), shot}, file);
  if (!is_new) {
    throw BadInput(fmt::format("{} and {} are both masks of story {} shot {}; keep one",
                               origin->second.string(), file.string(), story, shot));
  }
  const Json document =
      read_json_file(file, {.refuse_duplicate_keys = true, .kind = "a file of masks"});
  if (!document.is_object()) {
    throw BadInput(fmt::format(
        "{}: expected {{\"<character>\": {{\"<frame>\": {{\"size\": [h, w], \"counts\": ...}}}}}}",
        file.string()));
  }
  const bool has_no_characters = !document.empty() && is_run_lengths(document.begin().value());
  if (has_no_characters) return take_entries(document, file.string(), story, shot, "");
  for (const auto& [character, entries] : document.items())
    take_entries(entries, file.string(), story, shot, character);
}

void MaskSource::take_entries(const Json& entries, const std::string& where,
                              const std::string& story, int shot, const std::string& character) {
  const std::string who =
      character.empty() ? where : fmt::format("{}: character {}", where, character);
  if (!entries.is_object())
    throw BadInput(fmt::format("{}: expected {{\"<frame>\": {{\"size\", \"counts\"}}}}", who));
  Frames* const frames = place_for(where, story, shot, character);
  if (frames == nullptr) return;
  for (const auto& [key, value] : entries.items()) {
    const auto frame = number_of(key);
    if (!frame) {
      throw BadInput(fmt::format("{}: \"{}\" is not the number of a frame, from 0 on", who, key));
    }
    try {
      if (!frames->emplace(*frame, parse_json_runs(value)).second)
        throw BadInput(fmt::format("{}: frame {} is there twice", who, *frame));
    } catch (const BadRunLengths& error) {
      throw BadInput(fmt::format("{}: frame {}: {}", who, *frame, error.what()));
    }
  }
}

MaskSource::Answer MaskSource::find(const SubjectKey& key, int width, int height) const {
  const auto shot = shots_.find(ShotKey{key.story, key.shot});
  if (shot == shots_.end()) return {};
  Answer answer{SubjectState::undetected, {}};
  const auto character = shot->second.find(key.character);
  if (character == shot->second.end()) return answer;
  const auto given = character->second.find(key.frame);
  if (given == character->second.end()) return answer;
  const auto* const file = std::get_if<std::filesystem::path>(&given->second);
  Mask mask = file != nullptr ? mask_of_picture(read_image(*file)) : Mask{};
  const RunLengths* const runs = std::get_if<RunLengths>(&given->second);
  const int given_width = runs != nullptr ? runs->width : mask.width;
  const int given_height = runs != nullptr ? runs->height : mask.height;
  const MaskFit fit = mask_fit(given_width, given_height, width, height);
  if (fit == MaskFit::mismatch) {
    throw BadInput(fmt::format(
        "--masks {}: the mask of story {} shot {} frame {} is {}x{}, and the frame {}x{}.\n  Masks "
        "have the size of the frame, or its aspect within 1 %.",
        file != nullptr ? file->string() : folder_.string(), key.story, key.shot, key.frame,
        given_width, given_height, width, height));
  }
  if (runs != nullptr) mask = decode_runs(*runs);
  mask = scaled_mask(std::move(mask), width, height);
  if (mask.area() == 0) return answer;
  return {SubjectState::given, std::move(mask)};
}

std::optional<std::pair<int, int>> MaskSource::size_of(const SubjectKey& key) const {
  const auto shot = shots_.find(ShotKey{key.story, key.shot});
  if (shot == shots_.end()) return std::nullopt;
  const auto character = shot->second.find(key.character);
  if (character == shot->second.end()) return std::nullopt;
  const auto given = character->second.find(key.frame);
  if (given == character->second.end()) return std::nullopt;
  if (const auto* const runs = std::get_if<RunLengths>(&given->second))
    return std::pair(runs->width, runs->height);
  const auto size = picture_size(std::get<std::filesystem::path>(given->second));
  if (!size) return std::nullopt;  // no picture: find() says so
  return std::pair(static_cast<int>(size->first), static_cast<int>(size->second));
}

std::vector<int> MaskSource::frames_of(const std::string& story, int shot) const {
  std::set<int> frames;
  if (const auto there = shots_.find(ShotKey{story, shot}); there != shots_.end()) {
    for (const auto& [character, given] : there->second) {
      for (const auto& [frame, mask] : given) frames.insert(frame);
    }
  }
  return {frames.begin(), frames.end()};
}

std::string MaskSource::sha256() const {
  Sha256 sum;
  sum.update("masks");
  for (const auto& [shot, characters] : shots_) {
    for (const auto& [character, frames] : characters) {
      sum.update(fmt::format("\n{}\n{}\n{}\n", shot.story, shot.shot, character));
      for (const auto& [frame, given] : frames) {
        const auto* const file = std::get_if<std::filesystem::path>(&given);
        const auto* const runs = std::get_if<RunLengths>(&given);
        sum.update(file != nullptr ? fmt::format("{} {}\n", frame, sha256_file(*file))
                                   : fmt::format("{} {} {} {}\n", frame, runs->height, runs->width,
                                                 compressed_runs(*runs)));
      }
    }
  }
  return sum.hex_digest();
}

}  // namespace asbench::loaders
