#include <fmt/format.h>

#include <functional>

#include "reports/comparison/comparison_output.h"
#include "reports/comparison/comparison_prose.h"
#include "reports/comparison/comparison_words.h"
#include "reports/leaderboard/words.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kMostRows = 60;  ///< of metrics in one table
constexpr std::size_t kMostStories = 12;
constexpr std::size_t kMostSentences = 20;  ///< of one list
constexpr std::size_t kLongestText =
    160;  ///< of an id, a name or a signature's field; comments have a limit
constexpr std::size_t kLongestSentence = 1000;

std::string cell(std::string_view text, std::size_t longest = kLongestText) {
  std::size_t end = std::min(text.size(), longest);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;  // not inside a UTF-8 character
  return markdown_text(text.substr(0, end)) + (end < text.size() ? "..." : "");
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string metrics_table(const std::vector<const MetricComparison*>& metrics) {
  std::string text =
      "| metric | verdict | base | candidate | difference | 95 % interval | p | effect | "
      "detectable | won / tied / lost |\n"
      "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (std::size_t i = 0; i < std::min(metrics.size(), kMostRows); ++i) {
    const auto& metric = *metrics[i];
    const std::string verdict = metric.fails ? fmt::format("**{}**", to_string(metric.verdict))
                                             : std::string(to_string(metric.verdict));
    text += fmt::format("| {}{} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", cell(metric.id),
                        arrow(metric.direction), verdict, fixed(metric.base),
                        fixed(metric.candidate), with_sign(metric.difference),
                        interval_cell(metric), fixed(shown_p(metric)), fixed(metric.effect_size),
                        detectable_cell(metric, "±"), counts_cell(metric, " / "));
  }
  if (metrics.size() > kMostRows)
    text += fmt::format("\n`--format json` lists {} more.\n",
                        counted(static_cast<int>(metrics.size() - kMostRows), "metric", "metrics"));
  return text;
}

std::string story_cell(const std::string& story, const ComparisonMarkdownOptions& options) {
  if (options.story_link.empty()) return cell(story);
  constexpr std::string_view kPlace = "{story}";
  std::string url = options.story_link;
  if (const auto at = url.find(kPlace); at != std::string::npos)
    url.replace(at, kPlace.size(), url_text(story));
  return fmt::format("[{}](<{}>)", cell(story), url);
}

std::string worst_table(const Comparison& comparison, const ComparisonMarkdownOptions& options) {
  const auto worst = worst_stories(comparison);
  if (worst.empty()) return {};
  std::string text =
      "\nWorst stories:\n\n| story | metric | base | candidate | difference "
      "|\n|---|---|---:|---:|---:|\n";
  for (std::size_t i = 0; i < std::min(worst.size(), kMostStories); ++i) {
    const auto& [metric, story] = worst[i];
    text += fmt::format("| {} | {} | {} | {} | {} |\n", story_cell(story->story, options),
                        cell(metric->id), fixed(story->base), fixed(story->candidate),
                        with_sign(story->difference));
  }
  return text;
}

std::string bullets(std::string_view title, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  std::string text = fmt::format("\n**{}**\n", title);
  for (std::size_t i = 0; i < std::min(sentences.size(), kMostSentences); ++i)
    text += fmt::format("- {}\n", cell(sentences[i], kLongestSentence));
  if (sentences.size() > kMostSentences)
    text +=
        fmt::format("- {} more: `--format json` lists all\n", sentences.size() - kMostSentences);
  return text;
}

std::vector<const MetricComparison*> chosen(
    const Comparison& comparison, const std::function<bool(const MetricComparison&)>& wanted) {
  std::vector<const MetricComparison*> metrics;
  for (const auto& metric : comparison.metrics) {
    if (wanted(metric)) metrics.push_back(&metric);
  }
  return metrics;
}

/// The tables, folded: the deciding metrics, then the watched ones, and what the columns mean.
std::string numbers(const Comparison& comparison) {
  const auto decides = [](const MetricComparison& metric) {
    return metric.rule.role == GateRole::headline || metric.fails;
  };
  const auto deciding = chosen(comparison, decides);
  const auto watched = chosen(comparison, [&](const auto& metric) { return !decides(metric); });
  std::string text = fmt::format("\n<details><summary>The numbers ({})</summary>\n\n{}",
                                 cell(rules_line(comparison)), metrics_table(deciding));
  if (!watched.empty()) {
    text +=
        fmt::format("\n{}:\n\n{}",
                    counted(static_cast<int>(watched.size()), "watched metric", "watched metrics"),
                    metrics_table(watched));
  }
  text += "\n";
  for (const auto& line : table_legend("↑", "↓")) text += fmt::format("- {}\n", line);
  return text + "\n</details>\n";
}

}  // namespace

std::string comparison_markdown(const Comparison& comparison,
                                const ComparisonMarkdownOptions& options) {
  std::string text =
      fmt::format("### {}\n\n", markdown_text(capitalised(verdict_line(comparison))));
  text +=
      fmt::format("{} against {} on {}: {}.\n", cell(comparison.candidate), cell(comparison.base),
                  cell(comparison.split), stories_of_ips(comparison.stories, comparison.ips));
  for (const auto& allowed : comparison.allowed)
    text += fmt::format("\n> **Not a like-for-like comparison**, allowed: {}\n", cell(allowed));
  for (const auto& warning : comparison.warnings)
    text += fmt::format("\n> Warning: {}\n", cell(warning));
  const ComparisonProse prose = comparison_prose(comparison);
  text += bullets("What was found", prose.found);
  text += worst_table(comparison, options);
  text += bullets("How sure", prose.sure);
  text += bullets("Not tested", prose.untested);
  return text + numbers(comparison);
}

}  // namespace asbench::reports
