#include "reports/leaderboard/leaderboard.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reports/leaderboard/words.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

constexpr const char* kReached = "as good as the best (the 95 % interval reaches it)";

bool has_withheld(const RankedTable& table, const RankedSystem& system) {
  return !withheld_lines(table, system).empty();
}

std::string number_of(const RankedSystem& system, const std::string& metric, int digits) {
  const auto* found = system.result->find_metric(metric);
  return found == nullptr || !found->mean ? "-" : fmt::format("{:.{}f}", *found->mean, digits);
}

std::string markdown_table(const RankedTable& table, int digits) {
  std::string text = "| system |";
  for (std::size_t i = 0; i < table.metrics.size(); ++i)
    text +=
        fmt::format(" {}{} |", markdown_text(table.metrics[i]), plain_arrow(table.directions[i]));
  text += "\n|---|";
  for (std::size_t i = 0; i < table.metrics.size(); ++i) text += "---:|";
  text += "\n";
  for (std::size_t row = 0; row < table.systems.size(); ++row) {
    const RankedSystem& system = table.systems[row];
    if (row == table.ranked)
      text += fmt::format("| *{}* |{}\n", markdown_text(not_ranked_head(table)),
                          fmt::format("{:|>{}}", "", table.metrics.size()));
    text += fmt::format("| {}{}{} |", markdown_text(system.result->system),
                        has_withheld(table, system) ? " †" : "",
                        table.reported ? fmt::format(" ({})", kReportedLabel) : "");
    for (std::size_t i = 0; i < table.metrics.size(); ++i) {
      const std::string value = number_of(system, table.metrics[i], digits);
      const auto* metric = system.result->find_metric(table.metrics[i]);
      text += system.marks[i].best      ? fmt::format(" **{}**", value)
              : system.marks[i].as_good ? fmt::format(" {} ≈", value)
                                        : fmt::format(" {}", value);
      text += metric != nullptr && metric->of_stories ? " ‡ |" : " |";
    }
    text += "\n";
  }
  return text;
}

/// The first column of a terminal's table. A long name stands in a line of its own, so that the
/// numbers stay where they can be read.
std::string name_cell(const std::string& name, std::size_t width) {
  return display_width(name) <= width ? align_left(name, width)
                                      : name + "\n" + std::string(width, ' ');
}

std::string text_row(const RankedTable& table, const RankedSystem& system,
                     const std::vector<std::size_t>& widths, int digits) {
  std::string text;
  for (std::size_t i = 0; i < table.metrics.size(); ++i) {
    const char* sign = system.marks[i].best ? "*" : system.marks[i].as_good ? "=" : " ";
    text += align_right(number_of(system, table.metrics[i], digits) + sign, widths[i]);
  }
  return text + "\n";
}

std::string text_table(const RankedTable& table, int digits) {
  constexpr std::size_t kWidestName = 40;
  std::vector<std::string> names;
  std::size_t longest = std::string_view("system").size();
  for (const auto& system : table.systems) {
    names.push_back(terminal_text(system.result->system) +
                    (has_withheld(table, system) ? " !" : ""));
    longest = std::max(longest, std::min(display_width(names.back()), kWidestName));
  }
  std::string text =
      terminal_text(table_heading(table)) + "\n\n" + align_left("system", longest + 1);
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.metrics.size(); ++i) {
    const std::string head =
        terminal_text(table.metrics[i]).append(plain_arrow(table.directions[i]));
    widths.push_back(std::max<std::size_t>(display_width(head) + 2, 9));
    text += align_right(head, widths.back());
  }
  text += "\n";
  for (std::size_t row = 0; row < table.systems.size(); ++row) {
    if (row == table.ranked) text += terminal_text(not_ranked_line(table)) + "\n";
    text +=
        name_cell(names[row], longest + 1) + text_row(table, table.systems[row], widths, digits);
  }
  text += fmt::format("\n^ higher is better, v lower is better; * best; = {}\n", kReached);
  for (const auto& line : system_notes(table)) text += terminal_text(line) + "\n";
  for (const auto& system : table.systems) {
    for (const auto& line : withheld_lines(table, system))
      text += terminal_text(fmt::format("! {}: {}", system.result->system, line)) + "\n";
  }
  for (const auto& system : table.systems) {
    for (const auto& line : fewer_stories_lines(table, system))
      text += terminal_text("mean of fewer stories: " + line) + "\n";
  }
  return text;
}

}  // namespace

std::string table_heading(const RankedTable& table) {
  const document::Result& first = *table.systems.front().result;
  std::string text =
      fmt::format("{}, {}; protocol {}", first.split.name,
                  stories_of_ips(first.split.stories, first.split.ips), first.protocol);
  if (!table.demo_encoders.empty()) {
    text += fmt::format("; DEMO ENCODERS ({}): numbers for the demo and tests only",
                        fmt::join(table.demo_encoders, ", "));
  }
  return text;
}

std::string leaderboard_markdown(std::span<const document::Result> results,
                                 const LeaderboardOptions& options) {
  std::string text = "# Leaderboard\n";
  for (const auto& table :
       rank(results, options.metrics, DefaultColumns::leaderboard, options.digits)) {
    text += fmt::format("\n{}\n\n{}", markdown_text(table_heading(table)),
                        markdown_table(table, options.digits));
    text += fmt::format("\n^ higher is better, v lower is better; **best**, ≈: {}.\n\n", kReached);
    if (const std::string line = not_ranked_line(table); !line.empty())
      text += markdown_text(line) + ".\n\n";
    for (const auto& line : system_notes(table)) text += markdown_text(line) + ".\n\n";
    for (const auto& system : table.systems) {
      for (const auto& line : withheld_lines(table, system))
        text +=
            fmt::format("† {}: {}\\\n", markdown_text(system.result->system), markdown_text(line));
    }
    for (const auto& system : table.systems) {
      for (const auto& line : fewer_stories_lines(table, system))
        text += fmt::format("‡ mean of fewer stories: {}\\\n", markdown_text(line));
    }
    text += "\nSignatures:\n\n";
    for (const auto& signature : table.signatures)
      text += fmt::format("- {}\n", markdown_text(signature));
  }
  return text;
}

std::string leaderboard_text(std::span<const document::Result> results,
                             const LeaderboardOptions& options) {
  std::string text;
  for (const auto& table :
       rank(results, options.metrics, DefaultColumns::leaderboard, options.digits))
    text += text_table(table, options.digits);
  return text;
}

}  // namespace asbench::reports
