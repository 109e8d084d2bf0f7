#include "reports/comparison/comparison_prose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <string_view>

#include "document/result.h"
#include "reports/comparison/comparison_words.h"
#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kShown = 5;  ///< of a list of names

std::string listed(const std::vector<std::string>& names) {
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
  return fmt::format(
      "{}{}", fmt::join(first, ", "),
      names.size() > kShown ? fmt::format(" and {} more", names.size() - kShown) : "");
}

std::vector<std::string> ids_where(const Comparison& comparison,
                                   const std::function<bool(const MetricComparison&)>& wanted) {
  std::vector<std::string> ids;
  for (const auto& metric : comparison.metrics) {
    if (wanted(metric)) ids.push_back(metric.id);
  }
  return ids;
}

bool is_headline(const MetricComparison& metric) {
  return metric.rule.role == GateRole::headline;
}

std::string finding_of(const MetricComparison& metric) {
  return fmt::format("{}{}: {}{}: {}", metric.id,
                     metric.title.empty() ? "" : fmt::format(" ({})", metric.title),
                     to_string(metric.verdict),
                     metric.warns          ? " (watched, doesn't decide)"
                     : is_headline(metric) ? ""
                                           : " (watched)",
                     metric.reason);
}

std::string missing_found(const MissingShots& missing) {
  if (missing.base == 0 && missing.candidate == 0) return {};
  std::string sentence = fmt::format("missing shots: {} of the candidate, {} of the base",
                                     missing.candidate, missing.base);
  if (missing.fails || missing.warns)
    sentence += fmt::format("; {} more reach the limit {}", missing.more(), missing.rule.limit);
  if (!missing.added.empty())
    sentence += fmt::format("; missing in the candidate only: {}", listed(missing.added));
  return sentence;
}

/// "clips: 64 of 64 are shorter than the base's, mostly 2 s | 1 s, which reaches the limit 1: ..."
std::string clips_found(const ClipChange& change, const ClipChanges& clips) {
  const bool reached = static_cast<int>(change.shots.size()) >= clips.rule->limit;
  const bool alike = change.how == "reshaped";
  return fmt::format(
      "clips: {} of {} {} {}, mostly {}{}: {}", change.shots.size(), clips.compared,
      change.shots.size() == 1 ? "is" : "are",
      alike ? "of another shape than the base's" : fmt::format("{} than the base's", change.how),
      change.most, reached ? fmt::format(", which reaches the limit {}", clips.rule->limit) : "",
      listed(change.shots));
}

std::vector<std::string> found(const Comparison& comparison) {
  std::vector<std::string> sentences;
  for (const auto& metric : comparison.metrics) {
    if (is_headline(metric) || metric.fails || metric.warns)
      sentences.push_back(finding_of(metric));
  }
  if (const auto sentence = missing_found(comparison.missing); !sentence.empty())
    sentences.push_back(sentence);
  for (const auto& change : comparison.clips.changes)
    sentences.push_back(clips_found(change, comparison.clips));
  return sentences;
}

/// "5 of 100" for .05.
std::string share(double alpha) {
  return fmt::format("{:g} of 100", alpha * 100.0);
}

std::string false_alarms(const Comparison& comparison) {
  std::string sentence;
  if (comparison.tested > 0) {
    sentence = fmt::format(
        "False alarms: if the candidate is really no worse, {} {} it in at most {} comparisons",
        comparison.tested == 1 ? "the tested metric"
                               : fmt::format("the {} tested metrics together", comparison.tested),
        comparison.tested == 1 ? "fails" : "fail", share(comparison.alpha));
  }
  if (comparison.watched_tested > 0) {
    sentence += fmt::format("{}{} that can fail it: in at most {}",
                            sentence.empty() ? "False alarms: " : "; ",
                            counted(comparison.watched_tested, "watched metric", "watched metrics"),
                            share(comparison.alpha));
  }
  return sentence.empty() ? sentence : sentence + ".";
}

std::string may_be_missed(const Comparison& comparison) {
  std::vector<std::string> sizes;
  for (const auto& metric : comparison.metrics) {
    if (is_headline(metric) && !metric.fails && metric.can_be_significant &&
        metric.detectable.value_or(0.0) > 0.0)  // 0: no story changed, so nothing is known of noise
      sizes.push_back(fmt::format("{} {:.4f}", metric.id, *metric.detectable));
  }
  if (sizes.empty()) return {};
  return fmt::format(
      "What may be missed: a drop that is smaller than this is found less than four times in five: "
      "{}.",
      fmt::join(sizes, ", "));
}

