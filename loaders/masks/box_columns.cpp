#include "loaders/masks/box_columns.h"

#include <algorithm>

#include "loaders/splits/find_file.h"

namespace asbench::loaders {

const std::vector<std::string_view>& names_of(BoxColumn column) {
  // In the order of BoxColumn.
  static const std::array<std::vector<std::string_view>, kBoxColumns> names = {{
      {"story", "story_id"},
      {"shot", "shot_id", "shot_no", "shot_number"},
      {"shot0"},
      {"frame", "frame_index", "frame_id", "frame_no", "frame_number"},
      {"frame1"},
      {"character", "character_id", "subject", "identity", "ip", "label"},
      {"x", "left", "x1", "xmin", "x_min", "bbox_x"},
      {"y", "top", "y1", "ymin", "y_min", "bbox_y"},
      {"w", "width", "bbox_w", "bbox_width", "box_width"},
      {"h", "height", "bbox_h", "bbox_height", "box_height"},
      {"x2", "right", "xmax", "x_max"},
      {"y2", "bottom", "ymax", "y_max"},
      {"bbox", "box"},
  }};
  return names.at(static_cast<std::size_t>(column));
}

std::optional<BoxColumn> box_column_of(std::string_view name) {
  std::string wanted = lower_case(std::string(name));
  std::replace(wanted.begin(), wanted.end(), ' ', '_');
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  for (std::size_t i = 0; i < kBoxColumns; ++i) {
    const auto column = static_cast<BoxColumn>(i);
    const auto& names = names_of(column);
    if (std::find(names.begin(), names.end(), wanted) != names.end()) return column;
  }
  return std::nullopt;
}

}  // namespace asbench::loaders
