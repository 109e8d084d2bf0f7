#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "reports/comparison/comparison_output.h"
#include "reports/comparison/comparison_words.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

std::string figures(const MetricComparison& metric) {
  std::string text =
      fmt::format("base {}, candidate {}, difference {}, 95 % interval {}, p {}, detectable {}",
                  fixed(metric.base), fixed(metric.candidate), with_sign(metric.difference),
                  interval_cell(metric), fixed(shown_p(metric)), detectable_cell(metric, "+-"));
  for (const auto* story : metric.worst_stories(3))
    text += fmt::format("; {} {}", story->story, with_sign(story->difference));
  return text;
}

std::string case_of(const MetricComparison& metric) {
  const std::string head = fmt::format(
      "    <testcase classname=\"asbench.compare.{}\" name=\"{}\" time=\"0\">\n",
      metric.rule.role == GateRole::headline ? "headline" : "watch", xml_text(metric.id));
  const std::string message =
      xml_text(fmt::format("{}: {}", to_string(metric.verdict), metric.reason));
  std::string body;
  if (metric.fails)
    body += fmt::format("      <failure type=\"regression\" message=\"{}\">{}</failure>\n", message,
                        xml_text(figures(metric)));
  else if (metric.verdict == Verdict::untested)
    body += fmt::format("      <skipped message=\"{}\"/>\n", message);
  if (!metric.fails)
    body +=
        fmt::format("      <system-out>{}; {}</system-out>\n", message, xml_text(figures(metric)));
  return head + body + "    </testcase>\n";
}

std::string missing_case(const MissingShots& missing) {
  const std::string message = fmt::format("{} of the candidate, {} of the base; limit {} more",
                                          missing.candidate, missing.base, missing.rule.limit);
  constexpr std::string_view kHead =
      "    <testcase classname=\"asbench.compare.coverage\" name=\"missing shots\" time=\"0\">\n";
  std::string added;
  for (const auto& shot : missing.added) added += shot + "; ";
  const std::string body =
      missing.fails
          ? fmt::format("      <failure type=\"regression\" message=\"{}\">{}</failure>\n",
                        xml_text(message), xml_text(added))
          : fmt::format("      <system-out>{}</system-out>\n", xml_text(message));
  return fmt::format("{}{}    </testcase>\n", kHead, body);
}

/// Empty where the gate does not look at clips.
std::string clips_case(const ClipChanges& clips) {
  if (!clips.rule) return {};
  std::string changes;
  for (const auto& change : clips.changes)
    changes +=
        fmt::format("{}, mostly {}: {}; ", change.how, change.most, fmt::join(change.shots, ", "));
  const std::string message = clips.changes.empty()
                                  ? fmt::format("{} compared, none changed", clips.compared)
                                  : fmt::format("{} of {} compared; limit {}", clips_words(clips),
                                                clips.compared, clips.rule->limit);
  const std::string body =
      clips.fails ? fmt::format("      <failure type=\"regression\" message=\"{}\">{}</failure>\n",
                                xml_text(message), xml_text(changes))
                  : fmt::format("      <system-out>{}; {}</system-out>\n", xml_text(message),
                                xml_text(changes));
  return fmt::format(
      "    <testcase classname=\"asbench.compare.clips\" name=\"clips\" time=\"0\">\n{}    "
      "</testcase>\n",
      body);
}

}  // namespace

std::string comparison_junit(const Comparison& comparison) {
  const auto failures = comparison.failing().size();
  const auto skipped = std::count_if(
      comparison.metrics.begin(), comparison.metrics.end(),
      [](const auto& metric) { return !metric.fails && metric.verdict == Verdict::untested; });
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
                  comparison.metrics.size() + (comparison.clips.rule ? 2 : 1), failures, skipped);
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" {} "
      "time=\"0\">\n    <properties>\n",
      xml_text(
          fmt::format("asbench compare: {} against {}", comparison.candidate, comparison.base)),
      counts);
  text += fmt::format("      <property name=\"verdict\" value=\"{}\"/>\n",
                      xml_text(verdict_line(comparison)));
  text += fmt::format("      <property name=\"rules\" value=\"{}\"/>\n",
                      xml_text(rules_line(comparison)));
  for (const auto& allowed : comparison.allowed)
    text += fmt::format("      <property name=\"allowed\" value=\"{}\"/>\n", xml_text(allowed));
  for (const auto& warning : comparison.warnings)
    text += fmt::format("      <property name=\"warning\" value=\"{}\"/>\n", xml_text(warning));
  text += "    </properties>\n";
  for (const auto& metric : comparison.metrics) text += case_of(metric);
  text += missing_case(comparison.missing);
  text += clips_case(comparison.clips);
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace asbench::reports
