#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/hash.h"
#include "core/luma_picture.h"
#include "core/picture_meter.h"
#include "tests/support/fake_extraction.h"

namespace asbench::testing {
namespace {

void wait(int milliseconds) {
  if (milliseconds > 0) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

bool is_range(const loaders::ShotSource& source) {
  return source.kind == loaders::ShotSource::Kind::video_range;
}

/// Frames [begin, begin + count) of a content, sampled as the rules say.
loaders::DecodedClip sampled(const std::string& content, int begin, int count,
                             std::span<const loaders::FrameRule> rules,
                             const loaders::DecodeOptions& options) {
  loaders::DecodedClip decoded;
  decoded.frame_count = decoded.declared_frames = count;
  decoded.fps = 8.0;
  decoded.width = 8;
  decoded.height = 6;
  for (const auto& rule : rules) {
    auto& indices = decoded.indices.emplace_back(loaders::frame_indices(rule, count));
    for (const int index : indices)
      decoded.frames.emplace(index, FakeClips::frame(content, begin + index));
  }
  if (!options.pictures) return decoded;
  LumaReducer reducer;
  PictureMeter meter;
  for (int i = 0; i < count; ++i) meter.add(reducer.reduce(FakeClips::frame(content, begin + i)));
  decoded.pictures = meter.result();
  return decoded;
}

/// Frames [begin, begin + count) of a content to whoever gets every frame.
void give(const std::string& content, int begin, int count, std::size_t shot,
          const loaders::DecodeOptions& options) {
  if (options.receiver == nullptr) return;
  for (int i = 0; i < count; ++i)
    options.receiver->take(shot, i, FakeClips::frame(content, begin + i));
}

void begin(const loaders::DecodeOptions& options) {
  if (options.receiver != nullptr) options.receiver->begin();
}

}  // namespace

Image FakeClips::frame(const std::string& content, int index) {
  const std::string bytes = sha256_hex(content + "#" + std::to_string(index));
  Image image(6, 8, 3);
  for (std::size_t i = 0; i < image.bytes.size(); ++i) {
    image.bytes[i] = static_cast<std::uint8_t>(bytes[i % bytes.size()] + static_cast<int>(i) % 7);
  }
  return image;
}

std::string FakeClips::hash(const std::string& content) {
  return sha256_hex("content " + content);
}

FakeClips::Counts FakeClips::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void FakeClips::reset() {
  const std::lock_guard lock(mutex_);
  counts_ = {};
}

const FakeClips::Clip& FakeClips::readable(const loaders::ShotSource& source) const {
  const auto& clip = clips.at(source.path.string());
  if (!clip.unreadable.empty()) throw loaders::BrokenVideo(source.path, clip.unreadable);
  return clip;
}

std::string FakeClips::content_sha256(const loaders::ShotSource& source) const {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.hashed[source.path.string()];
  }
  const auto& clip = readable(source);
  wait(clip.hash_milliseconds);
  if (!is_range(source)) return hash(clip.content);
  return hash(clip.content + " " + std::to_string(source.begin_frame) + " " +
              std::to_string(source.end_frame));
}

void FakeClips::check(const loaders::ShotSource& source) const {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.looked[source.path.string()];
  }
  const auto& clip = readable(source);
  if (!clip.broken_look.empty()) throw loaders::BrokenVideo(source.path, clip.broken_look);
}

loaders::DecodedClip FakeClips::decode(const loaders::ShotSource& source,
                                       std::span<const loaders::FrameRule> rules,
                                       const loaders::DecodeOptions& options) const {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.decoded[source.path.string()];
  }
  const auto& clip = readable(source);
  wait(clip.decode_milliseconds);
  if (!clip.failing.empty()) throw InternalError(clip.failing);
  begin(options);
  if (!clip.broken_decode.empty()) {
    give(clip.content, 0, clip.frames / 2, 0, options);  // damage is found on the way
    throw loaders::BrokenVideo(source.path, clip.broken_decode);
  }
  const int first = is_range(source) ? source.begin_frame : 0;
  const int end = is_range(source) ? source.end_frame : clip.frames;
  if (end > clip.frames) throw loaders::BrokenVideo(source.path, "beyond the end", "bad_cuts");
  give(clip.content, first, end - first, 0, options);
  return sampled(clip.content, first, end - first, rules, options);
}

std::vector<loaders::DecodeOutcome> FakeClips::decode_ranges(
    std::span<const loaders::ShotSource> sources, std::span<const loaders::FrameRule> rules,
    const loaders::DecodeOptions& options) const {
  std::vector<int> begins;
  std::set<std::string> videos;
  for (const auto& source : sources) {
    begins.push_back(source.begin_frame);
    videos.insert(source.path.string());
  }
  if (videos.size() != 1) throw InternalError("ranges of several videos in one pass");
  {
    const std::lock_guard lock(mutex_);
    counts_.passes.push_back(begins);
    ++counts_.decoded[*videos.begin()];
  }
  std::vector<loaders::DecodeOutcome> outcomes;
  begin(options);
  for (const auto& source : sources) {
    const std::size_t shot = outcomes.size();
    const int count = source.end_frame - source.begin_frame;
    const auto& clip = readable(source);
    give(clip.content, source.begin_frame, std::min(count, clip.frames - source.begin_frame), shot,
         options);
    if (source.end_frame > clip.frames)
      outcomes.emplace_back(loaders::BrokenVideo(source.path, "beyond the end", "bad_cuts"));
    else
      outcomes.emplace_back(sampled(clip.content, source.begin_frame, count, rules, options));
  }
  return outcomes;
}

Image FakeClips::read_picture(const std::filesystem::path& path) const {
  const std::lock_guard lock(mutex_);
  ++counts_.read[path.string()];
  const auto picture = pictures.find(path.string());
  if (picture == pictures.end()) throw BadInput(path.string() + ": no such picture");
  return picture->second;
}

}  // namespace asbench::testing
