#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "loaders/prompts/prompt_file.h"
#include "loaders/split.h"

// From what a file says to stories. Not for other modules.
namespace asbench::loaders {

/// An IP with its stories still in the split; what the file says of its references.
struct PromptIp {
  std::string id;
  std::string name;                     ///< empty: as the id
  std::vector<std::string> references;  ///< as written; empty: to be found by the name
  std::string where;                    ///< the first line that names it
};

struct PromptStories {
  std::vector<PromptIp> ips;   ///< in the order in which the file names them
  std::vector<Story> stories;  ///< in the file's order
  std::vector<std::string> notes;
};

/// Puts rows together, numbers what has no number and fills in the only IP.
/// @param has_picture  whether there is a reference picture by that name
/// @param only_ip      the IP of a file that names none; nothing when it can't be known
/// @throws BadInput with the line for what is doubled, missing, or may mean two things.
[[nodiscard]] PromptStories stories_of(PromptFile file, const std::string& where,
                                       const std::function<bool(const std::string&)>& has_picture,
                                       const std::optional<std::string>& only_ip);

}  // namespace asbench::loaders
