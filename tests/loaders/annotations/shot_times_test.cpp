#include "loaders/annotations/shot_times.h"

#include <gtest/gtest.h>

#include <cmath>

namespace asbench::loaders {
namespace {

TEST(AnnotationTime, IsReadInEveryFormThatTheDataHas) {
  EXPECT_EQ(seconds_of("00:04"), 4.0);
  EXPECT_EQ(seconds_of("1:05"), 65.0);
  EXPECT_EQ(seconds_of("100:00"), 6000.0);
  EXPECT_EQ(seconds_of("01:02:03"), 3723.0);
  EXPECT_EQ(seconds_of("00:04.25"), 4.25);
  EXPECT_EQ(seconds_of(" 00:04 "), 4.0);
  EXPECT_EQ(seconds_of("12"), 12.0);
  EXPECT_EQ(seconds_of("12.5"), 12.5);
  EXPECT_EQ(seconds_of_value(Json(12)), 12.0);
  EXPECT_EQ(seconds_of_value(Json(0.5)), 0.5);
  EXPECT_EQ(seconds_of_value(Json("00:01")), 1.0);
}

TEST(AnnotationTime, IsRefusedWhereItMayMeanTwoThingsOrNothing) {
  for (const char* text : {"",        " ",      "abc",  "1:5",         "00:60", "00:4",
                           "-1",      "00:-4",  "1e3",  "inf",         "nan",   "12.",
                           ".5",      "00:04.", ":30",  "00:",         "1:2:3", "00:75:00",
                           "0:0:0:0", "00:04s", "0x10", "99999999999", "00 04", "00:04-00:08"}) {
    EXPECT_FALSE(seconds_of(text)) << text;
  }
  EXPECT_FALSE(seconds_of_value(Json(-1)));
  EXPECT_FALSE(seconds_of_value(Json(1e8)));
  EXPECT_FALSE(seconds_of_value(Json(true)));
  EXPECT_FALSE(seconds_of_value(Json(nullptr)));
  EXPECT_FALSE(seconds_of_value(Json::array({4})));
}

TEST(AnnotationTime, OfAnExcerptHasTwoParts) {
  EXPECT_EQ(seconds_range_of("00:04-00:08"), (SecondsRange{4.0, 8.0}));
  EXPECT_EQ(seconds_range_of("00:04 - 00:08"), (SecondsRange{4.0, 8.0}));
  for (const char* text : {"", "00:04", "00:08-00:04", "00:04-00:04", "00:04-", "-00:04", "a-b"})
    EXPECT_FALSE(seconds_range_of(text)) << text;
}

TEST(AnnotationFrames, FollowTheRuleByHand) {
  // 30 fps, the segment's frames 100 to 1600.
  EXPECT_EQ(frames_of({0.0, 4.0}, {100, 1600}, 30.0), (FrameRange{100, 220}));
  // 23.976 fps: 4 s are 95.904 frames, 9 s 215.784; + 0.5, rounded down: 96 and 216.
  EXPECT_EQ(frames_of({4.0, 9.0}, {0, 1000}, 23.976), (FrameRange{96, 216}));
  // Half a frame goes up: 0.5 s at 25 fps are 12.5.
  EXPECT_EQ(frames_of({0.0, 0.5}, {0, 1000}, 25.0), (FrameRange{0, 13}));
  // The end is the segment's at most.
  EXPECT_EQ(frames_of({45.0, 51.0}, {0, 1500}, 30.0), (FrameRange{1350, 1500}));
  EXPECT_FALSE(frames_of({50.0, 51.0}, {0, 1500}, 30.0)) << "it begins where the segment ends";
  EXPECT_FALSE(frames_of({1.0, 1.01}, {0, 1500}, 10.0)) << "both round to frame 10";
}

TEST(AnnotationFrames, AreTheNaiveLoopsForManyTimes) {
  for (const double fps : {12.0, 23.976, 24.0, 25.0, 29.97, 30.0, 59.94, 60.0}) {
    for (int start = 0; start < 60; ++start) {
      for (int end = start + 1; end < 62; end += 3) {
        const FrameRange segment{777, 777 + static_cast<int>(60 * fps)};
        const auto frames = frames_of({start * 1.0, end * 1.0}, segment, fps);
        // A frame belongs to the shot when its number, from the segment's first on, is at least
        // start * fps - 0.5 and less than end * fps - 0.5, as rounding half up says.
        std::int64_t first = -1;
        std::int64_t count = 0;
        for (std::int64_t frame = segment.begin_frame; frame < segment.end_frame; ++frame) {
          const double place = static_cast<double>(frame - segment.begin_frame);
          if (place <= start * fps - 0.5 || place > end * fps - 0.5) continue;
          if (first < 0) first = frame;
          ++count;
        }
        ASSERT_EQ(frames.has_value(), count > 0) << fps << " " << start << " " << end;
        if (!frames) continue;
        EXPECT_EQ(frames->begin_frame, first) << fps << " " << start << " " << end;
        EXPECT_EQ(frames->end_frame - frames->begin_frame, count)
            << fps << " " << start << " " << end;
      }
    }
  }
}

}  // namespace
}  // namespace asbench::loaders
