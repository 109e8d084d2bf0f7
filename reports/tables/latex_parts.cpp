#include "reports/tables/latex_parts.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "document/result.h"

namespace asbench::reports {
namespace {

// Points of \small in a document of 10 pt; a digit of \scriptsize, as intervals and notes are set.
constexpr double kLetter = 4.7, kSmallLetter = 3.6;
constexpr double kGap = 8.0;   ///< between two columns: twice \tabcolsep
constexpr double kMark = 6.0;  ///< a raised sign
// Widths of text in \documentclass[twocolumn]{article} and in the styles of conferences: 200 to 240
// and 410 to 500.
constexpr double kNarrow = 240.0, kAcross = 410.0;
constexpr double kSmallestScale = 0.8;
// A page holds that many rows of \small beside caption and notes.
constexpr double kRowsPerPage = 42.0;
constexpr double kHeadRows = 3.0;
constexpr double kLineAbove = 1.4;    ///< rows that a line over rows takes
constexpr double kIntervalRow = 0.8;  ///< rows that intervals under the values take
constexpr double kNoteRow = 0.75;     ///< rows that a line of a note takes

double width_of(std::string_view text) {
  return kLetter * static_cast<double>(display_width(terminal_text(text)));
}

double cell_width(const TableCell& cell, const TableHead& head, const TableStyle& style) {
  if (head.words) return width_of(cell.words);
  if (!cell.value) return kLetter;
  const double value = width_of(printed_number(*cell.value, cell.digits)) +
                       (cell.marks.as_good ? kMark : 0.0) + (cell.fewer_stories ? kMark : 0.0);
  if (style.intervals == IntervalPlace::none || !cell.interval) return value;
  const double interval =
      kSmallLetter * static_cast<double>(printed_interval(*cell.interval, cell.digits).size());
  return style.intervals == IntervalPlace::under ? std::max(value, interval)
                                                 : value + kLetter + interval;
}

template <class Visit>
void each_row(const Table& table, Visit visit) {
  for (const auto& section : table.sections) {
    for (const auto& row : section.rows) visit(row);
  }
}

double name_width(const Table& table) {
  double widest = width_of(table.corner);
  each_row(table, [&](const TableRow& row) {
    widest = std::max(
        widest, std::min(width_of(row.name), kLetter * kLongName) + (row.withheld ? kMark : 0.0));
  });
  return widest;
}

/// With the gaps beside them.
std::vector<double> column_widths(const Table& table, const TableStyle& style) {
  std::vector<double> widths;
  for (std::size_t i = 0; i < table.heads.size(); ++i) {
    const TableHead& head = table.heads[i];
    double widest = width_of(head.text) +
                    (head.arrow == document::ResultDirection::none ? 0.0 : kMark + kLetter);
    each_row(table, [&](const TableRow& row) {
      widest = std::max(widest, cell_width(row.cells[i], head, style));
    });
    widths.push_back(widest + kGap);
  }
  return widths;
}

/// Columns that stay together: those of a group, or one.
std::vector<std::vector<std::size_t>> groups_of(const Table& table) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < table.heads.size(); ++i) {
    const std::string& group = table.heads[i].group;
    if (i > 0 && !group.empty() && group == table.heads[i - 1].group)
      groups.back().push_back(i);
    else
      groups.push_back({i});
  }
  return groups;
}

double sum_of(const std::vector<std::size_t>& columns, const std::vector<double>& widths) {
  double sum = 0.0;
  for (const std::size_t i : columns) sum += widths[i];
  return sum;
}

/// Fills parts of at most `room` from the left; a group that is wider than that is cut.
std::vector<std::vector<std::size_t>> filled(const Table& table, const std::vector<double>& widths,
                                             double room) {
  std::vector<std::vector<std::size_t>> parts = {{}};
  double used = 0.0;
  const auto add = [&](const std::vector<std::size_t>& columns) {
    const double width = sum_of(columns, widths);
    if (!parts.back().empty() && used + width > room) {
      parts.emplace_back();
      used = 0.0;
    }
    parts.back().insert(parts.back().end(), columns.begin(), columns.end());
    used += width;
  };
  for (const auto& group : groups_of(table)) {
    if (sum_of(group, widths) <= room) {
      add(group);
      continue;
    }
    for (const std::size_t column : group) add({column});
  }
  return parts;
}

