#include "loaders/splits/find_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/files.h"
#include "loaders/splits/common.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kShownNames = 5;

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Pictures that are not read, but that somebody may have meant.
bool is_other_picture(const std::string& ending) {
  constexpr std::array<std::string_view, 8> kEndings = {".gif",  ".bmp",  ".tif",  ".tiff",
                                                        ".avif", ".heic", ".apng", ".jfif"};
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

/// True for names that might be what was meant.
bool is_worth_showing(const std::filesystem::path& file, const WantedFile& wanted) {
  const std::string name = lower_case(file.filename().string());
  const std::string ending = lower_case(file.extension().string());
  if (!wanted.like.empty()) {
    const bool wants_json =
        lower_case(std::filesystem::path(wanted.name).extension().string()) == ".json";
    return name.starts_with(lower_case(wanted.like)) && (wants_json || ending != ".json");
  }
  return name.starts_with(lower_case(wanted.name.substr(0, 3))) ||
         (!wanted.endings.empty() &&
          (contains(wanted.endings, ending) || is_other_picture(ending)));
}

std::string shown(const std::vector<std::string>& names) {
  const std::vector<std::string> first(
      names.begin(),
      names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShownNames)));
  return fmt::format(
      "{}{}", fmt::join(first, ", "),
      names.size() > kShownNames ? fmt::format(" and {} more", names.size() - kShownNames) : "");
}

}  // namespace

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

FoundFile find_file(const std::filesystem::path& folder, const WantedFile& wanted) {
  const auto exact = folder / wanted.name;
  if (is_there(exact)) return {exact, {}, {}};
  const std::filesystem::path name(wanted.name);
  const std::string stem = lower_case(name.stem().string());
  std::vector<std::filesystem::path> candidates;
  std::vector<std::string> there;
  for (const auto& file : list_files(folder)) {
    const std::string ending = lower_case(file.extension().string());
    if (lower_case(file.stem().string()) == stem &&
        (ending == lower_case(name.extension().string()) || contains(wanted.endings, ending))) {
      candidates.push_back(file);
    }
    if (is_worth_showing(file, wanted)) there.push_back(file.filename().string());
  }
  if (candidates.size() == 1) {
    return {candidates.front(),
            fmt::format("{} is used; {} is not there", candidates.front().string(), wanted.name),
            {}};
  }
  std::string problem = fmt::format("{}: no such file", exact.string());
  if (candidates.size() > 1) {
    std::vector<std::string> names;
    for (const auto& file : candidates) names.push_back(file.filename().string());
    problem += fmt::format(", and several could stand for it: {}. Rename the one that is meant",
                           shown(names));
  } else if (!there.empty()) {
    problem += fmt::format(". There is {}: rename or convert it", shown(there));
  }
  return {std::nullopt, {}, problem};
}

}  // namespace asbench::loaders
