#pragma once

#include <optional>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/leaderboard/ranking.h"

namespace asbench::reports {

// One table before it is written in a language: every table of the reports passes through this form
// to the writers (reports/tables/table_writers.h). All texts are plain; the writers escape them.

/// A column of numbers, or of words.
struct TableHead {
  std::string text;  ///< "shot 1", "Mean"
  /// Stands once above neighbouring heads that share it: "CLIP-I". May be empty.
  std::string group = {};
  document::ResultDirection arrow = document::ResultDirection::none;        ///< beside the text
  document::ResultDirection group_arrow = document::ResultDirection::none;  ///< beside the group
  bool words = false;                                                       ///< cells hold words
  std::string key = {};  ///< the column's name in CSV: "clip_i_mean"
};

/// One entry and how it stands in its column.
struct TableCell {
  document::ResultValue value = {};       ///< nothing: a dash
  std::optional<Interval> interval = {};  ///< means have one
  int digits = 4;                         ///< after the decimal point
  Marks marks = {};
  bool withheld = false;       ///< keeps its value, gets no mark
  bool fewer_stories = false;  ///< a mean over fewer stories than the split has; a note says so
  std::string words = {};      ///< in a column of words
};

struct TableRow {
  std::string name;
  std::vector<TableCell> cells;
  std::string above = {};    ///< a line over this row and those that follow: "not ranked by clip_i"
  bool withheld = false;     ///< gets no mark here (†)
  bool grey = false;         ///< published: not measured here, never marked
  bool highlighted = false;  ///< the row that the table is about
  const document::Result* result = nullptr;  ///< what it shows; may be null
};

/// Rows under one head.
struct TableSection {
  std::string head = {};  ///< "clip_i"; empty: the table has one section, which needs none
  document::ResultDirection arrow = document::ResultDirection::none;
  std::vector<TableRow> rows;
};

struct Table {
  std::string corner = "system";  ///< head of the names
  std::vector<TableHead> heads;
  std::vector<TableSection> sections;
  std::string caption;
  std::string label = {};  ///< of LaTeX; empty: none
  std::vector<std::string> notes = {};
  bool marked = false;  ///< best values are marked, so a note says how
};

/// Where 95 % intervals stand.
enum class IntervalPlace { none, beside, under };

/// What to do with a LaTeX table that is wider than the text.
enum class WideTable {
  automatic,  ///< scale it down to four fifths of its size, beyond that split it
  scale,      ///< scale it down as far as it takes
  split,      ///< into parts that need no scaling
};

/// How tables are written, whatever they show.
struct TableStyle {
  IntervalPlace intervals = IntervalPlace::none;
  bool notes = true;  ///< the lines below: legend, coverage, signatures
  WideTable wide = WideTable::automatic;
};

/// A number as tables show it: "0.500"; never "-0.000".
[[nodiscard]] std::string printed_number(double value, int digits);

/// "[0.61, 0.70]"
[[nodiscard]] std::string printed_interval(const Interval& interval, int digits);

/// Whether some cell is marked ≈, ...
[[nodiscard]] bool has_as_good(const Table& table);
/// ... highlighted, or grey.
[[nodiscard]] bool has_highlight(const Table& table);
[[nodiscard]] bool has_grey(const Table& table);

/// Leaves out the columns in which no row has anything.
void drop_empty_columns(Table& table);

}  // namespace asbench::reports
