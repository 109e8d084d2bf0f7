// Tables and JSON of boxes to rows (box_source.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "loaders/csv.h"
#include "loaders/masks/box_columns.h"
#include "loaders/masks/box_source.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kLargestJson = 64ULL << 20;
/// What parse_csv() looks for to tell the separator, and what messages list.
constexpr std::array<std::string_view, 8> kExpected = {"story", "shot", "frame", "character",
                                                       "x",     "y",    "w",     "h"};

/// x, y, w, h or corners, as a row has them.
struct Numbers {
  double x = 0.0, y = 0.0;
  double width = 0.0, height = 0.0;
  bool has_corner = false;  ///< width and height are the right and bottom ends
};

DetectedBox box_of(const Numbers& numbers, std::string_view where) {
  DetectedBox box{numbers.x, numbers.y, numbers.width, numbers.height};
  if (numbers.has_corner) {
    box.width -= box.x;
    box.height -= box.y;
  }
  for (const auto& [name, value] :
       {std::pair("x", box.x), {"y", box.y}, {"w", box.width}, {"h", box.height}}) {
    if (!std::isfinite(value))
      throw BadInput(fmt::format("{}: {} = {}; expected a finite number", where, name, value));
  }
  if (box.width < 0.0 || box.height < 0.0) {
    throw BadInput(
        fmt::format("{}: the box has the width {} and the height {}; expected 0 or more.\n  {}",
                    where, box.width, box.height,
                    numbers.has_corner ? "Its second corner lies before the first one."
                                       : "Corners go into the columns x1, y1, x2, y2."));
  }
  return box;
}

/// Where each column is, by what it means.
template <typename Place>
class Places {
 public:
  explicit Places(std::string where) : where_(std::move(where)) {}

  void add(BoxColumn column, const Place& place, std::string_view name) {
    if (const auto [at, is_new] = places_.emplace(column, std::pair(place, std::string(name)));
        !is_new) {
      throw BadInput(fmt::format("{}: \"{}\" and \"{}\" both mean {}; leave one out", where_,
                                 at->second.second, name, names_of(column).front()));
    }
  }
  [[nodiscard]] const Place* find(BoxColumn column) const {
    const auto at = places_.find(column);
    return at == places_.end() ? nullptr : &at->second.first;
  }
  [[nodiscard]] const Place& require(BoxColumn column) const {
    if (const Place* place = find(column)) return *place;
    throw BadInput(
        fmt::format("{}: no \"{}\"; expected {}", where_, names_of(column).front(), expected()));
  }
  /// Either of two, not both. @returns whether it is the second.
  [[nodiscard]] bool is_second(BoxColumn first, BoxColumn second) const {
    if (find(first) != nullptr && find(second) != nullptr) {
      throw BadInput(fmt::format("{}: it has both {} and {}; leave one out", where_,
                                 names_of(first).front(), names_of(second).front()));
    }
    return find(second) != nullptr;
  }

 private:
  static std::string expected() { return fmt::format("{}", fmt::join(kExpected, ", ")); }

  std::string where_;
  std::map<BoxColumn, std::pair<Place, std::string>> places_;
};

/// Both ways to say how far a box goes must be the same for both axes.
template <typename Place>
bool says_corners(const Places<Place>& places, const std::string& where) {
  const bool right = places.is_second(BoxColumn::width, BoxColumn::right);
  const bool bottom = places.is_second(BoxColumn::height, BoxColumn::bottom);
  if (right != bottom) {
    throw BadInput(fmt::format(
        "{}: one axis has a size and the other a second corner; expected w and h, or x2 and y2",
        where));
  }
  return right;
}

int shot_of(std::optional<int> number, std::string_view text, bool from_zero,
            std::string_view where) {
  const int first = from_zero ? 0 : 1;
  if (number && *number >= first) return *number + 1 - first;
  throw BadInput(fmt::format(
      "{}: the shot \"{}\" is not a whole number from {} on.{}", where, text, first,
      number == 0 ? "\n  Where shots are numbered from 0, call the column shot0." : ""));
}

int frame_of(std::optional<int> number, std::string_view text, bool from_one,
             std::string_view where) {
  const int first = from_one ? 1 : 0;
  if (number && *number >= first) return *number - first;
  throw BadInput(
      fmt::format("{}: the frame \"{}\" is not a whole number from {} on", where, text, first));
}

