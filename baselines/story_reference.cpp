#include "baselines/story_reference.h"

#include <string>
#include <vector>

namespace asbench::baselines {

std::optional<std::filesystem::path> reference_file(const loaders::Split& split,
                                                    const loaders::Story& story,
                                                    const loaders::Shot& shot) {
  for (const auto& id : shot.characters.value_or(std::vector<std::string>{})) {
    const auto* character = story.find_character(id);
    if (character != nullptr && !character->references.empty())
      return character->references.front();
  }
  for (const auto& character : story.characters) {
    if (!character.references.empty()) return character.references.front();
  }
  const auto& references = split.ip(story.ip).references;
  return references.empty() ? std::nullopt : std::optional(references.front());
}

}  // namespace asbench::baselines
