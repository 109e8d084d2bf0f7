#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "loaders/masks/subject_roster.h"

namespace asbench::loaders {

/// A box as a detector writes it: pixels of the frame, x to the right, y down, from the top left
/// corner. Finite; width and height at least 0.
struct DetectedBox {
  double x = 0.0;
  double y = 0.0;
  double width = 0.0;
  double height = 0.0;
  /// From left to right, then from top to bottom.
  auto operator<=>(const DetectedBox&) const = default;
};

/// Whole pixels of a frame.
struct PixelBox {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  [[nodiscard]] std::int64_t area() const { return static_cast<std::int64_t>(width) * height; }
  bool operator==(const PixelBox&) const = default;
};

/// The pixels that a box touches, within the frame: columns floor(x) to ceil(x + width) - 1.
/// Nothing for a box that is empty or lies outside.
[[nodiscard]] std::optional<PixelBox> pixels_of(const DetectedBox& box, int frame_width,
                                                int frame_height);

/// One row of a table of boxes.
struct BoxRow {
  std::string where;  ///< file and line, or entry
  std::string story;
  int shot = 1;           ///< 1-based
  int frame = 0;          ///< from 0
  std::string character;  ///< empty: not said
  /// Nothing: looked at, and nothing found (x, y, w, h are empty).
  std::optional<DetectedBox> box;
};

/// Reads a table of boxes: CSV (csv.h) with the columns story, shot, frame, character, x, y, w, h
/// in any order, or JSON: a list of objects with these keys, or {"boxes": [...]}; "bbox": [x, y, w,
/// h] stands for the four. Synonyms are in box_columns.cpp: `left`, `top`, `width`, `height`,
/// `x1`, `y1`, `x2`, `y2` (corners), `shot0` (from 0), `frame1` (from 1), ... Further columns are
/// not read.
/// @throws BadInput naming the line or entry, the value and what is expected: a column that is
///   missing or there twice under two names, a shot or frame that is no number, some of the four
///   empty and others not, a width or height below 0, a number that is not finite.
[[nodiscard]] std::vector<BoxRow> parse_box_table(std::string_view text, std::string_view where);
[[nodiscard]] std::vector<BoxRow> parse_box_json(std::string_view text, std::string_view where);

/// Boxes of a system's subjects (`--boxes FILE`; docs/design/interface.md, "Subjects"). Read-only
/// after construction: thread-safe.
class BoxSource {
 public:
  /// @param file  .json: JSON, else a table. @throws BadInput as the parsers, and when no row is
  /// for
  ///   a shot of the roster; SystemFault.
  BoxSource(const std::filesystem::path& file, SubjectRoster roster);
  BoxSource(const std::vector<BoxRow>& rows, SubjectRoster roster);

  struct Answer {
    SubjectState state = SubjectState::not_given;
    PixelBox box;  ///< within the frame, where the state is `given`
  };
  /// Of several boxes of a subject in a frame the one with most pixels of the frame; of equal ones
  /// the one furthest left, then the highest: the order of rows says nothing.
  /// @param width, height  of the frame
  [[nodiscard]] Answer find(const SubjectKey& key, int width, int height) const;

  /// `unexpected_file` for rows of no subject of the roster: one for each shot and character.
  [[nodiscard]] const Findings& findings() const { return findings_; }

  /// The frames of a shot that something is given for, of whichever character; ascending.
  [[nodiscard]] std::vector<int> frames_of(const std::string& story, int shot) const;

  /// SHA-256 over all boxes of the roster's subjects, whatever the order and form of the table.
  [[nodiscard]] std::string sha256() const;

 private:
  void take(const std::vector<BoxRow>& rows);

  SubjectRoster roster_;
  using Frames = std::map<int, std::vector<DetectedBox>>;  ///< in the order of DetectedBox
  std::map<ShotKey, std::map<std::string, Frames>> shots_;
  Findings findings_;
};

}  // namespace asbench::loaders
