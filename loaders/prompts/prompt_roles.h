#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the columns of a table and the keys of JSON mean. Not for other modules.
namespace asbench::loaders {

enum class PromptRole {
  ip,
  name,
  story,
  shot,
  shot0,
  caption,
  descriptive_caption,
  audio_prompt,
  reference
};

/// The name that a role has in documentation and messages.
[[nodiscard]] std::string_view role_name(PromptRole role);

/// What a column or key of that name means: "Character" is the IP, "text" the caption. Letter case,
/// and spaces or hyphens in place of underscores, don't count.
[[nodiscard]] std::optional<PromptRole> role_of(std::string_view name);

/// The names that a role may have, the first one is role_name().
[[nodiscard]] const std::vector<std::string>& names_of_role(PromptRole role);

/// "caption3", "Shot 3", "prompt_03": the words before the number, and the number.
[[nodiscard]] std::optional<std::pair<std::string, int>> numbered_caption(std::string_view name);

/// A shot's number: "3", "03", "3.0", "shot_3", "Scene 3".
[[nodiscard]] std::optional<int> shot_number_of(std::string_view text);

/// Without the spaces, tabs and line ends at both ends.
[[nodiscard]] std::string without_spaces(std::string_view text);

}  // namespace asbench::loaders