/// As few parts as the room allows, of widths as equal as the columns allow.
std::vector<std::vector<std::size_t>> parts_of(const Table& table,
                                               const std::vector<double>& widths, double room) {
  auto parts = filled(table, widths, room);
  double less = room * 0.95;
  while (less > room * 0.4) {
    auto other = filled(table, widths, less);
    if (other.size() > parts.size()) break;
    parts = std::move(other);
    less *= 0.95;
  }
  return parts;
}

double rows_taken(const TableRow& row, const TableStyle& style) {
  const bool second = style.intervals == IntervalPlace::under &&
                      std::any_of(row.cells.begin(), row.cells.end(), [](const TableCell& cell) {
                        return cell.value && cell.interval;
                      });
  return 1.0 + (second ? kIntervalRow : 0.0) + (row.above.empty() ? 0.0 : kLineAbove);
}

double rows_taken(const Table& table, const SectionRows& rows, const TableStyle& style) {
  double taken = table.sections[rows.section].head.empty() ? 0.0 : kLineAbove;
  for (std::size_t i = rows.first; i < rows.last; ++i)
    taken += rows_taken(table.sections[rows.section].rows[i], style);
  return taken;
}

/// Sections that fit on a page, cut where they don't.
std::vector<SectionRows> sections_of(const Table& table, const TableStyle& style) {
  std::vector<SectionRows> pieces;
  for (std::size_t s = 0; s < table.sections.size(); ++s) {
    pieces.push_back({s, 0, 0});
    for (std::size_t row = 0; row < table.sections[s].rows.size(); ++row) {
      SectionRows longer = pieces.back();
      longer.last = row + 1;
      if (longer.last - longer.first > 1 &&
          rows_taken(table, longer, style) > kRowsPerPage - kHeadRows)
        pieces.push_back({s, row, row + 1});
      else
        pieces.back() = longer;
    }
  }
  return pieces;
}

double rows_taken(const Table& table, const LatexPage& page, const TableStyle& style) {
  double taken = kHeadRows;
  for (const auto& piece : page.sections) taken += rows_taken(table, piece, style);
  return taken * static_cast<double>(page.parts.size());
}

/// Whole sections while all parts of them fit, else as many parts as do.
std::vector<LatexPage> pages_of(const Table& table, const TableStyle& style,
                                const std::vector<std::vector<std::size_t>>& parts) {
  std::vector<LatexPage> pages;
  const auto pieces = sections_of(table, style);
  for (std::size_t next = 0; next < pieces.size();) {
    LatexPage page{{pieces[next++]}, parts};
    while (next < pieces.size()) {
      LatexPage longer = page;
      longer.sections.push_back(pieces[next]);
      if (rows_taken(table, longer, style) > kRowsPerPage) break;
      page = std::move(longer);
      ++next;
    }
    const double one = rows_taken(table, page, style) / static_cast<double>(parts.size());
    const auto fit = std::max<std::size_t>(static_cast<std::size_t>(kRowsPerPage / one), 1);
    for (std::size_t first = 0; first < parts.size(); first += fit) {
      const auto from = static_cast<std::ptrdiff_t>(first);
      const auto to = static_cast<std::ptrdiff_t>(std::min(first + fit, parts.size()));
      pages.push_back({page.sections, {parts.begin() + from, parts.begin() + to}});
    }
  }
  return pages;
}

double rows_of_notes(const Table& table, bool across) {
  double lines = 1.0;
  for (const auto& note : table.notes)
    lines += std::ceil(kSmallLetter * static_cast<double>(display_width(terminal_text(note))) /
                       (across ? kAcross : kNarrow));
  return lines * kNoteRow;
}

}  // namespace

LatexParts latex_parts(const Table& table, const TableStyle& style) {
  LatexParts parts;
  each_row(table, [&](const TableRow& row) {
    parts.long_names = parts.long_names || display_width(terminal_text(row.name)) > kLongName;
  });
  const auto widths = column_widths(table, style);
  const double names = name_width(table);
  double whole = names;
  for (const double width : widths) whole += width;
  parts.across = whole > kNarrow;
  const double most = kAcross / (style.wide == WideTable::automatic ? kSmallestScale : 1.0);
  std::vector<std::size_t> all(table.heads.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const bool cut = style.wide != WideTable::scale && whole > most;
  parts.pages = pages_of(table, style,
                         cut ? parts_of(table, widths, std::max(most - names, most / 2))
                             : std::vector<std::vector<std::size_t>>{all});
  if (style.notes && !parts.pages.empty())
    parts.notes_apart =
        rows_taken(table, parts.pages.back(), style) + rows_of_notes(table, parts.across) >
        kRowsPerPage;
  return parts;
}

}  // namespace asbench::reports
