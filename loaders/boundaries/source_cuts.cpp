#include "loaders/boundaries/source_cuts.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "loaders/boundaries/frame_cells.h"
#include "loaders/video/decoder.h"

namespace asbench::loaders {
namespace {

/// Gathers the cells of each range and gives them up for its cuts as soon as it is complete.
class Gatherer {
 public:
  Gatherer(std::span<const FrameRange> ranges, double fps)
      : ranges_(ranges), fps_(fps), cells_(ranges.size()), found_(ranges.size()) {}

  void take(int index, const LumaPicture& luma) {
    const FrameCells cells = reducer_.reduce(luma);
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      if (index < ranges_[i].begin_frame || index >= ranges_[i].end_frame) continue;
      cells_[i].push_back(cells);
      if (index + 1 == ranges_[i].end_frame) close(i);
    }
  }

  /// @param sound  frames of the video before any damage
  std::vector<RangeCuts> finish(int sound) {
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      if (found_[i].frames == 0) close(i);
      RangeCuts& found = found_[i];
      found.frames = std::clamp(sound - ranges_[i].begin_frame, 0, found.frames);
      std::erase_if(found.cuts, [&](const Cut& cut) { return cut.frame >= sound; });
    }
    return std::move(found_);
  }

 private:
  void close(std::size_t i) {
    found_[i].frames = static_cast<int>(cells_[i].size());
    found_[i].cuts = find_cuts(cells_[i], fps_);
    for (Cut& cut : found_[i].cuts) cut.frame += ranges_[i].begin_frame;
    cells_[i] = {};
  }

  std::span<const FrameRange> ranges_;
  double fps_;
  CellReducer reducer_;
  std::vector<std::vector<FrameCells>> cells_;
  std::vector<RangeCuts> found_;
};

}  // namespace

SourceCuts find_source_cuts(const std::filesystem::path& video, std::span<const FrameRange> ranges,
                            double supposed_fps, const DecodeOptions& options) {
  VideoDecoder decoder(video, options);
  SourceCuts found;
  found.fps = decoder.fps() > 0.0 ? decoder.fps() : supposed_fps;
  Gatherer gatherer(ranges, found.fps);
  Wanted wanted;
  wanted.stop_after = 0;
  for (const FrameRange& range : ranges) {
    wanted.bright.emplace_back(range.begin_frame, range.end_frame);
    wanted.stop_after = std::max(wanted.stop_after, range.end_frame);
  }
  wanted.take_luma = [&](int index, const LumaPicture& luma) { gatherer.take(index, luma); };
  const bool to_the_end = wanted.stop_after == std::numeric_limits<int>::max();
  if (to_the_end) wanted.stop_after = -1;
  const Pass pass = decoder.run(wanted);
  found.decoded = pass.decoded;
  found.has_variable_rate = pass.has_variable_rate();
  if (pass.damage) {
    // FFmpeg's threads notice damage sooner or later: clip_reader.cpp, Note [Damage and threads].
    if (options.threads > 1) {
      DecodeOptions one_thread = options;
      one_thread.threads = 1;
      return find_source_cuts(video, ranges, supposed_fps, one_thread);
    }
    found.damage = damaged(video, *pass.damage);
  }
  if (pass.decoded == 0 && wanted.stop_after != 0)
    throw found.damage.value_or(BrokenVideo(video, "no frame decodes"));
  const int sound = pass.damage ? std::min(pass.damage->first_frame, pass.decoded) : pass.decoded;
  found.ranges = gatherer.finish(sound);
  return found;
}

}  // namespace asbench::loaders
