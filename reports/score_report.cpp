#include "reports/score_report.h"

#include <fmt/format.h>

#include <map>

#include "core/words.h"
#include "reports/comparison/comparison_words.h"
#include "reports/leaderboard/words.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

/// "16 stories of 8 IPs, 62 of 64 shots scored (missing=zero)"
std::string covered(const document::Result& result) {
  const auto& coverage = result.coverage;
  return fmt::format("{}, {} of {} scored (missing={})",
                     stories_of_ips(result.split.stories, result.split.ips), coverage.scored_shots,
                     counted(coverage.expected_shots, "shot", "shots"), coverage.policy);
}

std::string metric_row(const document::ResultMetric& metric) {
  return fmt::format("| {}{} | {} | {} | {} | {} | {} |\n", markdown_text(metric.id),
                     arrow(metric.direction), fixed(metric.mean),
                     interval_words(metric.ci95, false), metric.n_evaluated, metric.n_failed,
                     metric.n_skipped);
}

std::string figures(const document::ResultMetric& metric) {
  return fmt::format("mean {}, 95 % interval {}, N {}, failed {}, skipped {}", fixed(metric.mean),
                     interval_words(metric.ci95, false), metric.n_evaluated, metric.n_failed,
                     metric.n_skipped);
}

}  // namespace

std::string score_markdown(const document::Result& result) {
  std::string text = fmt::format("### Scored: {} on {}\n\n{}.\n", markdown_text(result.system),
                                 markdown_text(result.split.name), covered(result));
  if (!result.note.empty()) text += fmt::format("\n> {}\n", markdown_text(result.note));
  for (const auto& change : result.overrides)
    text += fmt::format("\n> Differs from the protocol: {}\n", markdown_text(change));
  for (const auto& encoder : result.demo_encoders)
    text +=
        fmt::format("\n> {} is an encoder for the demo and tests only\n", markdown_text(encoder));
  text +=
      "\n| metric | mean | 95 % interval | N | failed | skipped "
      "|\n|---|---:|---:|---:|---:|---:|\n";
  for (const auto& metric : result.metrics) text += metric_row(metric);
  text +=
      "\n↑ higher is better, ↓ lower is better. 95 % interval: 95 of 100 such intervals contain "
      "the "
      "true mean. N, failed and skipped count shots, shot pairs or clips.\n";
  std::map<std::string, int> kinds;
  for (const auto& finding : result.coverage.findings) ++kinds[finding.kind];
  if (!kinds.empty()) text += "\nFindings:\n";
  for (const auto& [kind, count] : kinds)
    text += fmt::format("- {}: {}\n", markdown_text(kind), count);
  return text;
}

std::string score_junit(const document::Result& result) {
  int skipped = 0;
  std::string cases;
  for (const auto& metric : result.metrics) {
    skipped += metric.mean ? 0 : 1;
    cases += fmt::format(
        "    <testcase classname=\"asbench.score\" name=\"{}\" time=\"0\">\n{}"
        "      <system-out>{}</system-out>\n    </testcase>\n",
        xml_text(metric.id), metric.mean ? "" : "      <skipped message=\"no value\"/>\n",
        xml_text(figures(metric)));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" "
      "tests=\"{}\" failures=\"0\" errors=\"0\" skipped=\"{}\" time=\"0\">\n    <properties>\n"
      "      <property name=\"coverage\" value=\"{}\"/>\n    </properties>\n{}  </testsuite>\n"
      "</testsuites>\n",
      xml_text(fmt::format("asbench score: {}", result.system)), result.metrics.size(), skipped,
      xml_text(covered(result)), cases);
}

}  // namespace asbench::reports
