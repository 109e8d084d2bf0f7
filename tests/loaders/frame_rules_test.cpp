#include "loaders/video/frame_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace asbench::loaders {
namespace {

using Indices = std::vector<int>;

TEST(FrameRules, GiveTheTableOfTheDefinition) {  // docs/design/metrics.md 2
  EXPECT_EQ(frame_indices(parse_frame_rule("midpoint:5"), 49), (Indices{4, 13, 23, 33, 43}));
  EXPECT_EQ(frame_indices(parse_frame_rule("midpoint:5"), 16), (Indices{1, 4, 7, 10, 13}));
  EXPECT_EQ(frame_indices(parse_frame_rule("midpoint:5"), 3), (Indices{0, 1, 2, 2, 2}));
  EXPECT_EQ(frame_indices(parse_frame_rule("ends:5"), 49), (Indices{0, 12, 24, 36, 48}));
  EXPECT_EQ(frame_indices(parse_frame_rule("ends:5"), 16), (Indices{0, 3, 7, 11, 15}));
  EXPECT_EQ(frame_indices(parse_frame_rule("ends:5"), 3), (Indices{0, 0, 1, 1, 2}));
  EXPECT_EQ(frame_indices(parse_frame_rule("stride:5"), 49), (Indices{0, 9, 18, 27, 36}));
  EXPECT_EQ(frame_indices(parse_frame_rule("stride:5"), 16), (Indices{0, 3, 6, 9, 12}));
  EXPECT_EQ(frame_indices(parse_frame_rule("stride:5"), 3), (Indices{0, 1, 2, 2, 2}));
}

TEST(FrameRules, GiveTheConformanceNumbers) {  // docs/design/metrics.md 10
  EXPECT_EQ(frame_indices(parse_frame_rule("midpoint:8"), 49),
            (Indices{2, 8, 14, 20, 26, 32, 38, 45}));
  EXPECT_EQ(frame_indices(parse_frame_rule("midpoint:8"), 17),
            (Indices{0, 2, 4, 6, 8, 10, 12, 15}));
}

TEST(FrameRules, WindowIsContiguousInTheMiddleOrNothing) {
  EXPECT_EQ(frame_indices(parse_frame_rule("window:4"), 9), (Indices{2, 3, 4, 5}));
  EXPECT_EQ(frame_indices(parse_frame_rule("window:4"), 4), (Indices{0, 1, 2, 3}));
  EXPECT_TRUE(frame_indices(parse_frame_rule("window:4"), 3).empty());
}

TEST(FrameRules, AllTakesEveryFrame) {
  EXPECT_EQ(frame_indices(parse_frame_rule("all"), 4), (Indices{0, 1, 2, 3}));
}

TEST(FrameRules, GiveNothingForNoFrames) {
  for (const char* rule : {"midpoint:5", "ends:5", "stride:5", "all", "window:2"}) {
    EXPECT_TRUE(frame_indices(parse_frame_rule(rule), 0).empty()) << rule;
    EXPECT_TRUE(frame_indices(parse_frame_rule(rule), -1).empty()) << rule;
  }
}

/// The definitions of docs/design/metrics.md 2 once more, in the plainest words, wide integers
/// throughout.
Indices by_definition(FrameRule::Kind kind, long k, long n) {
  Indices indices;
  if (kind == FrameRule::Kind::midpoint) {
    const long m = std::min(n, k);
    for (long i = 0; i < m; ++i) {
      const long begin = i * n / m;
      const long end = (i + 1) * n / m;
      indices.push_back(static_cast<int>((begin + end - 1) / 2));
    }
    while (static_cast<long>(indices.size()) < k) indices.push_back(indices.back());
  }
  if (kind == FrameRule::Kind::ends) {
    for (long i = 0; i < k; ++i)
      indices.push_back(static_cast<int>(k == 1 ? 0 : i * (n - 1) / (k - 1)));
  }
  if (kind == FrameRule::Kind::stride) {
    for (long i = 0; i < k; ++i) {
      indices.push_back(static_cast<int>(std::min(i * std::max(n / k, 1L), n - 1)));
    }
  }
  return indices;
}

TEST(FrameRules, EqualTheDefinitionForEverySmallKAndN) {
  for (const auto kind :
       {FrameRule::Kind::midpoint, FrameRule::Kind::ends, FrameRule::Kind::stride}) {
    for (int k = 1; k <= 40; ++k) {
      for (int n = 1; n <= 200; ++n) {
        ASSERT_EQ(frame_indices({kind, k}, n), by_definition(kind, k, n))
            << to_string({kind, k}) << " of " << n;
      }
    }
  }
}

TEST(FrameRules, StayInsideAscendAndHaveKIndicesForEverySmallKAndN) {
  for (const auto kind :
       {FrameRule::Kind::midpoint, FrameRule::Kind::ends, FrameRule::Kind::stride}) {
    for (int k = 1; k <= 40; ++k) {
      for (int n = 1; n <= 200; ++n) {
        const Indices indices = frame_indices({kind, k}, n);
        ASSERT_EQ(indices.size(), static_cast<std::size_t>(k));
        ASSERT_TRUE(std::is_sorted(indices.begin(), indices.end()));
        ASSERT_GE(indices.front(), 0);
        ASSERT_LT(indices.back(), n);
        if (k <= n) {
          ASSERT_EQ(std::adjacent_find(indices.begin(), indices.end()), indices.end())
              << to_string({kind, k}) << " repeats a frame of " << n;
        }
        ASSERT_EQ(is_short({kind, k}, n), n < k);
      }
    }
  }
}

TEST(
    FrameRules,
    EqualNumPysTruncatedStepForUsualCounts) {  // docs/design/metrics.md 2, the claim about linspace
  for (const int k : {4, 5, 6, 8, 10, 12, 16, 32}) {
    for (int n = k; n < 3000; ++n) {
      const Indices ends = frame_indices({FrameRule::Kind::ends, k}, n);
      const double step = static_cast<double>(n - 1) / (k - 1);
      for (int i = 0; i + 1 < k; ++i) {
        ASSERT_EQ(ends[static_cast<std::size_t>(i)], static_cast<int>(i * step))
            << "n " << n << " k " << k << " i " << i;
      }
    }
  }
}

TEST(FrameRules, DoNotOverflowForLongVideos) {
  const int n = 2'000'000'000;
  const Indices indices = frame_indices({FrameRule::Kind::midpoint, 1000}, n);
  EXPECT_EQ(indices.front(), 999'999);
  EXPECT_EQ(indices.back(), 1'998'999'999);
  EXPECT_LT(frame_indices({FrameRule::Kind::stride, kMaxRuleCount}, n).back(), n);
}

TEST(FrameRules, AreReadBackFromTheirText) {
  for (const char* text : {"midpoint:5", "ends:1", "stride:32", "all", "window:16"}) {
    EXPECT_EQ(to_string(parse_frame_rule(text)), text);
  }
}

TEST(FrameRules, RefuseWhatIsNoRule) {
  for (const char* text :
       {"", "midpoint", "midpoint:", "midpoint:0", "midpoint:-1", "all:5", "window", "middle:5",
        "ends:5 ", "ends:5x", "stride:1000000", "ends:99999999999"}) {
    EXPECT_THROW(static_cast<void>(parse_frame_rule(text)), UsageError) << text;
  }
}

}  // namespace
}  // namespace asbench::loaders