class Table {
 public:
  Table(std::string_view text, std::string_view where)
      : table_(parse_csv(text, where, kExpected)), places_(std::string(where)) {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const auto column = box_column_of(table_.columns[i]);
      if (column && *column != BoxColumn::box) places_.add(*column, i, table_.columns[i]);
    }
    from_zero_ = places_.is_second(BoxColumn::shot, BoxColumn::shot0);
    from_one_ = places_.is_second(BoxColumn::frame, BoxColumn::frame1);
    has_corners_ = says_corners(places_, table_.where);
    numbers_ = {places_.require(BoxColumn::x), places_.require(BoxColumn::y),
                places_.require(has_corners_ ? BoxColumn::right : BoxColumn::width),
                places_.require(has_corners_ ? BoxColumn::bottom : BoxColumn::height)};
  }

  std::vector<BoxRow> rows() {
    const std::size_t story = places_.require(BoxColumn::story);
    const std::size_t shot = places_.require(from_zero_ ? BoxColumn::shot0 : BoxColumn::shot);
    const std::size_t frame = places_.require(from_one_ ? BoxColumn::frame1 : BoxColumn::frame);
    const std::size_t* const character = places_.find(BoxColumn::character);
    std::vector<BoxRow> rows;
    std::vector<std::size_t> with_box;
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      const auto& fields = table_.rows[i];
      const std::string where = table_.row_name(i);
      if (fields[story].empty()) throw BadInput(fmt::format("{}: the story is empty", where));
      rows.push_back({where, fields[story],
                      shot_of(csv_whole_number(fields[shot]), fields[shot], from_zero_, where),
                      frame_of(csv_whole_number(fields[frame]), fields[frame], from_one_, where),
                      character == nullptr ? std::string() : fields[*character], std::nullopt});
      if (has_box(i)) with_box.push_back(i);
    }
    read_boxes(with_box, rows);
    return rows;
  }

 private:
  /// Whether the row has the four numbers; all empty: nothing was found.
  [[nodiscard]] bool has_box(std::size_t row) const {
    std::size_t empty = 0;
    for (const std::size_t column : numbers_) empty += table_.rows[row][column].empty() ? 1 : 0;
    if (empty != 0 && empty != numbers_.size()) {
      throw BadInput(fmt::format(
          "{}: {} of the four numbers of the box are empty.\n  Give all four, or none where "
          "nothing was found.",
          table_.row_name(row), empty));
    }
    return empty == 0;
  }

  void read_boxes(const std::vector<std::size_t>& with_box, std::vector<BoxRow>& rows) const {
    CsvTable filled{table_.where, table_.separator, table_.columns, {}, {}};
    for (const std::size_t row : with_box) {
      filled.rows.push_back(table_.rows[row]);
      filled.lines.push_back(table_.lines[row]);
    }
    std::array<std::vector<double>, 4> values;
    for (std::size_t i = 0; i < numbers_.size(); ++i)
      values[i] = csv_numbers(filled, numbers_[i], "Leave the box empty where nothing was found.");
    for (std::size_t i = 0; i < with_box.size(); ++i) {
      BoxRow& row = rows[with_box[i]];
      row.box =
          box_of({values[0][i], values[1][i], values[2][i], values[3][i], has_corners_}, row.where);
    }
  }

  CsvTable table_;
  Places<std::size_t> places_;
  bool from_zero_ = false;  ///< shots
  bool from_one_ = false;   ///< frames
  bool has_corners_ = false;
  std::array<std::size_t, 4> numbers_{};
};

/// A whole number of JSON, also one in a text.
std::optional<int> whole_number(const Json& value) {
  if (value.is_string()) return csv_whole_number(value.get_ref<const std::string&>());
  return value.is_number() ? csv_whole_number(value.dump()) : std::nullopt;
}

/// A name: a text, or a number where ids are numbers.
std::string name_of(const Json& value, BoxColumn column, std::string_view where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  throw BadInput(fmt::format("{}: the {} {} is not a text", where, names_of(column).front(),
                             value.dump().substr(0, 80)));
}

bool is_nothing(const Json* value) {
  return value == nullptr || value->is_null();
}

