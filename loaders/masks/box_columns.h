#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the columns of a table of boxes and the keys of its JSON mean. Not for other modules.
namespace asbench::loaders {

enum class BoxColumn {
  story,
  shot,
  shot0,
  frame,
  frame1,
  character,
  x,
  y,
  width,
  height,
  right,
  bottom,
  box,  ///< JSON alone: all four
};
inline constexpr std::size_t kBoxColumns = 13;

/// The names that a column may have; the first is the one of documentation and messages.
[[nodiscard]] const std::vector<std::string_view>& names_of(BoxColumn column);

/// What a column or key of that name means. Letter case, and spaces or hyphens in place of
/// underscores, don't count.
[[nodiscard]] std::optional<BoxColumn> box_column_of(std::string_view name);

}  // namespace asbench::loaders
