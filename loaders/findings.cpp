#include "loaders/findings.h"

#include <fmt/format.h>

#include "loaders/video/clip_check.h"

namespace asbench::loaders {

Finding broken_finding(const ShotKey& shot, const BrokenVideo& broken) {
  return {broken.kind(), shot.story, shot.shot, broken.what()};
}

Findings clip_findings(const ShotKey& shot, const DecodedClip& clip,
                       std::span<const FrameRule> rules) {
  Findings findings;
  for (const FrameRule& rule : rules) {
    if (!is_short(rule, clip.frame_count)) continue;
    findings.push_back({"short_shot", shot.story, shot.shot,
                        fmt::format("{} frames, but the frame rule {} needs {}", clip.frame_count,
                                    to_string(rule), rule.count)});
  }
  if (clip.declared_frames > 0 && clip.declared_frames != clip.frame_count) {
    findings.push_back({"frame_count_mismatch", shot.story, shot.shot,
                        fmt::format("{} frames decode, the container declares {}; the decoded ones "
                                    "are used",
                                    clip.frame_count, clip.declared_frames)});
  }
  return findings;
}

Findings duplicate_findings(const std::map<ShotKey, std::string>& digests) {
  Findings findings;
  std::map<std::pair<std::string, std::string>, int> first;  // (story, digest) -> shot
  for (const auto& [key, digest] : digests) {
    const auto [at, is_new] = first.emplace(std::pair(key.story, digest), key.shot);
    if (is_new) continue;
    findings.push_back({"duplicate_shot", key.story, key.shot,
                        fmt::format("the same decoded frames as shot {}", at->second)});
  }
  return findings;
}

Findings tuning_clip_findings(const Split& split) {
  Findings findings;
  for (const Ip& ip : split.ips) {
    for (const TuningClip& clip : ip.clips) {
      try {
        check_clip({ShotSource::Kind::video_file, clip.file});
      } catch (const BrokenVideo& broken) {
        findings.push_back({"clip_unusable", "", std::nullopt,
                            fmt::format("clip of {}: {}", ip.id, broken.what())});
      }
    }
  }
  return findings;
}

std::map<std::string, int> count_by_kind(const Findings& findings) {
  std::map<std::string, int> counts;
  for (const Finding& finding : findings) ++counts[finding.kind];
  return counts;
}

}  // namespace asbench::loaders
