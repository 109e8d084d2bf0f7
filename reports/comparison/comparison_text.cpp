#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/comparison/comparison_output.h"
#include "reports/comparison/comparison_words.h"
#include "reports/leaderboard/words.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

using Line = std::array<std::string, 10>;

Line line_of(const MetricComparison& metric) {
  return {fmt::format("{}{}{}", terminal_text(metric.id), plain_arrow(metric.direction),
                      metric.rule.role == GateRole::headline ? "" : " (watched)"),
          std::string(to_string(metric.verdict)) + (metric.fails ? " !" : ""),
          fixed(metric.base),
          fixed(metric.candidate),
          with_sign(metric.difference),
          interval_cell(metric),
          fixed(shown_p(metric)),
          fixed(metric.effect_size),
          detectable_cell(metric, "+-"),
          counts_cell(metric, "/")};
}

std::string table(const std::vector<Line>& lines) {
  std::array<std::size_t, 10> widths{};
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], display_width(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      text += i < 2 ? align_left(line[i], widths[i] + 2) : align_right(line[i], widths[i]) + "  ";
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  std::string text = terminal_text(verdict_line(comparison)) + "\n";
  text += terminal_text(subject_line(comparison)) + "\n";
  text += terminal_text(rules_line(comparison)) + "\n";
  for (const auto& allowed : comparison.allowed)
    text += "NOT A LIKE-FOR-LIKE COMPARISON, allowed: " + terminal_text(allowed) + "\n";
  for (const auto& warning : comparison.warnings)
    text += "warning: " + terminal_text(warning) + "\n";

  std::vector<Line> lines{{"metric", "verdict", "base", "candidate", "difference", "95 % interval",
                           "p", "effect", "detectable", "won/tied/lost"}};
  for (const auto& metric : comparison.metrics) lines.push_back(line_of(metric));
  text += "\n" + table(lines) + "\n";
  for (const auto& metric : comparison.metrics) {
    if (metric.rule.role == GateRole::headline || metric.fails)
      text += terminal_text(
                  fmt::format("{}: {}: {}", metric.id, to_string(metric.verdict), metric.reason)) +
              "\n";
  }
  const auto worst = worst_stories(comparison);
  if (!worst.empty()) text += "\nworst stories\n";
  for (const auto& [metric, story] : worst) {
    text += fmt::format("  {}  {}  {} -> {}  ({})\n", terminal_text(story->story),
                        terminal_text(metric->id), fixed(story->base), fixed(story->candidate),
                        with_sign(story->difference));
  }
  text +=
      "\n^ higher is better, v lower is better. A positive difference is an improvement. p: "
      "one-sided, in the direction of the\n"
      "difference, Holm-adjusted; effect: difference in units of the spread between IPs; "
      "detectable: the true change that this\n"
      "comparison finds four times in five, +- its standard error (- where none can be told); ! "
      "makes the exit code 1.\n";
  return text;
}

}  // namespace asbench::reports
