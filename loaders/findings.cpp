#include "loaders/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/words.h"
#include "loaders/video/clip_check.h"

namespace asbench::loaders {

namespace {

void add_stream_findings(const ShotKey& shot, const StreamFacts& facts, Findings& findings) {
  if (is_hdr(facts)) {
    findings.push_back({"hdr_transfer", shot.story, shot.shot,
                        fmt::format("the transfer function {} is of high dynamic range; the frames "
                                    "are used as if it were that of an ordinary screen",
                                    facts.transfer)});
  }
  if (has_unknown_matrix(facts)) {
    findings.push_back(
        {"unknown_matrix", shot.story, shot.shot,
         fmt::format("the colour matrix {} can't be converted; bt601 is used", facts.matrix_tag)});
  }
  if (facts.alpha == StreamFacts::Alpha::on_black) {
    findings.push_back({"alpha_channel", shot.story, shot.shot,
                        "pixels that are not opaque are composited on black"});
  } else if (facts.alpha == StreamFacts::Alpha::undecoded) {
    findings.push_back({"alpha_channel", shot.story, shot.shot,
                        "the video has an alpha channel that this FFmpeg can't decode (it is built "
                        "without libvpx); the pixels are used as if they were opaque"});
  }
  if (facts.pixel_width != facts.pixel_height) {
    findings.push_back({"non_square_pixels", shot.story, shot.shot,
                        fmt::format("the sample aspect ratio is {}:{}; the frames are used as they "
                                    "are stored",
                                    facts.pixel_width, facts.pixel_height)});
  }
  if (facts.odd_rotation) {
    findings.push_back({"odd_rotation", shot.story, shot.shot,
                        "the video asks to be rotated by an angle that is no multiple of 90 "
                        "degrees; the frames are used as they are stored"});
  }
  if (facts.video_streams > 1) {
    findings.push_back(
        {"several_video_streams", shot.story, shot.shot,
         fmt::format("the file has {} video streams; stream {} is used: the first that is marked "
                     "as default, else the first",
                     facts.video_streams, facts.stream)});
  }
}

/// What the shots of a system have in common, or not.
class Kinds {
 public:
  /// @param word  before the name of a kind in a list: "3 shots at 12 fps"
  explicit Kinds(std::string_view word) : word_(word) {}

  void add(const std::string& kind, const ShotKey& shot) {
    Group& group = groups_[kind];
    if (group.shots++ == 0) group.first = shot;
  }

  /// The kinds in words, the most frequent first; nothing when all are of one kind.
  [[nodiscard]] std::optional<std::string> mixed() const {
    if (groups_.size() < 2) return std::nullopt;
    std::vector<std::pair<std::string, Group>> sorted(groups_.begin(), groups_.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.shots > b.second.shots; });
    std::vector<std::string> parts;
    for (const auto& [kind, group] : sorted) {
      if (parts.size() == kListed) break;
      parts.push_back(fmt::format("{} {}{} (first: {} shot {})",
                                  counted(group.shots, "shot", "shots"), word_, kind,
                                  group.first.story, group.first.shot));
    }
    if (sorted.size() > kListed) parts.push_back(fmt::format("{} more", sorted.size() - kListed));
    return fmt::format("{}", fmt::join(parts, "; "));
  }

 private:
  static constexpr std::size_t kListed = 6;
  struct Group {
    int shots = 0;
    ShotKey first;
  };
  std::string_view word_;
  std::map<std::string, Group> groups_;
};

}  // namespace

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
  add_stream_findings(shot, clip.facts, findings);
  return findings;
}

Findings colour_findings(const std::map<ShotKey, StreamFacts>& shots) {
  Kinds kinds("as ");
  for (const auto& [key, facts] : shots) {
    if (facts.matrix.empty() || facts.matrix == "rgb") continue;
    kinds.add(facts.matrix + " " + facts.range, key);
  }
  const auto mixed = kinds.mixed();
  if (!mixed) return {};
  return {{"mixed_colour", "", std::nullopt,
           "the videos are tagged differently and were converted to RGB differently: " + *mixed}};
}

Findings format_findings(const std::map<ShotKey, ClipFormat>& shots) {
  Kinds rates("at ");
  Kinds sizes("of ");
  Kinds orientations("");
  for (const auto& [key, format] : shots) {
    if (format.fps > 0.0) rates.add(fmt::format("{:.4g} fps", format.fps), key);
    if (format.width < 1 || format.height < 1) continue;
    sizes.add(fmt::format("{}x{}", format.width, format.height), key);
    const bool wide = format.width > format.height, tall = format.width < format.height;
    orientations.add(wide ? "landscape" : tall ? "portrait" : "square", key);
  }
  Findings findings;
  if (const auto mixed = rates.mixed()) {
    findings.push_back(
        {"mixed_frame_rates", "", std::nullopt, "the clips have different frame rates: " + *mixed});
  }
  if (const auto mixed = sizes.mixed()) {
    findings.push_back(
        {"mixed_sizes", "", std::nullopt, "the clips have different sizes: " + *mixed});
  }
  if (const auto mixed = orientations.mixed()) {
    findings.push_back({"mixed_orientations", "", std::nullopt,
                        "the clips have different orientations: " + *mixed});
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

void order_as_split(Findings& findings, std::size_t first, const Split& split) {
  std::map<std::string_view, std::size_t> places;
  for (const Story& story : split.stories) places.emplace(story.id, places.size());
  const auto place_of = [&](const Finding& finding) {
    const auto at = places.find(finding.story);
    return std::pair(at == places.end() ? places.size() : at->second, finding.shot.value_or(0));
  };
  std::stable_sort(findings.begin() + static_cast<std::ptrdiff_t>(first), findings.end(),
                   [&](const Finding& a, const Finding& b) { return place_of(a) < place_of(b); });
}

std::map<std::string, int> count_by_kind(const Findings& findings) {
  std::map<std::string, int> counts;
  for (const Finding& finding : findings) ++counts[finding.kind];
  return counts;
}

}  // namespace asbench::loaders
