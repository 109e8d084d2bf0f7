#include "loaders/video/clip_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <opencv2/core/version.hpp>
#include <optional>

#include "core/hash.h"
#include "core/words.h"
#include "loaders/boundaries/source_cuts.h"
#include "loaders/video/container_check.h"
#include "loaders/video/decoder.h"
#include "loaders/video/libav.h"

namespace asbench::loaders {
namespace {

/// "59.37.100" of FFmpeg's packed version numbers.
std::string version_text(unsigned version) {
  return fmt::format("{}.{}.{}", AV_VERSION_MAJOR(version), AV_VERSION_MINOR(version),
                     AV_VERSION_MICRO(version));
}

/// Adds the frames to keep if the shot is [begin, end) of the video. `all` needs no list of frames:
/// a range that a header or a cut list only claims costs nothing.
void want(std::span<const FrameRule> rules, int begin, int end, Wanted& wanted) {
  for (const FrameRule& rule : rules) {
    if (rule.kind == FrameRule::Kind::all) {
      wanted.ranges.emplace_back(begin, end);
      continue;
    }
    for (const int index : frame_indices(rule, end - begin)) {
      wanted.frames.push_back(begin + index);
    }
  }
  wanted.frames.push_back(begin);  // the size is known from decoded frames only
}

void sort_frames(Wanted& wanted) {
  wanted.frames = union_of({&wanted.frames, 1});
}

bool holds(const std::map<int, Image>& frames, const std::vector<int>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](int index) { return frames.contains(index); });
}

void set_size(DecodedClip& clip) {
  if (clip.frames.empty()) return;
  clip.width = clip.frames.begin()->second.width;
  clip.height = clip.frames.begin()->second.height;
}

bool is_range(const ShotSource& source) {
  return source.begin_frame >= 0 && source.begin_frame < source.end_frame;
}

/// Note [Damage and threads]
/// FFmpeg's threads notice damage sooner or later. A file that is found damaged is read again on
/// one thread, so that what is said of it is the same for any number of them.
DecodeOptions on_one_thread(DecodeOptions options) {
  options.threads = 1;
  return options;
}

DecodedClip decode_file(const std::filesystem::path& file, std::span<const FrameRule> rules,
                        const DecodeOptions& options) {
  VideoDecoder decoder(file, options);
  DecodedClip clip;
  clip.declared_frames = decoder.declared_frames();
  clip.fps = decoder.fps();
  Wanted wanted;
  want(rules, 0, clip.declared_frames, wanted);
  for (auto& range : wanted.ranges) range.second = std::numeric_limits<int>::max();
  sort_frames(wanted);
  if (options.pictures) wanted.measured.emplace_back(0, std::numeric_limits<int>::max());
  if (options.receiver != nullptr) {
    wanted.receiver = options.receiver;
    wanted.received.emplace_back(0, std::numeric_limits<int>::max());
  }
  Pass pass = decoder.run(wanted);
  if (pass.damage) {
    if (options.threads > 1) return decode_file(file, rules, on_one_thread(options));
    throw damaged(file, *pass.damage);
  }
  if (pass.decoded == 0) throw BrokenVideo(file, "no frame decodes");
  clip.frame_count = pass.decoded;
  clip.facts = pass.facts_of(0, pass.decoded);
  clip.frames = std::move(pass.frames);
  if (options.pictures) clip.pictures = pass.measured.front();
  set_size(clip);
  clip.indices = indices_of(rules, clip.frame_count);
  const std::vector<int> final_frames = union_of(clip.indices);
  if (!holds(clip.frames, final_frames)) {
    clip.frames.clear();
    Wanted again;
    again.frames = final_frames;
    clip.frames = VideoDecoder(file, options).run(again).frames;
    if (!holds(clip.frames, final_frames)) {
      throw BrokenVideo(file, "two passes decode different numbers of frames");
    }
    set_size(clip);
  }
  std::erase_if(clip.frames, [&](const auto& frame) {
    return !std::binary_search(final_frames.begin(), final_frames.end(), frame.first);
  });
  return clip;
}

/// One video, read for all that is cut from it.
struct RangePass {
  Pass pass;
  std::vector<ShotSource> ranges;  ///< the sources, parts in frames
  double fps = 0.0;
  bool has_parts = false;
};

/// The source as a range, where it is a shot between cuts; no range where there are too few cuts.
ShotSource between_cuts(const ShotSource& source, const std::vector<Cut>& cuts, int frames) {
  ShotSource range{.kind = ShotSource::Kind::video_range, .path = source.path};
  const auto wanted = static_cast<std::size_t>(std::max(source.parts, 1)) - 1;
  const std::vector<Cut> taken = strongest_cuts(cuts, wanted);
  const auto part = static_cast<std::size_t>(source.part);
  if (taken.size() < wanted || part > wanted) return range;
  range.begin_frame = part == 0 ? 0 : taken[part - 1].frame;
  range.end_frame = part == wanted ? frames : taken[part].frame;
  return range;
}

