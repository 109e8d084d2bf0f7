#include "features/batch_size.h"

#include <gtest/gtest.h>

namespace asbench::features {
namespace {

/// Feeds batches of the wanted size until the choice is made.
int decided(BatchSize& size, double (*seconds_per_image)(int)) {
  for (int batch = 0; batch < 100; ++batch) {
    const int images = size.next();
    if (size.record(images, images * seconds_per_image(images))) return size.next();
  }
  return -1;
}

TEST(BatchSize, TakesTheCandidateThatIsFastestAPicture) {
  BatchSize size(2, {});
  EXPECT_EQ(decided(size, [](int images) { return images == 8 ? 0.1 : 0.2; }), 8);
  BatchSize other(2, {});
  EXPECT_EQ(decided(other, [](int images) { return 1.0 / images; }), 32);
}

TEST(BatchSize, LearnsNothingFromTheFirstBatchAndFromIncompleteOnes) {
  BatchSize size(1, {});
  EXPECT_EQ(size.next(), 2);
  size.record(2, 1e-9);  // warming up
  size.record(1, 1e-9);  // incomplete
  EXPECT_EQ(decided(size, [](int images) { return images == 16 ? 0.1 : 0.2; }), 16);
}

TEST(BatchSize, KeepsWhatIsRememberedAndMeasuresAnewWhatIsNoNumber) {
  BatchSize remembered(2, "16");
  EXPECT_EQ(remembered.next(), 16);
  EXPECT_FALSE(remembered.record(16, 1.0));
  for (const char* text : {"", "x", "16x", "0", "-4", "99999999999"}) {
    EXPECT_EQ(BatchSize(2, text).next(), 4) << text;
  }
}

TEST(BatchSize, GivenByTheUserStays) {
  BatchSize size(7);
  EXPECT_FALSE(size.record(7, 1.0));
  EXPECT_EQ(size.next(), 7);
}

}  // namespace
}  // namespace asbench::features
