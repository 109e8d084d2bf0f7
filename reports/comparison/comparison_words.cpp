#include "reports/comparison/comparison_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

constexpr double kFixedBelow = 1e6;  ///< larger numbers are written with exponents

}  // namespace

std::string verdict_line(const Comparison& comparison) {
  std::vector<std::string> parts;
  std::vector<std::string> worse;
  for (const auto& metric : comparison.metrics) {
    if (metric.fails)
      parts.push_back(metric.id + (metric.rule.role == GateRole::headline ? "" : " (watched)"));
    if (metric.warns) worse.push_back(metric.id);
  }
  const MissingShots& missing = comparison.missing;
  const std::string shots = fmt::format("missing shots ({} more)", missing.more());
  if (missing.fails) parts.push_back(shots);
  if (missing.warns) worse.push_back(shots);
  if (comparison.clips.fails) parts.push_back(clips_words(comparison.clips));
  if (comparison.clips.warns) worse.push_back(clips_words(comparison.clips));
  std::string line =
      parts.empty() ? "no regression found" : fmt::format("regressed: {}", fmt::join(parts, ", "));
  if (parts.empty()) {
    for (const Verdict verdict : {Verdict::improved, Verdict::unchanged, Verdict::undecided}) {
      const auto ids = comparison.headlines(verdict);
      if (!ids.empty()) line += fmt::format("; {}: {}", to_string(verdict), fmt::join(ids, ", "));
    }
  }
  if (!worse.empty()) line += fmt::format("; worse among the watched: {}", fmt::join(worse, ", "));
  return line;
}

std::string clips_words(const ClipChanges& clips) {
  std::vector<std::string> ways;
  for (const auto& change : clips.changes)
    ways.push_back(fmt::format("{} {}", change.shots.size(), change.how));
  return fmt::format("clips ({})", fmt::join(ways, ", "));
}

std::string rules_line(const Comparison& comparison) {
  return fmt::format("gate {}: alpha {:g}, {}-sided, Holm's method over {}{}", comparison.gate,
                     comparison.alpha, comparison.sides == TestSides::two ? "two" : "one",
                     counted(comparison.tested, "metric", "metrics"),
                     comparison.watched_tested == 0
                         ? ""
                         : fmt::format(" and over {}", counted(comparison.watched_tested,
                                                               "watched one", "watched ones")));
}

std::string subject_line(const Comparison& comparison) {
  return fmt::format("{} against {} on {}: {}", comparison.candidate, comparison.base,
                     comparison.split, stories_of_ips(comparison.stories, comparison.ips));
}

std::string chance_words(double p) {
  constexpr double kRounding = 1e-9;  // 0.03 x 100 is no more than 3
  constexpr std::array<std::pair<int, const char*>, 3> kOf{
      {{100, "100"}, {1000, "1,000"}, {10000, "10,000"}}};
  for (const auto& [of, text] : kOf) {
    const double times = p * of;
    if (times < 1.0) continue;
    return fmt::format("about {:.0f} of {} comparisons", std::ceil(times - kRounding), text);
  }
  return "fewer than 1 of 10,000 comparisons";
}

std::string fixed(const document::ResultValue& value) {
  if (!value) return "-";
  const std::string text = std::abs(*value) < kFixedBelow ? fmt::format("{:.4f}", *value)
                                                          : fmt::format("{:.4g}", *value);
  return text == "-0.0000" ? text.substr(1) : text;
}

std::string with_sign(const document::ResultValue& value) {
  const std::string text = fixed(value);
  return value && text.front() != '-' ? "+" + text : text;
}

std::string interval_words(const std::optional<Interval>& interval, bool sign) {
  if (!interval) return "-";
  return sign ? fmt::format("{} .. {}", with_sign(interval->low), with_sign(interval->high))
              : fmt::format("{} .. {}", fixed(interval->low), fixed(interval->high));
}

document::ResultValue shown_p(const MetricComparison& metric) {
  if (!metric.difference) return std::nullopt;
  return *metric.difference < 0.0 ? metric.p_worse : metric.p_better;
}

std::string counts_cell(const MetricComparison& metric, std::string_view between) {
  if (metric.stories.empty() || metric.direction == document::ResultDirection::none) return "-";
  return fmt::format("{}{}{}{}{}", metric.wins, between, metric.ties, between, metric.losses);
}

std::string detectable_cell(const MetricComparison& metric, std::string_view plus_minus) {
  if (!metric.detectable) return "-";
  return fmt::format("{} {} {}", fixed(metric.detectable), plus_minus,
                     fixed(metric.detectable_error));
}

std::string interval_cell(const MetricComparison& metric) {
  if (!metric.set_level) return interval_words(metric.interval);
  return fmt::format("base {}; candidate {}", interval_words(metric.base_interval, false),
                     interval_words(metric.candidate_interval, false));
}

std::vector<WorstStory> worst_stories(const Comparison& comparison, std::size_t each) {
  std::vector<WorstStory> worst;
  const bool failing = comparison.regressed();
  for (const auto& metric : comparison.metrics) {
    const bool chosen = failing ? metric.fails : metric.rule.role == GateRole::headline;
    if (!chosen) continue;
    for (const auto* story : metric.worst_stories(each)) worst.push_back({&metric, story});
  }
  return worst;
}

}  // namespace asbench::reports