/// `sources` with the shots between cuts as ranges. A pass of its own finds the cuts.
/// @param cuts  receives how many there are. @throws BrokenVideo for a damaged video.
std::vector<ShotSource> with_detected(std::span<const ShotSource> sources,
                                      const DecodeOptions& options, std::size_t& cuts) {
  std::vector<ShotSource> ranges(sources.begin(), sources.end());
  const auto is_detected = [](const ShotSource& source) {
    return source.kind == ShotSource::Kind::video_detected;
  };
  if (std::none_of(ranges.begin(), ranges.end(), is_detected)) return ranges;
  constexpr double kSupposedRate = 24.0;
  constexpr FrameRange kWhole{0, std::numeric_limits<int>::max()};
  const SourceCuts found =
      find_source_cuts(sources.front().path, {&kWhole, 1}, kSupposedRate, options);
  if (found.damage) throw *found.damage;
  cuts = found.ranges.front().cuts.size();
  for (ShotSource& source : ranges) {
    if (is_detected(source))
      source = between_cuts(source, found.ranges.front().cuts, found.decoded);
  }
  return ranges;
}

std::string why_not_cut(const ShotSource& source, int frames, std::size_t cuts) {
  if (source.kind == ShotSource::Kind::video_detected) {
    return fmt::format("{} found ({}), and {} shots need {}; give a cut list (cuts.json)",
                       counted(static_cast<std::int64_t>(cuts), "cut is", "cuts are"), kCutDetector,
                       source.parts, source.parts - 1);
  }
  return fmt::format("{} can't be cut into {} equal parts", counted(frames, "frame", "frames"),
                     source.parts);
}

RangePass read_ranges(std::span<const ShotSource> sources, std::span<const FrameRule> rules,
                      const DecodeOptions& options) {
  RangePass read;
  read.has_parts = std::any_of(sources.begin(), sources.end(), [](const ShotSource& source) {
    return source.kind == ShotSource::Kind::video_part;
  });
  const auto& file = sources.front().path;
  // Parts need the number of frames: what the container declares is tried first.
  for (std::optional<int> frames; true; frames = read.pass.decoded) {
    VideoDecoder decoder(file, options);
    const int supposed = frames.value_or(decoder.declared_frames());
    read.ranges.clear();
    Wanted wanted;
    wanted.receiver = options.receiver;
    for (const ShotSource& source : sources) {
      const ShotSource& range = read.ranges.emplace_back(source.in_video_of(supposed));
      // One that is no range gets none, and keeps its place.
      if (options.receiver != nullptr)
        wanted.received.emplace_back(range.begin_frame,
                                     is_range(range) ? range.end_frame : range.begin_frame);
      if (!is_range(range)) continue;
      want(rules, range.begin_frame, range.end_frame, wanted);
      if (options.pictures) wanted.measured.emplace_back(range.begin_frame, range.end_frame);
      wanted.stop_after = std::max(wanted.stop_after, range.end_frame);
    }
    if (read.has_parts) wanted.stop_after = -1;
    sort_frames(wanted);
    read.fps = decoder.fps();
    read.pass = decoder.run(wanted);
    const bool is_settled = !read.has_parts || read.pass.damage || read.pass.decoded == supposed;
    if (is_settled) return read;
    if (frames) throw BrokenVideo(file, "two passes decode different numbers of frames");
  }
}

}  // namespace

BrokenVideo::BrokenVideo(const std::filesystem::path& file, const std::string& cause,
                         std::string kind)
    : BadInput(fmt::format("{}: {}", file.string(), cause)),
      cause_(cause),
      kind_(std::move(kind)) {}

BrokenVideo damaged(const std::filesystem::path& file, const Damage& damage) {
  return {file, damage.cause(), "damaged_video"};
}

std::vector<std::vector<int>> indices_of(std::span<const FrameRule> rules, int n) {
  std::vector<std::vector<int>> indices;
  indices.reserve(rules.size());
  for (const FrameRule& rule : rules) indices.push_back(frame_indices(rule, n));
  return indices;
}

