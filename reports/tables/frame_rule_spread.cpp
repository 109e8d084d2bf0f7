#include "reports/tables/frame_rule_spread.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "document/signature.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

/// The means of one metric of one system, by frame rule.
struct Family {
  std::string system, metric;
  std::map<std::string, double> means;
};

constexpr const char* kHeading =
    "Spread over frame rules: how far a mean moves when other frames are sampled";

}  // namespace

std::vector<FrameRuleSpread> frame_rule_spread(std::span<const document::Result> results) {
  // System, metric, split, stories, and the signature without its frame rule.
  using Key =
      std::tuple<std::string, std::string, std::string, int, std::map<std::string, std::string>>;
  std::map<Key, std::size_t> places;
  std::vector<Family> families;
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) {
      auto fields = document::Signature::parse(metric.signature).by_name();
      const auto rule = fields.find("frames");
      if (rule == fields.end() || !metric.mean) continue;
      const std::string frames = rule->second;
      fields.erase(rule);
      const auto [place, is_new] = places.emplace(
          Key{result.system, metric.id, result.split.sha256, metric.n_stories, fields},
          families.size());
      if (is_new) families.push_back({result.system, metric.id, {}});
      families[place->second].means.emplace(frames, *metric.mean);
    }
  }
  std::vector<FrameRuleSpread> spreads;
  for (const auto& family : families) {
    if (family.means.size() < 2) continue;
    FrameRuleSpread spread{family.system, family.metric, {}, 0.0};
    double low = family.means.begin()->second, high = low;
    for (const auto& [rule, mean] : family.means) {
      spread.rules.push_back(rule);
      low = std::min(low, mean);
      high = std::max(high, mean);
    }
    spread.spread = high - low;
    spreads.push_back(std::move(spread));
  }
  return spreads;
}

std::string frame_rule_spread_text(std::span<const document::Result> results, int digits) {
  const auto spreads = frame_rule_spread(results);
  if (spreads.empty()) return {};
  std::size_t system = 6, metric = 6;
  for (const auto& row : spreads) {
    system = std::max(system, display_width(terminal_text(row.system)));
    metric = std::max(metric, display_width(terminal_text(row.metric)));
  }
  std::string text = fmt::format("{}\n", kHeading);
  for (const auto& row : spreads) {
    text += fmt::format("  {}  {}  {:.{}f}  {}\n", align_left(terminal_text(row.system), system),
                        align_left(terminal_text(row.metric), metric), row.spread, digits,
                        terminal_text(fmt::format("{}", fmt::join(row.rules, " "))));
  }
  return text;
}

std::string frame_rule_spread_markdown(std::span<const document::Result> results, int digits) {
  const auto spreads = frame_rule_spread(results);
  if (spreads.empty()) return {};
  std::string text = fmt::format(
      "{}\n\n| system | metric | spread | frame rules |\n|---|---|---:|---|\n", kHeading);
  for (const auto& row : spreads) {
    text += fmt::format("| {} | {} | {:.{}f} | {} |\n", markdown_text(row.system),
                        markdown_text(row.metric), row.spread, digits,
                        markdown_text(fmt::format("{}", fmt::join(row.rules, ", "))));
  }
  return text;
}

}  // namespace asbench::reports
