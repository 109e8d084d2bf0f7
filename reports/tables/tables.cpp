#include "reports/tables/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/leaderboard/metric_parts.h"
#include "reports/leaderboard/words.h"
#include "reports/tables/escape_text.h"
#include "reports/tables/frame_rule_spread.h"
#include "reports/tables/table_layout.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kLongName = 36;    ///< columns; longer names are set in several lines
constexpr std::size_t kLatexBreak = 12;  ///< columns, after which a line of a long name may end

std::string number(const document::ResultValue& value, int digits) {
  return fmt::format("{:.{}f}", *value, digits);
}

/// " [0.61, 0.70]" where there is one and it is asked for.
std::string interval_text(const TableCell& cell, const TableOptions& options) {
  if (!options.intervals || !cell.interval) return {};
  return fmt::format(" [{:.{}f}, {:.{}f}]", cell.interval->low, options.digits, cell.interval->high,
                     options.digits);
}

std::string markdown_cell(const TableCell& cell, const TableOptions& options) {
  if (!cell.value) return " - |";
  const std::string value = number(cell.value, options.digits);
  const std::string shown = cell.marks.best     ? fmt::format("**{}**", value)
                            : cell.marks.second ? fmt::format("<u>{}</u>", value)
                                                : value;
  return fmt::format(" {}{}{}{} |", shown, cell.marks.as_good ? " ≈" : "",
                     cell.fewer_stories ? " ‡" : "", interval_text(cell, options));
}

std::string latex_cell(const TableCell& cell, const TableOptions& options) {
  if (!cell.value) return " & --";
  // In math mode a minus is a minus; bold needs its own.
  const std::string value = number(cell.value, options.digits);
  const std::string shown = cell.marks.best     ? fmt::format("$\\mathbf{{{}}}$", value)
                            : cell.marks.second ? fmt::format("\\underline{{${}$}}", value)
                                                : fmt::format("${}$", value);
  const std::string interval = interval_text(cell, options);
  return fmt::format(
      " & {}{}{}{}", shown, cell.marks.as_good ? "$^{\\approx}$" : "",
      cell.fewer_stories ? "$^\\ddagger$" : "",
      interval.empty() ? "" : fmt::format(" {{\\scriptsize ${}$}}", interval.substr(1)));
}

bool has_as_good(const TableLayout& layout) {
  return std::any_of(layout.blocks.begin(), layout.blocks.end(), [](const auto& block) {
    return std::any_of(block.rows.begin(), block.rows.end(), [](const auto& row) {
      return std::any_of(row.cells.begin(), row.cells.end(),
                         [](const auto& cell) { return cell.marks.as_good; });
    });
  });
}

const char* latex_arrow(document::ResultDirection direction) {
  return direction == document::ResultDirection::higher  ? " $\\uparrow$"
         : direction == document::ResultDirection::lower ? " $\\downarrow$"
                                                         : "";
}

/// A row that one text fills.
std::string latex_line(std::string_view latex, std::size_t columns) {
  return fmt::format("\\multicolumn{{{}}}{{l}}{{{}}} \\\\\n", columns, latex);
}

bool has_long_name(const TableLayout& layout) {
  return std::any_of(layout.blocks.begin(), layout.blocks.end(), [](const auto& block) {
    return std::any_of(block.rows.begin(), block.rows.end(), [](const auto& row) {
      return display_width(terminal_text(row.result->system)) > kLongName;
    });
  });
}

std::string latex_block(const TableLayout& layout, const TableBlock& block,
                        const TableOptions& options) {
  const std::size_t columns = layout.heads.size() + 1;
  const bool long_names = has_long_name(layout);
  std::string text =
      "\\midrule\n" + latex_line(fmt::format("\\textit{{{}}}{}", latex_text(block.metric),
                                             latex_arrow(block.direction)),
                                 columns);
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const TableRow& row = block.rows[i];
    if (i == layout.ranked)
      text +=
          "\\addlinespace\n" +
          latex_line(fmt::format("\\textit{{{}}}", latex_text(layout.not_ranked_head)), columns);
    text += long_names ? "\\raggedright " + latex_text(row.result->system, kLatexBreak)
                       : latex_text(row.result->system);
    if (row.withheld) text += "$^\\dagger$";
    for (const auto& cell : row.cells) text += latex_cell(cell, options);
    text += " \\\\\n";
  }
  return text;
}