std::vector<int> union_of(std::span<const std::vector<int>> indices) {
  std::vector<int> all;
  for (const auto& some : indices) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

DecodedClip decode_clip(const ShotSource& source, std::span<const FrameRule> rules,
                        const DecodeOptions& options) {
  switch (source.kind) {
    case ShotSource::Kind::video_file:
      return decode_file(source.path, rules, options);
    case ShotSource::Kind::frame_folder:
      return decode_folder(source.path, rules, options);
    case ShotSource::Kind::video_range:
    case ShotSource::Kind::video_part:
    case ShotSource::Kind::video_detected:
      break;
  }
  auto outcomes = decode_ranges({&source, 1}, rules, options);
  if (auto* broken = std::get_if<BrokenVideo>(&outcomes.front())) throw *broken;
  return std::get<DecodedClip>(std::move(outcomes.front()));
}

std::vector<DecodeOutcome> decode_ranges(std::span<const ShotSource> sources,
                                         std::span<const FrameRule> rules,
                                         const DecodeOptions& options) {
  std::vector<DecodeOutcome> outcomes;
  if (sources.empty()) return outcomes;
  const auto& file = sources.front().path;
  for (const ShotSource& source : sources) {
    if (!source.is_cut() || source.path != file)
      throw InternalError("decode_ranges: expected ranges of one video");
  }
  RangePass read;
  std::size_t cuts = 0;
  try {
    read = read_ranges(with_detected(sources, options, cuts), rules, options);
    if (read.pass.damage && options.threads > 1)
      return decode_ranges(sources, rules, on_one_thread(options));
    if (read.pass.decoded == 0) {
      throw read.pass.damage ? damaged(file, *read.pass.damage)
                             : BrokenVideo(file, "no frame decodes");
    }
    if (read.has_parts && read.pass.damage) throw damaged(file, *read.pass.damage);
  } catch (const BrokenVideo& broken) {
    outcomes.assign(sources.size(), broken);
    return outcomes;
  }
  const Pass& pass = read.pass;
  std::size_t measured = 0;  // the ranges that are ranges, in their order
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const ShotSource& source = read.ranges[i];
    const std::size_t own = is_range(source) ? measured++ : measured;
    if (sources[i].is_part() && !is_range(source)) {
      outcomes.emplace_back(
          BrokenVideo(file, why_not_cut(sources[i], pass.decoded, cuts), "bad_cuts"));
      continue;
    }
    if (const Damage* damage = pass.damage_before(source.end_frame); damage && is_range(source)) {
      outcomes.emplace_back(damaged(file, *damage));
      continue;
    }
    if (!is_range(source) || source.end_frame > pass.decoded) {
      outcomes.emplace_back(
          BrokenVideo(file,
                      fmt::format("frames {} to {} are not all there: the video has {}",
                                  source.begin_frame, source.end_frame - 1, pass.decoded),
                      "bad_cuts"));
      continue;
    }
    DecodedClip clip;
    clip.frame_count = clip.declared_frames = source.end_frame - source.begin_frame;
    clip.begin_frame = source.begin_frame;
    clip.fps = read.fps;
    if (options.pictures) clip.pictures = pass.measured.at(own);
    clip.facts = pass.facts_of(source.begin_frame, source.end_frame);
    clip.indices = indices_of(rules, clip.frame_count);
    const Image& first = pass.frames.at(source.begin_frame);
    clip.width = first.width;
    clip.height = first.height;
    for (const int index : union_of(clip.indices)) {
      clip.frames.emplace(index, pass.frames.at(source.begin_frame + index));
    }
    outcomes.emplace_back(std::move(clip));
  }
  return outcomes;
}

const std::string& decoder_name() {
  // FFmpeg reads videos, OpenCV the pictures of frame folders.
  static const std::string name =
      fmt::format("avcodec-{}/swscale-{}/opencv-{}", version_text(avcodec_version()),
                  version_text(swscale_version()), CV_VERSION);
  return name;
}

std::string content_sha256(const ShotSource& source) {
  if (source.kind == ShotSource::Kind::frame_folder) {
    Sha256 sum;
    sum.update("frames");
    for (const auto& file : list_frames(source.path)) sum.update(" " + sha256_file(file));
    return sum.hex_digest();
  }
  if (const auto defect = container_defect(source.path)) throw BrokenVideo(source.path, *defect);
  std::string file = sha256_file(source.path);
  if (source.kind == ShotSource::Kind::video_file) return file;
  if (source.kind == ShotSource::Kind::video_part)
    return sha256_hex(fmt::format("part {} {} {}", file, source.part, source.parts));
  if (source.kind == ShotSource::Kind::video_detected) {
    return sha256_hex(
        fmt::format("shot {} {} {} {}", kCutDetector, file, source.part, source.parts));
  }
  return sha256_hex(fmt::format("range {} {} {}", file, source.begin_frame, source.end_frame));
}

std::string frame_digest(const Image& frame) {
  const std::string pixels = xxh3_hex(std::as_bytes(std::span(frame.bytes)));
  return fmt::format("{}x{}x{}:{}", frame.height, frame.width, frame.channels, pixels);
}

std::string clip_digest(const DecodedClip& clip, std::span<const int> frames) {
  std::string text = fmt::format("{}", clip.frame_count);
  for (const int index : frames)
    text += fmt::format(" {}={}", index, frame_digest(clip.frames.at(index)));
  return xxh3_hex(std::as_bytes(std::span(text)));
}

std::string clip_digest(const DecodedClip& clip) {
  std::vector<int> all;
  for (const auto& [index, frame] : clip.frames) all.push_back(index);
  return clip_digest(clip, all);
}

}  // namespace asbench::loaders
