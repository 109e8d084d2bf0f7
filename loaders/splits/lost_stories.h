#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/split.h"

// How many stories are lost with a file that can't be read (docs/design/metrics.md 9.1). Not for
// other modules.
namespace asbench::loaders {

/// A story as far as it can be seen in a text that is not valid JSON.
struct StoryOutline {
  std::string name;  ///< its prompt: the index, or the key
  int shots = 0;
};

/// Where the stories stand in a form's JSON.
enum class StoryPlace {
  captions_by_prompt,  ///< {"<name>": {"captions": [shots]}}
  prompts_array        ///< {"prompts": [[shots], ...]}
};

/// Counts stories and shots by brackets and strings alone, which a trailing or missing comma, a
/// comment or a wrong escape leaves intact. @returns nothing when the brackets don't close, or no
/// story is seen: then nothing is known. Any text is allowed.
[[nodiscard]] std::optional<std::vector<StoryOutline>> outline_of(std::string_view text,
                                                                  StoryPlace place);

/// What a form says about its size.
struct FormSize {
  std::optional<int> stories_per_ip;
  int shots_per_story = 4;
};

/// Fills in what the readers leave open in Split::lost and Split::uncounted_ips. Shots: as many as
/// every readable story has, else as the form says. Stories of an uncounted IP: as many as every
/// IP that was read whole has; where no other IP was read, as the form says; else it stays
/// uncounted. An IP whose text is not valid JSON gets the larger of what its outline shows and what
/// every IP that was read whole has (two of them where the form has no size). Makes the ids unique.
void count_lost_stories(Split& split, const FormSize& form);

}  // namespace asbench::loaders
