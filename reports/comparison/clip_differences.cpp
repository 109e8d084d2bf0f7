#include "reports/comparison/clip_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "core/words.h"
#include "reports/comparison/shared_shots.h"

namespace asbench::reports {
namespace {

/// One thing that a document says of a clip.
struct Fact {
  std::string_view name;
  /// In words; nothing where the document doesn't say.
  std::function<std::optional<std::string>(const document::ResultShot&)> words;
  std::function<bool(const document::ResultShot&, const document::ResultShot&)> differs;
};

bool apart(double a, double b, double share) {
  return std::abs(a - b) > share * std::max(a, b);
}

std::vector<Fact> facts() {
  constexpr double kRate = 0.0005;
  constexpr double kDuration = 0.01;
  using Shot = document::ResultShot;
  const auto number = [](const std::optional<double>& value, std::string_view unit) {
    return value ? std::optional(fmt::format("{:.4g} {}", *value, unit)) : std::nullopt;
  };
  return {{"frame rate", [=](const Shot& shot) { return number(shot.fps, "fps"); },
           [=](const Shot& a, const Shot& b) { return apart(*a.fps, *b.fps, kRate); }},
          {"size",
           [](const Shot& shot) {
             return shot.width > 0 && shot.height > 0
                        ? std::optional(fmt::format("{}x{}", shot.width, shot.height))
                        : std::nullopt;
           },
           [](const Shot& a, const Shot& b) { return a.width != b.width || a.height != b.height; }},
          {"duration", [=](const Shot& shot) { return number(shot.seconds, "s"); },
           [=](const Shot& a, const Shot& b) { return apart(*a.seconds, *b.seconds, kDuration); }}};
}

}  // namespace

std::vector<std::string> clip_differences(const document::Result& base,
                                          const document::Result& candidate) {
  const auto shots = shared_shots(base, candidate);
  std::vector<std::string> sentences;
  for (const Fact& fact : facts()) {
    int known = 0;
    int different = 0;
    std::map<std::string, int> changes;  // "12 fps | 6 fps" -> shots
    for (const auto& shot : shots) {
      const auto before = fact.words(*shot.base);
      const auto after = fact.words(*shot.candidate);
      if (!before || !after) continue;
      ++known;
      if (!fact.differs(*shot.base, *shot.candidate)) continue;
      ++different;
      ++changes[fmt::format("{} | {}", *before, *after)];
    }
    if (different == 0) continue;
    const auto most =
        std::max_element(changes.begin(), changes.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    sentences.push_back(fmt::format("the candidate's clips have another {}: {}{} ({} of {})",
                                    fact.name, changes.size() > 1 ? "mostly " : "", most->first,
                                    different, counted(known, "shot", "shots")));
  }
  return sentences;
}

}  // namespace asbench::reports
