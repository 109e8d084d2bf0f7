#include "core/frame_changes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "core/error.h"

namespace asbench {
namespace {

Image plain(int width, int height, std::uint8_t level) {
  Image image(height, width, 3);
  for (auto& value : image.bytes) value = level;
  return image;
}

TEST(FrameChanges, AreTheMeanDifferenceOfNeighbours) {
  ChangeMeter meter;
  meter.add(plain(4, 3, 10));
  EXPECT_EQ(meter.result(), (FrameChanges{1, 0.0}));
  meter.add(plain(4, 3, 30));
  EXPECT_EQ(meter.result(), (FrameChanges{2, 20.0}));
  Image third = plain(4, 3, 30);
  third.bytes[5] = 0;  // one value of 36 falls by 30
  meter.add(third);
  EXPECT_EQ(meter.result().frames, 3);
  EXPECT_DOUBLE_EQ(meter.result().mean_difference, (20.0 + 30.0 / 36.0) / 2.0);
}

TEST(FrameChanges, AreTheNaiveLoop) {
  ChangeMeter meter;
  Image before;
  double sum = 0.0;
  for (int t = 0; t < 5; ++t) {
    Image frame(7, 9, 3);
    for (std::size_t i = 0; i < frame.bytes.size(); ++i)
      frame.bytes[i] = static_cast<std::uint8_t>((i * 37 + static_cast<std::size_t>(t) * 91) % 256);
    meter.add(frame);
    double difference = 0.0;
    for (std::size_t i = 0; t > 0 && i < frame.bytes.size(); ++i) {
      difference +=
          std::abs(static_cast<double>(frame.bytes[i]) - static_cast<double>(before.bytes[i])) /
          static_cast<double>(frame.bytes.size());
    }
    sum += difference;
    before = frame;
  }
  EXPECT_NEAR(meter.result().mean_difference, sum / 4.0, 1e-9);
}

TEST(FrameChanges, FramesOfAnotherSizeAreAFaultOfTheProgram) {
  ChangeMeter meter;
  meter.add(plain(4, 3, 10));
  EXPECT_THROW(meter.add(plain(3, 4, 10)), InternalError);
  EXPECT_THROW(meter.add(Image()), InternalError);
}

}  // namespace
}  // namespace asbench
