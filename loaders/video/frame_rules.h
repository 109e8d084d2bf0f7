#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asbench::loaders {

/// Which of a clip's n frames are sampled. Frames are numbered 0..n-1 in display order.
/// Source: docs/design/metrics.md 2 (`midpoint` is VBench's "middle" sampling, `ends` S2V's,
/// `stride` S2V's with the frames it loses for n < k clamped).
struct FrameRule {
  enum class Kind {
    midpoint,  ///< middle of each of `count` equal parts; the default of the benchmark
    ends,      ///< first and last frame and equal steps between them
    stride,    ///< every (n // count)-th frame from the first
    all,       ///< every frame; `count` is 0
    window     ///< `count` contiguous frames in the middle
  };
  Kind kind = Kind::midpoint;
  int count = 5;
  bool operator==(const FrameRule&) const = default;
};

/// "midpoint:5", "ends:5", "stride:5", "all", "window:16"; count in 1..kMaxRuleCount.
/// @throws UsageError naming the text and what is allowed.
[[nodiscard]] FrameRule parse_frame_rule(std::string_view text);
inline constexpr int kMaxRuleCount = 100'000;

/// The text that parse_frame_rule reads back.
[[nodiscard]] std::string to_string(const FrameRule& rule);

/// Indices that the rule takes from n decodable frames, ascending, in integer arithmetic.
/// Exactly `count` of them also for 0 < n < count (the last ones repeat); n for `all`; none for
/// n <= 0 and for a `window` longer than the clip (the shot is unusable then, nothing is padded).
[[nodiscard]] std::vector<int> frame_indices(const FrameRule& rule, int n);

/// True when the clip has fewer frames than the rule needs (finding `short_shot`).
[[nodiscard]] bool is_short(const FrameRule& rule, int n);

}  // namespace asbench::loaders
