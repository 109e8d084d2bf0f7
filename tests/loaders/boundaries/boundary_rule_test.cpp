// Rules for shot boundaries by hand, and snapping against all ways there are.
#include "loaders/boundaries/boundary_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <vector>

#include "core/error.h"
#include "core/stats.h"

namespace asbench::loaders {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr BoundaryRule kSnap{.kind = BoundaryRule::Kind::snap};

std::vector<Cut> cuts_at(const std::vector<int>& frames) {
  std::vector<Cut> cuts;
  for (const int frame : frames) cuts.push_back({frame, 1.0});
  return cuts;
}

BoundedShots snapped(const std::vector<FrameRange>& shots, const std::vector<int>& cuts,
                     FrameRange segment = {0, 1000}, double fps = 10.0) {
  return apply_boundaries(kSnap, shots, segment, cuts_at(cuts), fps);
}

TEST(BoundaryRules, AreReadBack) {
  for (const char* text : {"as-given", "trim:0.5", "trim:1", "snap[cells@1]"})
    EXPECT_EQ(to_string(parse_boundary_rule(text)), text);
  EXPECT_EQ(parse_boundary_rule("snap"), kSnap);
  EXPECT_EQ(parse_boundary_rule("trim:0.25").seconds, 0.25);
  for (const char* text : {"", "snapp", "trim", "trim:", "trim:0", "trim:-1", "trim:nan", "trim:1s",
                           "trim:1e9", "Snap", "snap[cells@0]"})
    EXPECT_THROW(static_cast<void>(parse_boundary_rule(text)), UsageError) << text;
  try {
    static_cast<void>(parse_boundary_rule("snpa"));
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Did you mean snap?"));
  }
}

TEST(Boundaries, AsGivenStay) {
  const std::vector<FrameRange> shots = {{0, 40}, {40, 100}};
  const auto bounded = apply_boundaries({}, shots, {0, 120}, cuts_at({45}), 10.0);
  EXPECT_EQ(bounded.ranges, shots);
  EXPECT_EQ(bounded.boundaries, 2);
  EXPECT_EQ(bounded.moved, 0);
}

TEST(Boundaries, AreTrimmedAtBothEnds) {
  const auto bounded =
      apply_boundaries(parse_boundary_rule("trim:0.5"), std::vector<FrameRange>{{0, 40}, {40, 49}},
                       {0, 120}, {}, 10.0);
  EXPECT_THAT(bounded.ranges, ElementsAre(FrameRange{5, 35}, FrameRange{45, 45}));
  EXPECT_TRUE(bounded.ranges[1].empty());
}

TEST(Boundaries, AtAnAbsurdFrameRateStayInOrder) {
  constexpr int kLast = std::numeric_limits<int>::max();
  const std::vector<FrameRange> shots = {{0, 40}, {kLast - 10, kLast}};
  const auto trimmed =
      apply_boundaries(parse_boundary_rule("trim:60"), shots, {0, kLast}, {}, 1e300);
  EXPECT_THAT(trimmed.ranges, ElementsAre(FrameRange{40, 40}, FrameRange{kLast, kLast}));
  const auto moved =
      apply_boundaries(parse_boundary_rule("snap"), shots, {0, kLast}, cuts_at({30, 45}), 1e300);
  EXPECT_EQ(moved.ranges[0], (FrameRange{0, 45}));
}

TEST(Boundaries, SnapToTheNearestCutWithinASecond) {
  const auto bounded = snapped({{0, 100}, {100, 200}, {200, 300}}, {93, 106, 205, 311});
  EXPECT_THAT(bounded.ranges,
              ElementsAre(FrameRange{0, 106}, FrameRange{106, 205}, FrameRange{205, 300}));
  EXPECT_EQ(bounded.boundaries, 3);  // 100, 200, 300
  EXPECT_EQ(bounded.moved, 2);
  EXPECT_EQ(bounded.without_cut, 1);
  EXPECT_THAT(bounded.shifts_seconds, ElementsAre(0.6, 0.5));
}

TEST(Boundaries, WithACutExactlyThereHaveAShiftOfZero) {
  const auto bounded = snapped({{0, 100}, {100, 1000}}, {100, 105});
  EXPECT_THAT(bounded.ranges, ElementsAre(FrameRange{0, 100}, FrameRange{100, 1000}));
  EXPECT_EQ(bounded.moved, 0);
  EXPECT_EQ(bounded.without_cut, 0);
  EXPECT_THAT(bounded.shifts_seconds, ElementsAre(0.0));
}

TEST(Boundaries, TakeACutAtOneSecondAndNoneBeyond) {
  EXPECT_THAT(snapped({{0, 100}, {100, 1000}}, {110}).ranges,
              ElementsAre(FrameRange{0, 110}, FrameRange{110, 1000}));
  EXPECT_THAT(snapped({{0, 100}, {100, 1000}}, {111}).ranges,
              ElementsAre(FrameRange{0, 100}, FrameRange{100, 1000}));
  EXPECT_THAT(snapped({{0, 100}, {100, 1000}}, {90}).ranges,
              ElementsAre(FrameRange{0, 90}, FrameRange{90, 1000}));
  // 23.976 frames are not 24.
  EXPECT_EQ(snapped({{0, 100}, {100, 1000}}, {124}, {0, 1000}, 23.976).moved, 0);
  EXPECT_EQ(snapped({{0, 100}, {100, 1000}}, {123}, {0, 1000}, 23.976).moved, 1);
}

TEST(Boundaries, BetweenTwoCutsTakeTheEarlier) {
  EXPECT_THAT(snapped({{0, 100}, {100, 1000}}, {95, 105}).ranges.front(), (FrameRange{0, 95}));
}

TEST(Boundaries, DoNotShareACut) {
  // Both are within a second of 105; 103 is nearer.
  const auto bounded = snapped({{0, 97}, {97, 103}, {103, 1000}}, {105});
  EXPECT_THAT(bounded.ranges,
              ElementsAre(FrameRange{0, 97}, FrameRange{97, 105}, FrameRange{105, 1000}));
  EXPECT_EQ(bounded.without_cut, 1);
}

TEST(Boundaries, DoNotCross) {
  // 100 would go to 108, beyond the boundary at 104, which has no cut of its own left.
  const auto bounded = snapped({{0, 100}, {100, 104}, {104, 1000}}, {108});
  EXPECT_THAT(bounded.ranges,
              ElementsAre(FrameRange{0, 100}, FrameRange{100, 108}, FrameRange{108, 1000}));
  // Both move past the place where the later one was.
  EXPECT_THAT(snapped({{0, 100}, {100, 104}, {104, 1000}}, {108, 112}).ranges,
              ElementsAre(FrameRange{0, 108}, FrameRange{108, 112}, FrameRange{112, 1000}));
}

TEST(Boundaries, OfTheSegmentStay) {
  const auto bounded = snapped({{50, 100}, {100, 150}}, {52, 149, 150}, {50, 150});
  EXPECT_THAT(bounded.ranges, ElementsAre(FrameRange{50, 100}, FrameRange{100, 150}));
  EXPECT_EQ(bounded.boundaries, 1);
  // A cut on the segment's first frame is no place for a boundary.
  EXPECT_THAT(snapped({{50, 58}, {58, 150}}, {50}, {50, 150}).ranges,
              ElementsAre(FrameRange{50, 58}, FrameRange{58, 150}));
}

TEST(Boundaries, WithGapsAndOverlapsMoveOneByOne) {
  const auto bounded = snapped({{0, 100}, {120, 200}, {190, 300}}, {98, 124, 193, 203});
  EXPECT_THAT(bounded.ranges,
              ElementsAre(FrameRange{0, 98}, FrameRange{124, 203}, FrameRange{193, 300}));
}

TEST(Boundaries, OfShotsThatAreNoneAreABug) {
  EXPECT_THROW(static_cast<void>(snapped({{5, 5}}, {})), InternalError);
  EXPECT_THROW(static_cast<void>(snapped({{0, 1001}}, {})), InternalError);
  EXPECT_THROW(static_cast<void>(snapped({{0, 10}}, {}, {0, 20}, 0.0)), InternalError);
}

/// The places of the boundaries by trying every way.
std::vector<int> by_trying(const std::vector<int>& boundaries, const std::vector<int>& cuts,
                           const FrameRange& segment, int reach) {
  std::vector<int> best;
  long best_sum = std::numeric_limits<long>::max();
  std::vector<int> places(boundaries.size());
  const std::function<void(std::size_t, long)> go_on = [&](std::size_t i, long sum) {
    if (i == boundaries.size()) {
      if (sum < best_sum || (sum == best_sum && places < best)) {
        best_sum = sum;
        best = places;
      }
      return;
    }
    const int before = i == 0 ? segment.begin_frame : places[i - 1];
    const auto go = [&](int place, long cost) {
      if (place <= before || place >= segment.end_frame) return;
      places[i] = place;
      go_on(i + 1, sum + cost);
    };
    const bool on_cut = std::find(cuts.begin(), cuts.end(), boundaries[i]) != cuts.end();
    if (!on_cut) go(boundaries[i], 1000);
    for (const int cut : cuts) {
      if (std::abs(cut - boundaries[i]) <= reach) go(cut, std::abs(cut - boundaries[i]));
    }
  };
  go_on(0, 0);
  return best;
}

TEST(Boundaries, AreTheBestOfAllWays) {
  SplitMix64 random(3);
  for (int trial = 0; trial < 500; ++trial) {
    std::set<int> boundaries;
    std::set<int> cuts;
    while (boundaries.size() < 4) boundaries.insert(1 + static_cast<int>(random.below(58)));
    while (cuts.size() < 5) cuts.insert(1 + static_cast<int>(random.below(58)));
    std::vector<FrameRange> shots;
    int before = 0;
    for (const int boundary : boundaries) {
      shots.push_back({before, boundary});
      before = boundary;
    }
    shots.push_back({before, 60});
    const std::vector<int> all_cuts(cuts.begin(), cuts.end());
    const auto bounded = snapped(shots, all_cuts, {0, 60}, 10.0);
    std::vector<int> places;
    for (std::size_t i = 1; i < bounded.ranges.size(); ++i) {
      EXPECT_EQ(bounded.ranges[i - 1].end_frame, bounded.ranges[i].begin_frame);
      places.push_back(bounded.ranges[i].begin_frame);
    }
    EXPECT_EQ(places, by_trying({boundaries.begin(), boundaries.end()}, all_cuts, {0, 60}, 10));
  }
}

TEST(ShiftStatistics, AreThoseOfAllSegments) {
  BoundedShots one;
  one.boundaries = 3;
  one.moved = 2;
  one.without_cut = 0;
  one.shifts_seconds = {-0.5, 0.0, 0.26};
  BoundedShots two;
  two.boundaries = 3;
  two.moved = 2;
  two.without_cut = 1;
  two.shifts_seconds = {1.0, -1.0};
  const auto statistics = shift_statistics(std::vector<BoundedShots>{one, two});
  EXPECT_EQ(statistics.boundaries, 6);
  EXPECT_EQ(statistics.moved, 4);
  EXPECT_EQ(statistics.without_cut, 1);
  ASSERT_TRUE(statistics.seconds);
  EXPECT_THAT(*statistics.seconds, ElementsAre(-1.0, -0.5, 0.0, 0.26, 1.0));
  std::array<int, 21> expected{};
  expected[0] = expected[5] = expected[10] = expected[13] = expected[20] = 1;
  EXPECT_EQ(statistics.by_tenth, expected);
  EXPECT_FALSE(shift_statistics({}).seconds);
}

}  // namespace
}  // namespace asbench::loaders
