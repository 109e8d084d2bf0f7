#include "reports/comparison/clip_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/comparison/shared_shots.h"

namespace asbench::reports {
namespace {

using Shot = document::ResultShot;

constexpr double kRounding = 1e-9;  ///< of shares and durations: a tenth less is not above a tenth

/// What one look at a pair of clips gives.
struct Look {
  bool known = false;
  bool changed = false;
  std::string change = {};  ///< "2 s | 1 s"
};

bool falls(double before, double after, double share, double allowed = 0.0) {
  const double lost = before - after;
  return lost > share * before * (1.0 + kRounding) && lost > allowed * (1.0 + kRounding);
}

Look shorter(const Shot& base, const Shot& candidate, double share) {
  if (base.seconds && candidate.seconds) {
    const double frame = base.fps && *base.fps > 0.0 ? 1.0 / *base.fps : 0.0;
    return {true, falls(*base.seconds, *candidate.seconds, share, frame),
            fmt::format("{:.4g} s | {:.4g} s", *base.seconds, *candidate.seconds)};
  }
  return {true, falls(base.frame_count, candidate.frame_count, share, 1.0),
          fmt::format("{} | {} frames", base.frame_count, candidate.frame_count)};
}

bool has_size(const Shot& shot) {
  return shot.width > 0 && shot.height > 0;
}

std::string sizes(const Shot& base, const Shot& candidate) {
  return fmt::format("{}x{} | {}x{}", base.width, base.height, candidate.width, candidate.height);
}

Look smaller(const Shot& base, const Shot& candidate, double share) {
  if (!has_size(base) || !has_size(candidate)) return {};
  const auto pixels = [](const Shot& shot) { return double{1} * shot.width * shot.height; };
  return {true, falls(pixels(base), pixels(candidate), share), sizes(base, candidate)};
}

Look reshaped(const Shot& base, const Shot& candidate, double share) {
  if (!has_size(base) || !has_size(candidate)) return {};
  const double ratio = double{1} * base.width * candidate.height / base.height / candidate.width;
  return {true, std::abs(std::log(ratio)) > std::log1p(share) * (1.0 + kRounding),
          sizes(base, candidate)};
}

/// One of the rule's looks, which gathers the clips that changed so.
struct Watch {
  std::string how;
  Look (*look)(const Shot& base, const Shot& candidate, double share);
  double share;
  std::map<std::string, int> changes = {};  ///< "2 s | 1 s" -> shots
  std::vector<std::string> shots = {};

  /// @returns whether the documents say enough to tell
  bool take(const SharedShot& shot) {
    const Look found = look(*shot.base, *shot.candidate, share);
    if (found.changed) {
      shots.push_back(shot.name());
      ++changes[found.change];
    }
    return found.known;
  }

  [[nodiscard]] ClipChange gathered() const {
    const auto most =
        std::max_element(changes.begin(), changes.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return {how, most->first, shots};
  }
};

std::vector<Watch> watches(const ClipRule& rule) {
  std::vector<Watch> all;
  if (rule.shorter) all.push_back({"shorter", shorter, *rule.shorter});
  if (rule.smaller) all.push_back({"smaller", smaller, *rule.smaller});
  if (rule.reshaped) all.push_back({"reshaped", reshaped, *rule.reshaped});
  return all;
}

bool is_there(const Shot& shot) {
  return shot.frame_count > 0;
}

}  // namespace

ClipChanges compare_clips(const document::Result& base, const document::Result& candidate,
                          const Gate& gate) {
  ClipChanges clips;
  clips.rule = gate.clips;
  if (!gate.clips) return clips;
  auto looks = watches(*gate.clips);
  for (const auto& shot : shared_shots(base, candidate)) {
    if (!is_there(*shot.base) || !is_there(*shot.candidate)) continue;
    ++clips.compared;
    bool known = true;
    for (auto& look : looks) known = look.take(shot) && known;
    clips.unknown += known ? 0 : 1;
  }
  bool reached = false;
  for (const auto& look : looks) {
    if (look.shots.empty()) continue;
    clips.changes.push_back(look.gathered());
    reached = reached || static_cast<int>(look.shots.size()) >= gate.clips->limit;
  }
  clips.fails = reached && gate.clips->watch == WatchAction::fail;
  clips.warns = reached && !clips.fails;
  return clips;
}

}  // namespace asbench::reports