double number_of(const Json& value, BoxColumn column, std::string_view where) {
  if (value.is_number()) return value.get<double>();
  throw BadInput(fmt::format("{}: {} = {} is not a number", where, names_of(column).front(),
                             value.dump().substr(0, 80)));
}

/// The four numbers of an entry; nothing where all are absent or null.
std::optional<DetectedBox> box_in(const Places<const Json*>& places, const std::string& where) {
  if (const auto* whole = places.find(BoxColumn::box)) {
    if ((*whole)->is_null()) return std::nullopt;
    if (!(*whole)->is_array() || (*whole)->size() != 4)
      throw BadInput(fmt::format("{}: the box is not [x, y, w, h]", where));
    const Json& numbers = **whole;
    return box_of(
        {number_of(numbers[0], BoxColumn::x, where), number_of(numbers[1], BoxColumn::y, where),
         number_of(numbers[2], BoxColumn::width, where),
         number_of(numbers[3], BoxColumn::height, where), false},
        where);
  }
  const bool corners = says_corners(places, where);
  const std::array<BoxColumn, 4> columns = {BoxColumn::x, BoxColumn::y,
                                            corners ? BoxColumn::right : BoxColumn::width,
                                            corners ? BoxColumn::bottom : BoxColumn::height};
  std::array<const Json*, 4> values{};
  std::size_t empty = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto* place = places.find(columns[i]);
    values[i] = place == nullptr ? nullptr : *place;
    empty += is_nothing(values[i]) ? 1 : 0;
  }
  if (empty == values.size()) return std::nullopt;
  if (empty != 0) {
    throw BadInput(fmt::format(
        "{}: {} of the four numbers of the box are absent or null.\n  Give all four, or none where "
        "nothing was found.",
        where, empty));
  }
  std::array<double, 4> numbers{};
  for (std::size_t i = 0; i < columns.size(); ++i)
    numbers[i] = number_of(*values[i], columns[i], where);
  return box_of({numbers[0], numbers[1], numbers[2], numbers[3], corners}, where);
}

BoxRow row_of(const Json& entry, const std::string& where) {
  if (!entry.is_object())
    throw BadInput(
        fmt::format("{}: expected an object with the keys {}", where, fmt::join(kExpected, ", ")));
  Places<const Json*> places(where);
  for (const auto& [key, value] : entry.items()) {
    if (const auto column = box_column_of(key)) places.add(*column, &value, key);
  }
  const bool from_zero = places.is_second(BoxColumn::shot, BoxColumn::shot0);
  const Json& shot = *places.require(from_zero ? BoxColumn::shot0 : BoxColumn::shot);
  const bool from_one = places.is_second(BoxColumn::frame, BoxColumn::frame1);
  const Json& frame = *places.require(from_one ? BoxColumn::frame1 : BoxColumn::frame);
  const auto* character = places.find(BoxColumn::character);
  BoxRow row;
  row.where = where;
  row.story = name_of(*places.require(BoxColumn::story), BoxColumn::story, where);
  if (row.story.empty()) throw BadInput(fmt::format("{}: the story is empty", where));
  row.shot = shot_of(whole_number(shot), shot.dump().substr(0, 80), from_zero, where);
  row.frame = frame_of(whole_number(frame), frame.dump().substr(0, 80), from_one, where);
  if (character != nullptr && !(*character)->is_null())
    row.character = name_of(**character, BoxColumn::character, where);
  row.box = box_in(places, where);
  return row;
}

}  // namespace

std::vector<BoxRow> parse_box_table(std::string_view text, std::string_view where) {
  return Table(text, where).rows();
}

std::vector<BoxRow> parse_box_json(std::string_view text, std::string_view where) {
  const Json document = parse_json(
      text, where,
      {.max_bytes = kLargestJson, .refuse_duplicate_keys = true, .kind = "a file of boxes"});
  const Json* list = &document;
  if (document.is_object() && document.contains("boxes")) list = &document.at("boxes");
  if (!list->is_array())
    throw BadInput(fmt::format("{}: expected a list of boxes, or {{\"boxes\": [...]}}", where));
  std::vector<BoxRow> rows;
  for (const Json& entry : *list)
    rows.push_back(row_of(entry, fmt::format("{}, entry {}", where, rows.size() + 1)));
  return rows;
}

}  // namespace asbench::loaders
