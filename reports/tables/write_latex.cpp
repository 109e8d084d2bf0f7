#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "document/result.h"
#include "reports/tables/escape_text.h"
#include "reports/tables/latex_note.h"
#include "reports/tables/latex_parts.h"
#include "reports/tables/table_writers.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kNameBreak = 12;  ///< columns, after which a line of a long name may end
constexpr const char* kGrey = "0.45";
constexpr const char* kHighlight = "0.92";

const char* latex_arrow(document::ResultDirection direction) {
  return direction == document::ResultDirection::higher  ? " $\\uparrow$"
         : direction == document::ResultDirection::lower ? " $\\downarrow$"
                                                         : "";
}

std::string in_grey(bool grey, const std::string& latex) {
  return grey && !latex.empty() ? fmt::format("\\textcolor[gray]{{{}}}{{{}}}", kGrey, latex)
                                : latex;
}

std::string interval_of(const TableCell& cell) {
  if (!cell.value || !cell.interval) return {};
  return fmt::format("{{\\scriptsize ${}$}}", printed_interval(*cell.interval, cell.digits));
}

std::string value_of(const TableCell& cell, const TableHead& head, const TableStyle& style) {
  if (head.words) return latex_text(cell.words);
  if (!cell.value) return "--";
  // In math mode a minus is a minus; bold needs its own.
  const std::string value = printed_number(*cell.value, cell.digits);
  std::string text = cell.marks.best     ? fmt::format("$\\mathbf{{{}}}$", value)
                     : cell.marks.second ? fmt::format("\\underline{{${}$}}", value)
                                         : fmt::format("${}$", value);
  if (cell.marks.as_good) text += "$^{\\approx}$";
  if (cell.fewer_stories) text += "$^\\ddagger$";
  const std::string interval = interval_of(cell);
  return style.intervals == IntervalPlace::beside && !interval.empty() ? text + " " + interval
                                                                       : text;
}

/// A row that one text fills.
std::string line_of(const std::string& latex, std::size_t columns) {
  return fmt::format("\\multicolumn{{{}}}{{l}}{{{}}} \\\\\n", columns, latex);
}

bool has_value(const TableRow& row, const std::vector<std::size_t>& part) {
  return std::any_of(part.begin(), part.end(),
                     [&](std::size_t column) { return row.cells[column].value.has_value(); });
}

struct Writer {
  const Table& table;
  const TableStyle& style;
  bool long_names = false;
  bool letters = false;  ///< some text has letters that pdflatex may have no font for

  /// @param above  a line over the row; empty: none
  [[nodiscard]] std::string row(const TableRow& row, const std::vector<std::size_t>& part,
                                std::string_view above, bool first) const;
  [[nodiscard]] std::string tabular(const LatexPage& page,
                                    const std::vector<std::size_t>& part) const;
  [[nodiscard]] std::string group_heads(const std::vector<std::size_t>& part) const;
  [[nodiscard]] std::string notes() const;
  [[nodiscard]] std::string environment(bool across, const std::string& body, bool again) const;
};

std::string Writer::row(const TableRow& row, const std::vector<std::size_t>& part,
                        std::string_view above, bool first) const {
  std::string text;
  if (!above.empty())
    text += (first ? "" : "\\addlinespace\n") +
            line_of(fmt::format("\\textit{{{}}}", latex_text(above)), part.size() + 1);
  const std::string colour =
      row.highlighted ? fmt::format("\\rowcolor[gray]{{{}}}", kHighlight) : std::string();
  text += colour + (long_names ? "\\raggedright " : "") +
          in_grey(row.grey, latex_text(row.name, long_names ? kNameBreak : 0));
  if (row.withheld) text += "$^\\dagger$";
  std::string below;
  bool second = false;
  for (const std::size_t i : part) {
    text += " & " + in_grey(row.grey, value_of(row.cells[i], table.heads[i], style));
    const std::string interval = interval_of(row.cells[i]);
    second = second || !interval.empty();
    below += " & " + in_grey(row.grey, interval);
  }
  if (style.intervals != IntervalPlace::under || !second) return text + " \\\\\n";
  return text + " \\\\[-2pt]\n" + colour + below + " \\\\\n";
}

std::string Writer::group_heads(const std::vector<std::size_t>& part) const {
  std::string heads, rules;
  bool any = false;
  for (std::size_t at = 0; at < part.size();) {
    const TableHead& head = table.heads[part[at]];
    std::size_t end = at + 1;
    while (end < part.size() && table.heads[part[end]].group == head.group) ++end;
    if (head.group.empty()) {
      for (std::size_t i = at; i < end; ++i) heads += " &";
    } else {
      any = true;
      heads += fmt::format(" & \\multicolumn{{{}}}{{c}}{{{}{}}}", end - at, latex_text(head.group),
                           latex_arrow(head.group_arrow));
      rules += fmt::format("\\cmidrule(lr){{{}-{}}}", at + 2, end + 1);
    }
    at = end;
  }
  return any ? heads.substr(1) + " \\\\\n" + rules + "\n" : std::string();
}

