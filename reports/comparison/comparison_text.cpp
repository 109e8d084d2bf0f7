#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "reports/comparison/comparison_output.h"
#include "reports/comparison/comparison_prose.h"
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

std::string block(std::string_view title, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  std::string text = fmt::format("\n{}\n", title);
  for (const auto& sentence : sentences) text += fmt::format("  {}\n", terminal_text(sentence));
  return text;
}

std::string worst_block(const Comparison& comparison) {
  const auto worst = worst_stories(comparison);
  if (worst.empty()) return {};
  std::string text = "\nWorst stories\n";
  for (const auto& [metric, story] : worst) {
    text += fmt::format("  {}  {}  {} -> {}  ({})\n", terminal_text(story->story),
                        terminal_text(metric->id), fixed(story->base), fixed(story->candidate),
                        with_sign(story->difference));
  }
  return text;
}

std::string numbers_block(const Comparison& comparison) {
  std::vector<Line> lines{{"metric", "verdict", "base", "candidate", "difference", "95 % interval",
                           "p", "effect", "detectable", "won/tied/lost"}};
  for (const auto& metric : comparison.metrics) lines.push_back(line_of(metric));
  std::string text = fmt::format("\nThe numbers ({})\n\n{}\n",
                                 terminal_text(rules_line(comparison)), table(lines));
  for (const auto& line : table_legend("^", "v")) text += fmt::format("  {}\n", line);
  return text + "  ! makes the exit code 1.\n";
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  std::string text = terminal_text(verdict_line(comparison)) + "\n";
  text += terminal_text(subject_line(comparison)) + "\n";
  for (const auto& allowed : comparison.allowed)
    text += "NOT A LIKE-FOR-LIKE COMPARISON, allowed: " + terminal_text(allowed) + "\n";
  for (const auto& warning : comparison.warnings)
    text += "warning: " + terminal_text(warning) + "\n";
  const ComparisonProse prose = comparison_prose(comparison);
  text += block("What was found", prose.found);
  text += worst_block(comparison);
  text += block("How sure", prose.sure);
  text += block("Not tested", prose.untested);
  return text + numbers_block(comparison);
}

}  // namespace asbench::reports
