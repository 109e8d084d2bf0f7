#include <fmt/format.h>

#include <set>

#include "document/result.h"
#include "reports/leaderboard/words.h"
#include "reports/tables/escape_text.h"
#include "reports/tables/table_writers.h"

namespace asbench::reports {
namespace {

std::string cell_text(const TableCell& cell, const TableHead& head, const TableStyle& style) {
  if (head.words) return fmt::format(" {} |", markdown_text(cell.words));
  if (!cell.value) return " - |";
  const std::string value = printed_number(*cell.value, cell.digits);
  std::string text = cell.marks.best     ? fmt::format("**{}**", value)
                     : cell.marks.second ? fmt::format("<u>{}</u>", value)
                                         : value;
  if (cell.marks.as_good) text += " ≈";
  if (cell.fewer_stories) text += " ‡";
  if (style.intervals != IntervalPlace::none && cell.interval) {
    const bool under = style.intervals == IntervalPlace::under;
    text += fmt::format("{}{}{}", under ? "<br><sub>" : " ",
                        printed_interval(*cell.interval, cell.digits), under ? "</sub>" : "");
  }
  return fmt::format(" {} |", text);
}

/// Markdown has no heads over several columns: where the heads alone would not tell columns apart,
/// the group stands before each.
bool needs_groups(const Table& table) {
  std::set<std::string> texts;
  for (const auto& head : table.heads) {
    if (!texts.insert(head.text).second) return true;
  }
  return false;
}

std::string head_line(const Table& table, const TableSection& section, bool groups) {
  std::string line = section.head.empty() ? fmt::format("| {} |", markdown_text(table.corner))
                                          : fmt::format("| {}{} |", markdown_text(section.head),
                                                        arrow(section.arrow));
  std::string rule = "|---|";
  for (const auto& head : table.heads) {
    const bool grouped = groups && !head.group.empty();
    line += fmt::format(
        " {}{} |", markdown_text(grouped ? head.group + " " + head.text : head.text),
        arrow(grouped && head.group_arrow != document::ResultDirection::none ? head.group_arrow
                                                                             : head.arrow));
    rule += head.words ? "---|" : "---:|";
  }
  return line + "\n" + rule + "\n";
}

std::string row_lines(const Table& table, const TableRow& row, const TableStyle& style) {
  std::string text;
  if (!row.above.empty())
    text += fmt::format("| *{}* |{:|>{}}\n", markdown_text(row.above), "", table.heads.size());
  const std::string name = markdown_text(row.name);
  text += fmt::format("| {}{} |", row.highlighted ? fmt::format("**{}**", name) : name,
                      row.withheld ? " †" : "");
  for (std::size_t i = 0; i < row.cells.size(); ++i)
    text += cell_text(row.cells[i], table.heads[i], style);
  return text + "\n";
}

}  // namespace

std::string markdown_tables(std::span<const Table> tables, const TableStyle& style) {
  std::string text;
  for (const auto& table : tables) {
    if (!table.caption.empty())
      text += fmt::format("{}{}\n\n", text.empty() ? "" : "\n", markdown_text(table.caption));
    const bool groups = needs_groups(table);
    for (const auto& section : table.sections) {
      text += head_line(table, section, groups);
      for (const auto& row : section.rows) text += row_lines(table, row, style);
      text += "\n";
    }
    if (!style.notes) continue;
    if (table.marked)
      text +=
          fmt::format("**best**, <u>second</u>{}\n\n",
                      has_as_good(table) ? ", ≈: the 95 % interval reaches the best value" : "");
    for (const auto& note : table.notes) text += fmt::format("- {}\n", markdown_text(note));
  }
  return text;
}

}  // namespace asbench::reports
