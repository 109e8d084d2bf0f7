#include "loaders/video/picture_pass.h"

namespace asbench::loaders {

PicturePass::PicturePass(const std::vector<std::pair<int, int>>& ranges) {
  for (const auto& [begin, end] : ranges) ranges_.push_back({begin, end, {}, {}});
}

void PicturePass::take(int index, const AVFrame& frame, FramePicture& pictures) {
  std::optional<LumaPicture> picture;
  for (Range& range : ranges_) {
    if (index < range.begin || index >= range.end) continue;
    if (!picture) picture = luma_.make(frame, pictures);
    if (!range.meter) range.meter.emplace();
    range.meter->add(*picture);
    if (index + 1 < range.end) continue;
    range.done = range.meter->result();
    range.meter.reset();
  }
}

std::vector<std::optional<PictureStatistics>> PicturePass::finish() {
  std::vector<std::optional<PictureStatistics>> statistics;
  for (Range& range : ranges_) {
    if (range.meter) range.done = range.meter->result();
    statistics.push_back(range.done);
  }
  return statistics;
}

}  // namespace asbench::loaders