std::string latex_notes(const TableLayout& layout) {
  std::string text = "\n\\smallskip\n\\begin{minipage}{\\linewidth}\\scriptsize\\raggedright\n";
  if (!layout.reported) {
    text += fmt::format(
        "Best in bold, second underlined{}.\\par\n",
        has_as_good(layout) ? "; $\\approx$: the 95\\,\\% interval reaches the best value" : "");
  }
  for (std::size_t i = 1; i < layout.footnotes.size(); ++i)
    text += latex_text(layout.footnotes[i]) + "\\par\n";
  return text + "\\end{minipage}\n";
}

/// One table environment with as many whole blocks from `next` on as fit a page, at least one.
std::string latex_table(const TableLayout& layout, const TableOptions& options, bool letters,
                        std::size_t& next) {
  constexpr std::size_t kRowsPerPage = 40;
  const std::string caption =
      latex_text(layout.footnotes.front()) + (next > 0 ? " (continued)" : "");
  std::string text = fmt::format(
      "\\begin{{table}}[tp]\n{}\\centering\\small\\setlength{{\\tabcolsep}}{{4pt}}\n\\caption{{{}}}"
      "\n\\begin{{tabular}}{{{}{}}}\n\\toprule\nsystem",
      letters ? "\\asbenchletters\n" : "", caption,
      has_long_name(layout) ? "p{0.3\\linewidth}" : "l", std::string(layout.heads.size(), 'r'));
  for (const auto& head : layout.heads) text += " & " + latex_text(head);
  text += " \\\\\n";
  std::size_t rows = 0;
  do {
    rows += layout.blocks[next].rows.size() + 1;
    text += latex_block(layout, layout.blocks[next], options);
    ++next;
  } while (next < layout.blocks.size() &&
           rows + layout.blocks[next].rows.size() + 1 <= kRowsPerPage);
  text += "\\bottomrule\n\\end{tabular}\n";
  if (next == layout.blocks.size()) text += latex_notes(layout);
  return text + "\\end{table}\n";
}

/// Head of a file that holds letters which pdflatex may have no font for. \asbenchletters makes
/// pdflatex write the number of such a letter, where LaTeX would stop; other engines lack the
/// command that it changes.
constexpr std::string_view kLatexLetters =
    R"(% Needs \usepackage{booktabs}. Names stand here as they are, in UTF-8.
% lualatex sets every letter that a font has. A preamble for Latin, CJK and emoji; name fonts that you have:
%   \usepackage{booktabs,fontspec}
%   \directlua{luaotfload.add_fallback("names", {"NotoSansCJKSC:mode=harf;", "NotoColorEmoji:mode=harf;"})}
%   \setmainfont{Latin Modern Roman}[RawFeature={fallback=names}]
% pdflatex, with \usepackage[T1]{fontenc}, sets Latin letters and shows the number of any other: [U+52A8].
\makeatletter
\def\asbenchletters{\def\UTFviii@undefined@err##1{{\tiny\expandafter\asbenchletter\string##1\relax}\allowbreak}}
\def\asbenchletter#1:#2\relax{[\UTFviii@hexcodepoint{\decode@UTFviii#2\relax}]}
\makeatother
)";

