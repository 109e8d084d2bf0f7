#include "reports/comparison/missing_shots.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace asbench::reports {
namespace {

int missing_in(const document::Result& result) {
  return std::max(0, result.coverage.expected_shots - result.coverage.scored_shots);
}

}  // namespace

std::set<std::string> missing_shots(const document::Result& result, const document::Result& other) {
  std::set<std::string_view> shared;
  for (const auto& story : other.stories) shared.insert(story.id);
  std::set<std::string> shots;
  for (const auto& story : result.stories) {
    if (!shared.contains(story.id)) continue;
    for (const auto& shot : story.shots) {
      if (shot.sha256.empty() && shot.frames.empty())
        shots.insert(fmt::format("{} shot {}", story.id, shot.number));
    }
  }
  return shots;
}

MissingShots compare_missing_shots(const document::Result& base, const document::Result& candidate,
                                   const Gate& gate) {
  MissingShots missing;
  missing.rule = gate.missing;
  missing.base = missing_in(base);
  missing.candidate = missing_in(candidate);
  const auto before = missing_shots(base, candidate);
  const auto now = missing_shots(candidate, base);
  std::set_difference(now.begin(), now.end(), before.begin(), before.end(),
                      std::back_inserter(missing.added));
  const bool too_many = missing.more() >= gate.missing.limit;
  const bool counted_as_failures = candidate.coverage.policy == "zero";
  missing.fails = too_many && counted_as_failures && gate.missing.watch == WatchAction::fail;
  missing.warns = too_many && !missing.fails;
  return missing;
}

}  // namespace asbench::reports