std::vector<std::string> sure(const Comparison& comparison) {
  std::vector<std::string> sentences;
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) sentences.push_back(sentence);
  };
  add(
      fmt::format("It rests on {}. An IP is a character; stories of one IP are alike, so the test "
                  "counts IPs.",
                  stories_of_ips(comparison.stories, comparison.ips)));
  add(false_alarms(comparison));
  const bool limited = std::any_of(comparison.metrics.begin(), comparison.metrics.end(),
                                   [](const auto& metric) { return metric.rule.has_limit(); });
  if (limited) add("Limits are no tests: they act on the values as they were measured.");
  add(may_be_missed(comparison));
  if (!ids_where(comparison, [](const auto& metric) { return metric.warns; }).empty()) {
    add(
        fmt::format("A watched metric that only warns is tested by itself: of many such, about {} "
                    "look worse by chance.",
                    share(comparison.alpha)));
  }
  return sentences;
}

std::vector<std::string> untested(const Comparison& comparison) {
  std::vector<std::string> sentences;
  const auto add = [&](const std::vector<std::string>& ids, std::string_view why) {
    if (!ids.empty()) sentences.push_back(fmt::format("{}: {}.", listed(ids), why));
  };
  const auto directed = [](const MetricComparison& metric) {
    return metric.direction != document::ResultDirection::none;
  };
  add(ids_where(comparison,
                [&](const auto& metric) { return directed(metric) && metric.set_level; }),
      "one value per system, without values of stories to pair; nothing in a document shows how it "
      "came about");
  add(ids_where(comparison,
                [&](const auto& metric) {
                  return directed(metric) && !metric.set_level && metric.stories.empty();
                }),
      "no story has a value in both documents");
  add(ids_where(comparison,
                [&](const auto& metric) {
                  return directed(metric) && !metric.stories.empty() && !metric.tested();
                }),
      "watched only: shown, and named above where it is worse");
  add(ids_where(comparison, [&](const auto& metric) { return !directed(metric); }),
      "neither more nor less of it is better");
  add(comparison.candidate_only,
      "only the candidate's document has it, and the gate doesn't require it");
  add(comparison.base_only, "only the base's document has it, and the gate doesn't list it");
  add(comparison.absent, "optional in the gate, and without a value in either document");
  const auto unpaired =
      ids_where(comparison, [](const auto& metric) { return metric.unpaired > 0; });
  add(unpaired, "stories with a value in one document only were dropped");
  if (comparison.missing.base > 0 && comparison.missing.candidate > 0)
    sentences.emplace_back(
        "Shots that both lack: they count as failures on both sides, so they hide any difference.");
  if (comparison.clips.unknown > 0)
    sentences.push_back(fmt::format("The size of {}: a document doesn't state it.",
                                    counted(comparison.clips.unknown, "clip", "clips")));
  sentences.emplace_back("Whatever none of these metrics measures.");
  return sentences;
}

}  // namespace

ComparisonProse comparison_prose(const Comparison& comparison) {
  return {found(comparison), sure(comparison), untested(comparison)};
}

std::vector<std::string> table_legend(std::string_view higher, std::string_view lower) {
  const std::string p =
      "p: how often chance alone would give such a difference or a larger one (sign-flip test over "
      "IPs, one-sided, in the direction of the difference; for metrics whose test decides, Holm's "
      "method raises it so that testing several costs no false alarms).";
  const std::string detectable =
      "detectable: the true change that this comparison finds four times in five, with its "
      "standard "
      "error (- where none can be told).";
  return {
      fmt::format("{} higher is better, {} lower is better.", higher, lower),
      "base, candidate: means over the stories that both have.",
      "difference: positive is better, whichever way the metric points.",
      "95 % interval: 95 of 100 such intervals contain the true difference (bootstrap over IPs).",
      p,
      "effect: the difference in units of the spread between IPs.",
      detectable,
      "won / tied / lost: stories that got better, changed by the tolerance at most, got worse."};
}

}  // namespace asbench::reports
