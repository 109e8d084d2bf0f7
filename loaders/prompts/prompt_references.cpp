#include "loaders/prompts/prompt_references.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/files.h"
#include "loaders/name_match.h"
#include "loaders/splits/common.h"
#include "loaders/splits/find_file.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kListed = 6;

/// Letter case, zeros, Unicode form, and the choice of space, hyphen and underscore don't count.
std::string key_of(const std::string& name) {
  std::string key = loose_name(name);
  std::replace(key.begin(), key.end(), ' ', '_');
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

/// The character that a picture's name names: "momo" for momo_ref and reference_momo.
std::string character_of(const std::string& stem) {
  const std::string key = key_of(stem);
  for (const std::string_view word : {"reference", "ref"}) {
    const std::string back = fmt::format("_{}", word);
    const std::string front = fmt::format("{}_", word);
    if (key.size() > back.size() && key.ends_with(back))
      return stem.substr(0, stem.size() - back.size());
    if (key.size() > front.size() && key.starts_with(front)) return stem.substr(front.size());
  }
  return stem;
}

bool is_picture(const std::filesystem::path& file) {
  const auto& endings = reference_endings();
  return std::find(endings.begin(), endings.end(), lower_case(file.extension().string())) !=
         endings.end();
}

std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder) {
  auto files = list_files(folder);
  std::erase_if(files, [](const auto& file) { return !is_picture(file); });
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return files;
}

/// Of a folder's pictures, those that are called "reference" or "ref"; all when none is.
std::vector<std::filesystem::path> references_among(
    const std::vector<std::filesystem::path>& pictures) {
  std::vector<std::filesystem::path> named;
  for (const auto& picture : pictures) {
    const std::string key = key_of(picture.stem().string());
    if (key == "reference" || key == "ref") named.push_back(picture);
  }
  return named.empty() ? pictures : named;
}

}  // namespace

ReferenceFolder::ReferenceFolder(std::optional<std::filesystem::path> folder)
    : folder_(std::move(folder)) {
  if (!folder_) return;
  if (!is_folder(*folder_)) {
    throw BadInput(
        fmt::format("--references {}: no such folder.\n  Expected the folder of the "
                    "characters' reference pictures.",
                    folder_->string()));
  }
  pictures_ = pictures_in(*folder_);
  for (const auto& inner : list_folders(*folder_)) {
    auto pictures = references_among(pictures_in(inner));
    if (!pictures.empty()) folders_.emplace_back(inner.filename().string(), std::move(pictures));
  }
}

std::optional<std::string> ReferenceFolder::only_name() const {
  if (pictures_.size() == 1 && folders_.empty())
    return character_of(pictures_.front().stem().string());
  if (pictures_.empty() && folders_.size() == 1) return folders_.front().first;
  return std::nullopt;
}

std::vector<ReferenceFolder::Pictures> ReferenceFolder::candidates(const std::string& name) const {
  const std::string key = key_of(name);
  std::vector<Pictures> found;
  for (const auto& picture : pictures_) {
    const std::string stem = picture.stem().string();
    if (key_of(stem) == key || key_of(character_of(stem)) == key) found.push_back({picture});
  }
  for (const auto& [folder, pictures] : folders_) {
    if (key_of(folder) == key) found.push_back(pictures);
  }
  return found;
}

std::optional<std::filesystem::path> ReferenceFolder::stated(const std::string& file,
                                                             const std::filesystem::path& beside,
                                                             std::string& problem) const {
  std::vector<std::filesystem::path> places;
  if (folder_) places.push_back((*folder_ / file).lexically_normal());
  places.push_back((beside / file).lexically_normal());
  for (const auto& place : places) {
    if (is_file(place)) return place;
  }
  for (const auto& place : places) {
    if (!is_folder(place.parent_path())) continue;
    const FoundFile found = find_file(
        place.parent_path(), {.name = place.filename().string(), .endings = reference_endings()});
    if (found.file) return found.file;
  }
  problem = "no such file:";
  for (const auto& place : places) problem += fmt::format(" {}", place.string());
  return std::nullopt;
}

std::string ReferenceFolder::listed() const {
  std::vector<std::string> names;
  for (const auto& picture : pictures_) names.push_back(picture.filename().string());
  for (const auto& [folder, pictures] : folders_) names.push_back(folder + "/");
  if (names.empty()) return "no picture";
  const std::size_t shown = std::min(names.size(), kListed);
  return fmt::format(
      "{}{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "");
}

std::vector<std::filesystem::path> ReferenceFolder::of(const PromptIp& ip,
                                                       const std::filesystem::path& beside,
                                                       bool only_ip, std::string& problem) {
  Pictures pictures;
  if (!ip.references.empty()) {
    for (const std::string& file : ip.references) {
      auto found = stated(file, beside, problem);
      if (!found) return {};
      pictures.push_back(std::move(*found));
    }
  } else {
    if (!folder_) {
      problem = "no reference is stated, and there is no --references folder to look in";
      return {};
    }
    std::vector<Pictures> found;
    for (const std::string& name : {ip.id, ip.id.substr(ip.id.rfind('/') + 1), ip.name}) {
      if (found.empty() && !name.empty()) found = candidates(name);
    }
    if (found.empty() && only_ip && only_name()) {
      found = pictures_.empty() ? std::vector<Pictures>{folders_.front().second}
                                : std::vector<Pictures>{pictures_};
    }
    if (found.size() > 1) {
      std::vector<std::string> names;
      for (const auto& candidate : found)
        names.push_back(candidate.front().lexically_relative(*folder_).string());
      problem = fmt::format("several pictures may be it: {}", fmt::join(names, ", "));
      return {};
    }
    if (found.empty()) {
      problem = fmt::format("no picture by that name; {} holds {}", folder_->string(), listed());
      return {};
    }
    pictures = std::move(found.front());
  }
  taken_.insert(pictures.begin(), pictures.end());
  return pictures;
}

std::vector<std::string> ReferenceFolder::unused() const {
  std::vector<std::string> names;
  for (const auto& picture : pictures_) {
    if (!taken_.contains(picture)) names.push_back(picture.filename().string());
  }
  for (const auto& [folder, pictures] : folders_) {
    const bool is_taken = std::any_of(pictures.begin(), pictures.end(), [&](const auto& picture) {
      return taken_.contains(picture);
    });
    if (!is_taken) names.push_back(folder + "/");
  }
  return names;
}

}  // namespace asbench::loaders
