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
  for (const auto& system : table.systems) {
    text += fmt::format("| {}{}{} |", markdown_text(system.result->system),
                        has_withheld(table, system) ? " †" : "",
                        table.reported ? fmt::format(" ({})", kReportedLabel) : "");
    for (std::size_t i = 0; i < table.metrics.size(); ++i) {
      const std::string value = number_of(system, table.metrics[i], digits);
      text += system.marks[i].best      ? fmt::format(" **{}** |", value)
              : system.marks[i].as_good ? fmt::format(" {} ≈ |", value)
                                        : fmt::format(" {} |", value);
    }
    text += "\n";
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
  for (const auto& table : rank(results, options.metrics, DefaultColumns::leaderboard)) {
    text += fmt::format("\n{}\n\n{}", markdown_text(table_heading(table)),
                        markdown_table(table, options.digits));
    text += fmt::format("\n^ higher is better, v lower is better; **best**, ≈: {}.\n\n", kReached);
    for (const auto& system : table.systems) {
      for (const auto& line : withheld_lines(table, system))
        text +=
            fmt::format("† {}: {}\\\n", markdown_text(system.result->system), markdown_text(line));
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
  for (const auto& table : rank(results, options.metrics, DefaultColumns::leaderboard)) {
    std::size_t longest = 6;
    for (const auto& system : table.systems)
      longest = std::max(longest, terminal_text(system.result->system).size());
    text +=
        terminal_text(table_heading(table)) + "\n\n" + fmt::format("{:<{}}", "system", longest + 2);
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < table.metrics.size(); ++i) {
      widths.push_back(std::max<std::size_t>(table.metrics[i].size() + 4, 9));
      text += fmt::format(
          "{:>{}}",
          fmt::format("{}{}", terminal_text(table.metrics[i]), plain_arrow(table.directions[i])),
          widths.back());
    }
    text += "\n";
    for (const auto& system : table.systems) {
      text += fmt::format(
          "{:<{}}",
          terminal_text(system.result->system) + (has_withheld(table, system) ? " !" : ""),
          longest + 2);
      for (std::size_t i = 0; i < table.metrics.size(); ++i) {
        const char* sign = system.marks[i].best ? "*" : system.marks[i].as_good ? "=" : " ";
        text += fmt::format("{:>{}}", number_of(system, table.metrics[i], options.digits) + sign,
                            widths[i]);
      }
      text += "\n";
    }
    text += fmt::format("\n^ higher is better, v lower is better; * best; = {}\n", kReached);
    for (const auto& system : table.systems) {
      for (const auto& line : withheld_lines(table, system))
        text += terminal_text(fmt::format("! {}: {}", system.result->system, line)) + "\n";
    }
  }
  return text;
}

}  // namespace asbench::reports
