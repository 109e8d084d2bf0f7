#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loaders/video/stream_facts.h"

namespace asbench::features {

/// A view of a clip's distinct sampled frames, as it was cut.
struct ViewOutcome {
  std::string sha256;       ///< ResolvedView::sha256
  std::vector<int> places;  ///< of the distinct sampled frames, those that there is a picture of
  bool operator==(const ViewOutcome&) const = default;
};

/// What became of one clip of the plan. Plain data.
struct ClipOutcome {
  struct Broken {
    std::string kind;  ///< finding that it becomes: broken_video, damaged_video, bad_cuts
    std::string cause;
    bool operator==(const Broken&) const = default;
  };
  std::optional<Broken> broken;  ///< why the clip can't be used; nothing else is filled then
  std::string content_sha256;
  int frame_count = 0;      ///< frames that decode
  int declared_frames = 0;  ///< what the container says
  double fps = 0.0;
  int width = 0;
  int height = 0;
  loaders::StreamFacts facts;  ///< colours, orientation, alpha, choice of stream
  std::vector<int>
      indices;  ///< sampled frames under the plan's rule, repeats included (frame_count < k)
  std::string
      sample_digest;  ///< equal for two clips when their sampled frames are equal byte by byte
  std::vector<int>
      window;  ///< frames that the video network gets; empty: the clip is too short for it
  std::vector<ViewOutcome> views;  ///< in the order of ClipRequest::views
  bool operator==(const ClipOutcome&) const = default;
};

/// Distinct values of a sorted list of sampled indices.
[[nodiscard]] std::vector<int> distinct_frames(std::span<const int> indices);

}  // namespace asbench::features
