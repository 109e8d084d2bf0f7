#pragma once

#include <functional>
#include <string>

#include "core/error.h"
#include "reports/comparison/compare.h"
#include "tests/support/synthetic_result.h"

// Pairs of documents for the tests of the comparison and of its gates.
namespace asbench::reports {

using testing::SyntheticResult;

/// Values that differ from story to story, so that nothing is tied by chance.
inline double wobble(int story) {
  return 0.5 + 0.01 * ((story * 7) % 11);
}

inline SyntheticResult world(int ips = 8) {
  SyntheticResult options;
  options.ips = ips;
  options.value = [](int, int story) { return wobble(story); };
  return options;
}

inline document::Result result(const Json& document, const char* name = "r.json") {
  return document::result_from_json(document, name);
}

/// One headline metric: clip_i.
inline Gate gate(MetricRule rule = {
                     .role = GateRole::headline, .tolerance = 0.001, .minimum_effect = 0.02}) {
  Gate rules;
  rules.name = "test";
  rules.replicates = 500;
  rules.metrics["clip_i"] = rule;
  return rules;
}

/// The first metric of a comparison of `world()` with itself, each story moved by `shift`.
inline MetricComparison shifted(const std::function<double(int)>& shift, const Gate& rules = gate(),
                                int ips = 8, const char* direction = "higher") {
  auto base = world(ips);
  base.direction = direction;
  auto candidate = base;
  candidate.value = [&](int, int story) { return wobble(story) + shift(story); };
  return compare(result(base.document()), result(candidate.document()), rules).metrics.at(0);
}

inline std::string refusal(const Json& base, const Json& candidate,
                           const CompareOptions& options = {}, const Gate& rules = gate()) {
  try {
    static_cast<void>(
        compare(result(base, "base.json"), result(candidate, "candidate.json"), rules, options));
  } catch (const NotComparable& error) {
    return error.what();
  }
  return {};
}

inline Json with_fvd(Json document, const Json& mean) {
  document["metrics"]["fvd"] = {{"signature", "fvd@1 | N=16"},
                                {"direction", "lower"},
                                {"mean", mean},
                                {"ci95", nullptr},
                                {"n_stories", 16},
                                {"n_evaluated", 64},
                                {"n_failed", 0},
                                {"n_skipped", 0}};
  return document;
}

}  // namespace asbench::reports
