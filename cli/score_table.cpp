#include "cli/score_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "core/finding.h"
#include "core/print.h"
#include "core/words.h"
#include "document/finding_kinds.h"

namespace asbench::cli {
namespace {

std::string number(const document::ResultValue& value) {
  return value ? fmt::format("{:.4f}", *value) : "-";
}

std::string ceilings_of(const document::Result& result) {
  std::string text;
  for (const auto& metric : result.metrics) {
    if (!metric.real_ceiling) continue;
    text += fmt::format("{}{} {} ({} clips)", text.empty() ? "" : ", ", metric.id,
                        number(metric.real_ceiling->mean), metric.real_ceiling->n_clips);
  }
  return text;
}

std::string real_stories_of(const document::Result& result) {
  std::string text;
  for (const auto& metric : result.metrics) {
    const auto& real = metric.real_stories;
    if (!real) continue;
    text += fmt::format(
        "\n  {:<29} {:>8}  {:>18}  {:>8}", metric.id, number(real->mean),
        real->ci95 ? fmt::format("{:.4f} .. {:.4f}", real->ci95->low, real->ci95->high) : "-",
        number(real->distance));
  }
  return text;
}

void print_metric(const document::ResultMetric& metric, bool normalised) {
  const char* arrow = metric.direction == document::ResultDirection::higher  ? " ^"
                      : metric.direction == document::ResultDirection::lower ? " v"
                                                                             : "";
  print_safe(
      stdout, "{:<29} {:>8}  {:>18}  {:>8}  {:>6}  {:>6}  {:>7}{}{}\n", metric.id + arrow,
      number(metric.mean),
      metric.ci95 ? fmt::format("{:.4f} .. {:.4f}", metric.ci95->low, metric.ci95->high) : "-",
      metric.has_harmeanp ? number(metric.harmeanp) : "", metric.n_evaluated, metric.n_failed,
      metric.n_skipped, normalised ? fmt::format("  {:>10}", number(metric.normalised)) : "",
      metric.of_stories ? fmt::format("  {} of {} only", metric.n_stories,
                                      counted(*metric.of_stories, "story", "stories"))
                        : "");
}

/// "fox/0 shot 2", "fox/0"; empty for what is about the split or a file.
std::string place_of(const Finding& finding) {
  if (finding.story.empty() || !finding.shot) return finding.story;
  return fmt::format("{} shot {}", finding.story, *finding.shot);
}

/// "fox/0 shot 2, fox/1 shot 1 and 4 more", or the detail of a single finding without a place.
std::string places_of(const std::vector<const Finding*>& findings) {
  constexpr std::size_t kListed = 3;
  std::vector<std::string> places;
  for (const Finding* finding : findings) {
    const std::string place = place_of(*finding);
    if (!place.empty() && std::find(places.begin(), places.end(), place) == places.end())
      places.push_back(place);
  }
  if (places.empty()) return findings.size() == 1 ? findings.front()->detail : std::string();
  const auto listed = std::min(places.size(), kListed);
  std::string text = fmt::format(
      "{}", fmt::join(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(listed), ", "));
  if (places.size() > listed) text += fmt::format(" and {} more", places.size() - listed);
  return text;
}

void print_findings(const Findings& findings) {
  if (findings.empty()) return;
  std::map<std::string, std::vector<const Finding*>> by_kind;
  std::vector<std::string> kinds;  // in the order of the document
  for (const Finding& finding : findings) {
    auto& list = by_kind[finding.kind];
    if (list.empty()) kinds.push_back(finding.kind);
    list.push_back(&finding);
  }
  print_safe(stdout, "\nfindings (the document lists each):\n");
  for (const auto& kind : kinds) {
    const auto& list = by_kind[kind];
    const auto* known = document::find_finding_kind(kind);
    const std::string where = places_of(list);
    print_safe(stdout, "- {}\n  {}, {}{}\n",
               known != nullptr ? std::string(known->sentence) : list.front()->detail, kind,
               list.size() == 1 ? std::string("once") : fmt::format("{} times", list.size()),
               where.empty() ? "" : ": " + where);
  }
}

void print_canonical(const document::Result& result) {
  if (result.canonical) {
    print_safe(
        stdout,
        "\ncanonical: made with the settings and encoders that the protocol {} names, on all "
        "shots of the split,\nso it may stand beside other canonical results.\n",
        result.protocol);
    return;
  }
  print_safe(stdout,
             "\nnot canonical: it differs from what the protocol {} asks for, so it can't stand "
             "beside canonical results,\nonly beside results that differ in the same way:\n",
             result.protocol);
  for (const auto& change : result.overrides) print_safe(stdout, "- {}\n", change);
}

}  // namespace

void print_score_table(const document::Result& result, const std::string& out) {
  const auto& coverage = result.coverage;
  print_safe(stdout, "{}: {} of {}, {} of {} shots scored, missing={}{}\n", result.system,
             counted(result.split.stories, "story", "stories"),
             counted(result.split.ips, "IP", "IPs"), coverage.scored_shots, coverage.expected_shots,
             coverage.policy, result.canonical ? "" : ", not canonical");
  if (!result.note.empty()) print_safe(stdout, "{}\n", result.note);
  if (!result.demo_encoders.empty()) {
    print_safe(stdout, "DEMO ENCODERS ({}): these numbers are for the demo and tests only\n",
               fmt::format("{}", fmt::join(result.demo_encoders, ", ")));
  }
  const auto& between = result.normalised_between;
  print_safe(stdout, "\n{:<29} {:>8}  {:>18}  {:>8}  {:>6}  {:>6}  {:>7}{}\n", "metric", "mean",
             "95 % interval", "HarMeanP", "N", "failed", "skipped", between ? "  normalised" : "");
  for (const auto& metric : result.metrics) print_metric(metric, between.has_value());
  if (between) {
    print_safe(stdout,
               "\nnormalised: (mean - floor) / (ceiling - floor), floor {} = 0, ceiling {} = 1\n",
               between->floor.system, between->ceiling.system);
  }
  if (const std::string ceilings = ceilings_of(result); !ceilings.empty()) {
    print_safe(stdout, "\nreal ceiling (the same metrics on the IPs' own clips): {}\n", ceilings);
  }
  if (const std::string real = real_stories_of(result); !real.empty()) {
    print_safe(stdout, "\nreal stories ({}): their mean and 95 % interval, distance from it{}\n",
               result.real_stories->system, real);
  }
  print_findings(coverage.findings);
  print_canonical(result);
  print_safe(
      stdout,
      "\n^ higher is better, v lower is better; N, failed and skipped count shots, shot pairs or "
      "clips. Wrote {}\n",
      out);
}

}  // namespace asbench::cli
