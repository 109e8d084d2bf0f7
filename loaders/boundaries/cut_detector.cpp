#include "loaders/boundaries/cut_detector.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/error.h"
#include "core/stats.h"

namespace asbench::loaders {
namespace {

/// A container may claim any frame rate; beyond this one, the windows stay as they are.
constexpr double kHighestRate = 240.0;

int frames_in(double seconds, double fps) {
  return static_cast<int>(std::floor(seconds * std::min(fps, kHighestRate) + 0.5));
}

/// Stronger first; of equal ones the earlier.
bool goes_before(const Cut& a, const Cut& b) {
  return a.strength != b.strength ? a.strength > b.strength : a.frame < b.frame;
}

class Finder {
 public:
  Finder(std::span<const FrameCells> frames, double fps, const CutRules& rules)
      : frames_(frames), rules_(rules), count_(static_cast<int>(frames.size())) {
    around_ = std::max(frames_in(rules.usual_within, fps), 1);
    back_ = std::max(frames_in(rules.comes_back_within, fps), 1);
    apart_ = std::max(frames_in(rules.least_shot, fps), 1);
  }

  std::vector<Cut> run() {
    for (int t = 1; t < count_; ++t) changes_.push_back(change(t - 1, t));
    std::vector<Cut> candidates;
    for (int t = 1; t < count_; ++t) {
      const double here = changes_[static_cast<std::size_t>(t) - 1];
      if (here < rules_.least_change || here < rules_.times_usual * usual_around(t)) continue;
      const double least = least_across(t, here);
      if (least >= rules_.least_change) candidates.push_back({t, least});
    }
    std::sort(candidates.begin(), candidates.end(), goes_before);
    std::vector<Cut> cuts;
    for (const Cut& cut : candidates) {
      const bool is_near = std::any_of(cuts.begin(), cuts.end(), [&](const Cut& taken) {
        return std::abs(taken.frame - cut.frame) < apart_;
      });
      if (!is_near) cuts.push_back(cut);
    }
    std::sort(cuts.begin(), cuts.end(),
              [](const Cut& a, const Cut& b) { return a.frame < b.frame; });
    return cuts;
  }

 private:
  [[nodiscard]] double change(int a, int b) const {
    return unexplained_change(frames_[static_cast<std::size_t>(a)],
                              frames_[static_cast<std::size_t>(b)]);
  }

  /// Upper quartile of the changes around that into frame t, without it; 0 where there is none.
  [[nodiscard]] double usual_around(int t) const {
    std::vector<double> others;
    for (int at = std::max(t - around_, 1); at <= std::min(t + around_, count_ - 1); ++at) {
      if (at != t) others.push_back(changes_[static_cast<std::size_t>(at) - 1]);
    }
    if (others.empty()) return 0.0;
    std::sort(others.begin(), others.end());
    return sorted_quantile(others, 0.75);
  }

  /// The least change between a frame before t and one from t on that lie at most a frame more than
  /// `back_` apart. Where a flash, or another picture, comes between two like ones, it is small.
  [[nodiscard]] double least_across(int t, double here) const {
    double least = here;
    for (int apart = 2; apart <= back_ + 1 && least >= rules_.least_change; ++apart) {
      for (int b = t; b < std::min(t + apart, count_); ++b) {
        if (b - apart >= 0) least = std::min(least, change(b - apart, b));
      }
    }
    return least;
  }

  std::span<const FrameCells> frames_;
  const CutRules& rules_;
  int count_;
  int around_ = 1;
  int back_ = 1;
  int apart_ = 1;
  std::vector<double> changes_;  ///< into frame 1, 2, ...
};

}  // namespace

std::vector<Cut> find_cuts(std::span<const FrameCells> frames, double fps, const CutRules& rules) {
  if (!(fps > 0.0)) throw InternalError("cuts are looked for at an unknown frame rate");
  return Finder(frames, fps, rules).run();
}

std::vector<Cut> strongest_cuts(std::vector<Cut> cuts, std::size_t count) {
  std::sort(cuts.begin(), cuts.end(), goes_before);
  if (cuts.size() > count) cuts.resize(count);
  std::sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) { return a.frame < b.frame; });
  return cuts;
}

}  // namespace asbench::loaders
