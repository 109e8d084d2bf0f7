#pragma once

#include <filesystem>
#include <optional>

#include "loaders/split.h"

namespace asbench::baselines {

/// The picture that a shot is made with: the first one of the first character that it shows and
/// that has one, else of the story's first that has, else of its IP. Nothing: there is none.
[[nodiscard]] std::optional<std::filesystem::path> reference_file(const loaders::Split& split,
                                                                  const loaders::Story& story,
                                                                  const loaders::Shot& shot);

}  // namespace asbench::baselines