std::string exact(const document::ResultValue& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

std::string csv_head(const std::string& head) {
  std::string name = head;
  std::replace(name.begin(), name.end(), ' ', '_');
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

/// Parts of the metrics shown that have no column of their own.
std::vector<std::string> part_columns(const std::vector<TableLayout>& layouts,
                                      const std::vector<std::string>& heads) {
  std::vector<const document::ResultMetric*> metrics;
  for (const auto& layout : layouts) {
    for (const auto& block : layout.blocks) {
      for (const auto& row : block.rows) {
        if (const auto* metric = row.result->find_metric(block.metric)) metrics.push_back(metric);
      }
    }
  }
  auto parts = part_names(metrics);
  std::erase_if(parts, [&](const std::string& part) {
    return std::find(heads.begin(), heads.end(), part) != heads.end();
  });
  return parts;
}

document::ResultValue cell_under(const TableLayout& layout, const TableRow& row,
                                 const std::string& head) {
  const auto place = std::find(layout.heads.begin(), layout.heads.end(), head);
  if (place == layout.heads.end()) return std::nullopt;
  return row.cells[static_cast<std::size_t>(place - layout.heads.begin())].value;
}

}  // namespace

std::string table_markdown(std::span<const document::Result> results, const TableOptions& options) {
  std::string text;
  for (const auto& layout : lay_out(results, options)) {
    text +=
        fmt::format("{}{}\n\n", text.empty() ? "" : "\n", markdown_text(layout.footnotes.front()));
    for (const auto& block : layout.blocks) {
      text += fmt::format("| {}{} |", markdown_text(block.metric), arrow(block.direction));
      for (const auto& head : layout.heads) text += fmt::format(" {} |", markdown_text(head));
      text += "\n|---|";
      for (std::size_t i = 0; i < layout.heads.size(); ++i) text += "---:|";
      text += "\n";
      for (std::size_t i = 0; i < block.rows.size(); ++i) {
        const TableRow& row = block.rows[i];
        if (i == layout.ranked)
          text += fmt::format("| *{}* |{:|>{}}\n", markdown_text(layout.not_ranked_head), "",
                              layout.heads.size());
        text +=
            fmt::format("| {}{} |", markdown_text(row.result->system), row.withheld ? " †" : "");
        for (const auto& cell : row.cells) text += markdown_cell(cell, options);
        text += "\n";
      }
      text += "\n";
    }
    if (!layout.reported)
      text +=
          fmt::format("**best**, <u>second</u>{}\n\n",
                      has_as_good(layout) ? ", ≈: the 95 % interval reaches the best value" : "");
    for (std::size_t i = 1; i < layout.footnotes.size(); ++i)
      text += fmt::format("- {}\n", markdown_text(layout.footnotes[i]));
  }
  const std::string spread = frame_rule_spread_markdown(results, options.digits);
  return spread.empty() ? text : text + "\n" + spread;
}

std::string table_latex(std::span<const document::Result> results, const TableOptions& options) {
  const auto layouts = lay_out(results, options);
  const auto tables = [&](bool letters) {
    std::string text;
    for (const auto& layout : layouts) {
      for (std::size_t next = 0; next < layout.blocks.size();)
        text += latex_table(layout, options, letters, next);
    }
    return text;
  };
  const std::string text = tables(false);
  if (!needs_latex_letters(text))
    return "% needs \\usepackage{booktabs} and, with pdflatex, \\usepackage[T1]{fontenc}\n" + text;
  return std::string(kLatexLetters) + tables(true);
}

std::string table_csv(std::span<const document::Result> results, const TableOptions& options) {
  const auto layouts = lay_out(results, options);
  const auto& heads =
      std::max_element(layouts.begin(), layouts.end(), [](const auto& a, const auto& b) {
        return a.heads.size() < b.heads.size();
      })->heads;
  const auto parts = part_columns(layouts, heads);
  std::string text = "table,system,kind,metric,direction";
  for (const auto& head : heads) text += "," + csv_field(csv_head(head));
  text += ",ci95_low,ci95_high";
  for (const auto& part : parts) text += "," + csv_field(csv_head(part));
  text += ",n_stories,of_stories,protocol,signature\r\n";
  for (std::size_t t = 0; t < layouts.size(); ++t) {
    for (const auto& block : layouts[t].blocks) {
      for (const auto& row : block.rows) {
        const auto* metric = row.result->find_metric(block.metric);
        if (metric == nullptr) continue;
        text += fmt::format("{},{},{},{},{}", t + 1, csv_field(row.result->system),
                            to_string(row.result->kind), csv_field(block.metric),
                            to_string(block.direction));
        for (const auto& head : heads) text += "," + exact(cell_under(layouts[t], row, head));
        text += fmt::format(",{},{}", metric->ci95 ? fmt::format("{}", metric->ci95->low) : "",
                            metric->ci95 ? fmt::format("{}", metric->ci95->high) : "");
        for (const auto& part : parts) text += "," + exact(part_of(*metric, part));
        text += fmt::format(",{},{},{},{}\r\n", metric->n_stories,
                            metric->of_stories ? fmt::format("{}", *metric->of_stories) : "",
                            csv_field(row.result->protocol), csv_field(metric->signature));
      }
    }
  }
  return text;
}

}  // namespace asbench::reports
