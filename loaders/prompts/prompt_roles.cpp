#include "loaders/prompts/prompt_roles.h"

#include <algorithm>
#include <array>

#include "loaders/csv.h"
#include "loaders/splits/find_file.h"

namespace asbench::loaders {
namespace {

using Names = std::vector<std::string>;

/// In the order of PromptRole.
const std::vector<Names>& all_names() {
  static const std::vector<Names> names = {
      {"ip", "ip_id", "character", "character_id", "film", "series", "show", "subject", "identity"},
      {"name", "display_name", "character_name", "ip_name"},
      {"story", "story_id", "story_no", "story_number", "story_index", "scenario", "episode",
       "prompt_id", "prompt_no", "prompt_number", "prompt_index"},
      {"shot", "shot_id", "shot_no", "shot_number", "shot_index", "scene", "scene_id", "scene_no",
       "scene_number", "scene_index", "clip_no", "clip_number"},
      {"shot0"},
      {"caption", "text", "prompt", "description", "shot_caption", "narrative_caption"},
      {"descriptive_caption", "detailed_caption"},
      {"audio_prompt", "audio", "sound"},
      {"reference", "references", "ref", "reference_image", "reference_path", "ref_image", "image",
       "picture"}};
  return names;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Lower case, with underscores for spaces and hyphens.
std::string plain(std::string_view name) {
  std::string text = lower_case(without_spaces(name));
  std::replace(text.begin(), text.end(), ' ', '_');
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

/// Length of the run of digits at the back.
std::size_t digits_at_back(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[text.size() - 1 - count])) ++count;
  return count;
}

}  // namespace

std::string_view role_name(PromptRole role) {
  return names_of_role(role).front();
}

const std::vector<std::string>& names_of_role(PromptRole role) {
  return all_names().at(static_cast<std::size_t>(role));
}

std::optional<PromptRole> role_of(std::string_view name) {
  const std::string wanted = plain(name);
  for (std::size_t role = 0; role < all_names().size(); ++role) {
    const Names& names = all_names()[role];
    if (std::find(names.begin(), names.end(), wanted) != names.end())
      return static_cast<PromptRole>(role);
  }
  return std::nullopt;
}

std::optional<std::pair<std::string, int>> numbered_caption(std::string_view name) {
  const std::string text = plain(name);
  const std::size_t digits = digits_at_back(text);
  if (digits == 0 || digits > 4) return std::nullopt;
  std::string word = text.substr(0, text.size() - digits);
  if (word.ends_with('_')) word.pop_back();
  constexpr std::array<std::string_view, 6> kWords = {"caption", "shot", "prompt",
                                                      "scene",   "text", "description"};
  if (std::find(kWords.begin(), kWords.end(), word) == kWords.end()) return std::nullopt;
  return std::pair(word, std::stoi(text.substr(text.size() - digits)));
}

std::optional<int> shot_number_of(std::string_view text) {
  const std::string trimmed = without_spaces(text);
  if (const auto number = csv_whole_number(trimmed)) return number;
  const std::size_t digits = digits_at_back(trimmed);
  if (digits == 0 || digits > 6) return std::nullopt;
  const std::string_view word = std::string_view(trimmed).substr(0, trimmed.size() - digits);
  const bool is_word = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ' ' || c == '#';
  });
  if (!is_word) return std::nullopt;
  return std::stoi(trimmed.substr(trimmed.size() - digits));
}

std::string without_spaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kSpaces), text.size());
  const std::size_t end = text.find_last_not_of(kSpaces);
  return std::string(text.substr(begin, end == std::string_view::npos ? 0 : end + 1 - begin));
}

}  // namespace asbench::loaders
