#include "features/queue_size.h"

#include <gtest/gtest.h>

#include "tests/support/fake_extraction.h"

namespace asbench::features {
namespace {

constexpr std::size_t kPicture = std::size_t{3} * 224 * 224;
constexpr std::size_t kLeast = 64 * kPicture * sizeof(float);

ExtractionPlan plan_of(int encoders) {
  ExtractionPlan plan;
  for (int i = 0; i < encoders; ++i) {
    plan.encoders.push_back(testing::FakeEncoders::use("role"));
    plan.encoders.back().profile.output_height = plan.encoders.back().profile.output_width = 224;
  }
  return plan;
}

TEST(QueueSize, HoldsABatchOfEachEncoderAndSomeOfEachThread) {
  const QueueNeeds needs{.batch = 512, .decode_threads = 16, .levels = true};
  EXPECT_EQ(queue_bytes(plan_of(1), needs), (512 + 8 * 16) * kPicture);
  EXPECT_EQ(queue_bytes(plan_of(2), needs), 2 * (512 + 8 * 16) * kPicture);
}

TEST(QueueSize, CountsPicturesForTheCpuInFloat32) {
  const QueueNeeds needs{.batch = 100, .decode_threads = 1, .levels = false};
  EXPECT_EQ(queue_bytes(plan_of(1), needs), 108 * kPicture * sizeof(float));
}

TEST(QueueSize, HoldsAGpusLargestBatchWhenNoneIsGiven) {
  const QueueNeeds needs{.batch = 0, .decode_threads = 32, .levels = true};
  EXPECT_EQ(queue_bytes(plan_of(1), needs), (256 + 8 * 32) * kPicture);
}

TEST(QueueSize, IsNeverTooSmallForClipsNorWithoutBound) {
  EXPECT_EQ(queue_bytes(plan_of(0), {.batch = 4, .decode_threads = 1}), kLeast);
  EXPECT_EQ(queue_bytes(plan_of(1), {.batch = 4, .decode_threads = 1}), kLeast);
  EXPECT_EQ(queue_bytes(plan_of(9), {.batch = 4096, .decode_threads = 256}),
            std::size_t{512} << 20U);
  auto text_only = plan_of(2);
  for (auto& use : text_only.encoders) use.images = false;
  EXPECT_EQ(queue_bytes(text_only, {.batch = 4096, .decode_threads = 256}), kLeast);
}

}  // namespace
}  // namespace asbench::features
