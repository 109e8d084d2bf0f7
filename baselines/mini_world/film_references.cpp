#include "baselines/mini_world/film_references.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace asbench::baselines {
namespace {

constexpr double kLeastShare = 0.05;
constexpr double kMostShare = 0.90;

double share_of(const loaders::Mask& mask) {
  return static_cast<double>(mask.area()) / static_cast<double>(mask.values.size());
}

bool is_usual(const FilmReference& reference) {
  const double share = share_of(reference.mask);
  return share >= kLeastShare && share <= kMostShare;
}

/// Everybody in the frames that are looked at.
std::vector<FilmReference> all_of(const FilmSegment& segment, const FilmFormat& format) {
  std::vector<FilmReference> all;
  for (int second = 0;; ++second) {
    const int frame = segment.frames.begin_frame +
                      static_cast<int>(std::floor(second * format.frames_per_second + 0.5));
    const auto shot =
        std::find_if(segment.shots.begin(), segment.shots.end(), [&](const FilmShot& candidate) {
          return candidate.frames.begin_frame <= frame && frame < candidate.frames.end_frame;
        });
    if (shot == segment.shots.end()) return all;
    auto masks = film_masks(*shot, format, frame - shot->frames.begin_frame);
    for (std::size_t i = 0; i < masks.size(); ++i)
      all.push_back({shot->figures[i].member, frame, std::move(masks[i])});
  }
}

}  // namespace

std::vector<FilmReference> film_references(const FilmSegment& segment, const FilmFormat& format) {
  const auto all = all_of(segment, format);
  std::vector<FilmReference> kept;
  for (std::size_t member = 0; member < segment.cast.size(); ++member) {
    std::vector<FilmReference> own;
    std::copy_if(all.begin(), all.end(), std::back_inserter(own),
                 [&](const FilmReference& one) { return one.member == member; });
    if (std::none_of(own.begin(), own.end(), is_usual)) {
      const auto largest = std::max_element(
          own.begin(), own.end(),
          [](const auto& a, const auto& b) { return a.mask.area() < b.mask.area(); });
      if (largest != own.end() && largest->mask.area() > 0) kept.push_back(*largest);
      continue;
    }
    std::copy_if(own.begin(), own.end(), std::back_inserter(kept), is_usual);
  }
  return kept;
}

}  // namespace asbench::baselines