std::string Writer::tabular(const LatexPage& page, const std::vector<std::size_t>& part) const {
  std::string text = fmt::format("\\begin{{tabular}}{{{}", long_names ? "p{0.3\\linewidth}" : "l");
  for (const std::size_t i : part) text += table.heads[i].words ? "l" : "r";
  text += "}\n\\toprule\n" + group_heads(part) + latex_text(table.corner);
  for (const std::size_t i : part)
    text += " & " + latex_text(table.heads[i].text) + latex_arrow(table.heads[i].arrow);
  text += " \\\\\n";
  for (const auto& piece : page.sections) {
    const TableSection& section = table.sections[piece.section];
    text += "\\midrule\n";
    if (!section.head.empty())
      text +=
          line_of(fmt::format("\\textit{{{}}}{}{}", latex_text(section.head),
                              latex_arrow(section.arrow), piece.first > 0 ? " (continued)" : ""),
                  part.size() + 1);
    std::string above;  // of rows that are left out
    bool first = true;
    for (std::size_t i = piece.first; i < piece.last; ++i) {
      if (!section.rows[i].above.empty()) above = section.rows[i].above;
      // The paper has other columns: such a row would say nothing here.
      if (section.rows[i].grey && !has_value(section.rows[i], part)) continue;
      text += row(section.rows[i], part, above, first);
      above.clear();
      first = false;
    }
  }
  text += "\\bottomrule\n\\end{tabular}";
  // Only LaTeX knows how wide this is. Nothing is scaled that fits.
  return fmt::format(
      "\\sbox0{{{}}}%\n\\ifdim\\wd0>\\linewidth\\resizebox{{\\linewidth}}{{!}}{{\\usebox0}}"
      "\\else\\usebox0\\fi\n",
      text);
}

std::string Writer::notes() const {
  std::string lines;
  if (table.marked) {
    lines += fmt::format(
        "Best in bold, second underlined{}.\\par\n",
        has_as_good(table) ? "; $\\approx$: the 95\\,\\% interval reaches the best value" : "");
  }
  for (const auto& note : table.notes) lines += latex_note(note) + "\\par\n";
  if (lines.empty()) return {};
  return "\\begin{minipage}{\\linewidth}\\scriptsize\\raggedright\n" + lines + "\\end{minipage}\n";
}

std::string Writer::environment(bool across, const std::string& body, bool again) const {
  const char* name = across ? "table*" : "table";
  std::string text = fmt::format(
      "\\begin{{{}}}[tp]\n{}\\centering\\small\\setlength{{\\tabcolsep}}"
      "{{4pt}}\\setlength{{\\belowcaptionskip}}{{4pt}}\n",
      name, letters ? "\\asbenchletters\n" : "");
  if (again) text += "\\addtocounter{table}{-1}\n";
  text +=
      fmt::format("\\caption{{{}{}}}\n", latex_note(table.caption), again ? " (continued)" : "");
  if (!again && !table.label.empty()) text += fmt::format("\\label{{{}}}\n", table.label);
  return text + body + fmt::format("\\end{{{}}}\n", name);
}

std::string latex_of(const Table& table, const TableStyle& style, bool letters) {
  const LatexParts parts = latex_parts(table, style);
  const Writer writer{table, style, parts.long_names, letters};
  const std::string notes = style.notes ? writer.notes() : std::string();
  std::string text;
  for (std::size_t p = 0; p < parts.pages.size(); ++p) {
    std::string body;
    for (const auto& part : parts.pages[p].parts)
      body += (body.empty() ? "" : "\n\\medskip\n") + writer.tabular(parts.pages[p], part);
    const bool last = p + 1 == parts.pages.size();
    if (last && !parts.notes_apart && !notes.empty()) body += "\n\\smallskip\n" + notes;
    text += writer.environment(parts.across, body, p > 0);
  }
  if (parts.notes_apart && !notes.empty()) text += writer.environment(parts.across, notes, true);
  return text;
}

/// Head of a file that holds letters which pdflatex may have no font for. \asbenchletters makes
/// pdflatex write the number of such a letter, where LaTeX would stop; other engines lack the
/// command that it changes.
constexpr std::string_view kLetters =
    R"(% Names stand here as they are, in UTF-8.
% lualatex sets every letter that a font has. A preamble for Latin, CJK and emoji; name fonts that you have:
%   \usepackage{fontspec}
%   \directlua{luaotfload.add_fallback("names", {"NotoSansCJKSC:mode=harf;", "NotoColorEmoji:mode=harf;"})}
%   \setmainfont{Latin Modern Roman}[RawFeature={fallback=names}]
% pdflatex, with \usepackage[T1]{fontenc}, sets Latin letters and shows the number of any other: [U+52A8].
\makeatletter
\def\asbenchletters{\def\UTFviii@undefined@err##1{{\tiny\expandafter\asbenchletter\string##1\relax}\allowbreak}}
\def\asbenchletter#1:#2\relax{[\UTFviii@hexcodepoint{\decode@UTFviii#2\relax}]}
\makeatother
)";

}  // namespace

std::string latex_tables(std::span<const Table> tables, const TableStyle& style) {
  const bool colours = std::any_of(tables.begin(), tables.end(), [](const Table& table) {
    return has_grey(table) || has_highlight(table);
  });
  const auto write = [&](bool letters) {
    std::string text;
    for (const auto& table : tables) text += latex_of(table, style, letters);
    return text;
  };
  const std::string text = write(false);
  const bool letters = needs_latex_letters(text);
  std::string head =
      fmt::format("% Needs \\usepackage{{booktabs,graphicx{}}}{}.\n", colours ? ",colortbl" : "",
                  letters ? "" : " and, with pdflatex, \\usepackage[T1]{fontenc}");
  if (!letters) return head + text;
  return head + std::string(kLetters) + write(true);
}

}  // namespace asbench::reports
