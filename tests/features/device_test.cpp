// extract() with a device that computes beside the program: the stand-in of
// tests/support/timed_device.h.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "core/error.h"
#include "models/layers/device_errors.h"
#include "tests/features/extractor_fixture.h"
#include "tests/support/timed_device.h"

namespace asbench::features {
namespace {

using ::testing::Each;
using ::testing::Eq;
using testing::FakeEncoders;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TimedDevice;

class OnADevice : public ExtractorFixture {
 protected:
  OnADevice() {
    plan_.encoders = {FakeEncoders::use("first")};
    encoders_.device = [this] { return testing::borrow(device()); };
  }
  TimedDevice& device() {
    if (!device_) device_ = std::make_unique<TimedDevice>(device_settings_);
    return *device_;
  }
  void add_clips(int count) {
    for (int i = 0; i < count; ++i) add("clip" + std::to_string(i));
  }
  void expect_all(const Extraction& extraction, const std::string& role = "first") {
    for (std::size_t i = 0; i < plan_.clips.size(); ++i) {
      EXPECT_EQ(extraction.clip_features(i, 0),
                expected(plan_.clips[i].source.path.string(), midpoints(), role));
    }
  }

  TimedDevice::Settings device_settings_;
  std::unique_ptr<TimedDevice> device_;
};

TEST_F(OnADevice, FeaturesAreThoseOfTheCpuBitForBit) {
  settings_.decode_threads = 3;
  add_clips(30);
  expect_all(run());
}

TEST_F(OnADevice, SeveralEncodersShareIt) {
  plan_.encoders.push_back(FakeEncoders::use("second"));
  add_clips(7);
  const auto extraction = run();
  for (std::size_t i = 0; i < 7; ++i) {
    const auto content = "clip" + std::to_string(i);
    EXPECT_EQ(extraction.clip_features(i, 0), expected(content, midpoints(), "first"));
    EXPECT_EQ(extraction.clip_features(i, 1), expected(content, midpoints(), "second"));
  }
}

TEST_F(OnADevice, EveryBatchIsFilledToOneSize) {
  settings_.batch = 8;
  add_clips(5);  // 25 pictures: three batches and a rest of one
  const auto extraction = run();
  EXPECT_THAT(device().account().sizes, Each(Eq(8)));
  EXPECT_EQ(device().account().batches, 4);
  EXPECT_EQ(extraction.statistics().images_encoded, 25) << "what only fills up does not count";
  EXPECT_EQ(extraction.statistics().batch_sizes.at("first"), 8);
  expect_all(extraction);
}

TEST_F(OnADevice, MemoryOfTheHostIsUsedAgain) {
  settings_.batch = 4;
  add_clips(40);
  static_cast<void>(run());
  EXPECT_EQ(device().account().batches, 50);
  EXPECT_EQ(device().account().allocations, 6) << "levels and features of three batches";
}

TEST_F(OnADevice, TheNextBatchIsThereBeforeOneEnds) {
  settings_.batch = 4;
  add_clips(10);
  // The first batch ends when a second one is under way; a program that waits for each batch would
  // be here until the time is up.
  encoders_.before_batch = [this](int encoded) {
    if (encoded > 0) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (device().account().most_under_way < 2 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  expect_all(run());
  EXPECT_GE(device().account().most_under_way, 2);
  EXPECT_LE(device().account().most_under_way, 3) << "memory is bounded";
}

TEST_F(OnADevice, TheBatchIsTheLargestThatFitsAndIsRemembered) {
  settings_.batch = 0;
  device_settings_.most_pictures = 40;
  add_clips(10);
  auto extraction = run();
  EXPECT_EQ(extraction.statistics().batch_sizes.at("first"), 32);
  EXPECT_EQ(device().account().out_of_memory, 3) << "256, 128 and 64 were refused";
  expect_all(extraction);
  add("another");
  extraction = run();
  EXPECT_EQ(extraction.statistics().batch_sizes.at("first"), 32);
  EXPECT_EQ(device().account().out_of_memory, 3) << "nothing is tried again";
}

TEST_F(OnADevice, ABatchThatNoLongerFitsIsHalvedAndTheRunGoesOn) {
  settings_.batch = 16;
  add_clips(20);
  encoders_.before_batch = [this](int encoded) {
    if (encoded >= 32) device().limit(5);
  };
  ::testing::internal::CaptureStderr();
  const auto extraction = run();
  const std::string said = ::testing::internal::GetCapturedStderr();
  expect_all(extraction);
  EXPECT_EQ(extraction.statistics().images_encoded, 100);
  EXPECT_EQ(extraction.statistics().batch_sizes.at("first"), 4);
  EXPECT_THAT(said, HasSubstr("does not hold a batch of 16; going on with 8"));
  EXPECT_THAT(said, HasSubstr("a batch of 8; going on with 4"));
  EXPECT_GE(device().account().released, 2);
}

TEST_F(OnADevice, TheMemoryIsReleasedAndABatchTriedOnceMoreBeforeItIsHalved) {
  settings_.batch = 16;
  add_clips(20);
  std::atomic<int> calls{0};
  encoders_.before_batch = [&](int encoded) {
    if (encoded >= 32 && calls++ == 0) device().limit_until_released(5);
  };
  const auto extraction = run();
  expect_all(extraction);
  EXPECT_EQ(extraction.statistics().batch_sizes.at("first"), 16);
  EXPECT_EQ(device().account().out_of_memory, 1);
  EXPECT_EQ(device().account().released, 1);
}

TEST_F(OnADevice, NotEvenOnePictureIsAnErrorInWords) {
  settings_.batch = 0;
  device_settings_.most_pictures = 0;
  add_clips(1);
  try {
    static_cast<void>(run());
    FAIL();
  } catch (const models::DeviceOutOfMemory& error) {
    EXPECT_THAT(error.what(), HasSubstr("fake/first"));
    EXPECT_THAT(error.what(), HasSubstr("--device cpu"));
    EXPECT_THAT(error.what(), Not(HasSubstr("frame #")));
  }
}

TEST_F(OnADevice, AFailureOfTheDeviceEndsTheRunAndKeepsWhatIsWhole) {
  settings_.batch = 5;
  add_clips(40);
  encoders_.before_batch = [](int encoded) {
    if (encoded >= 50) throw BadInput("the device has failed");
  };
  try {
    static_cast<void>(run());
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_STREQ(error.what(), "the device has failed");
  }
  int stored = 0;
  for (const auto& clip : plan_.clips) {
    const auto content = clip.source.path.string();
    const auto features = store_.get(frame_key(content));
    if (!features) continue;
    ++stored;
    EXPECT_EQ(*features, expected(content, midpoints(), "first"));
  }
  EXPECT_EQ(stored, 10);
  encoders_.before_batch = [](int) {};
  expect_all(run());
}

TEST_F(OnADevice, AnInterruptedRunKeepsWholeMatricesAndGoesOnFromThere) {
  settings_.batch = 4;
  add_clips(30);
  std::atomic<bool> stop{false};
  settings_.stop = [&] { return stop.load(); };
  encoders_.before_batch = [&](int encoded) { stop = encoded >= 40; };
  std::string said;
  try {
    static_cast<void>(run());
  } catch (const Error& error) {
    said = error.what();
  }
  int stored = 0;
  for (const auto& clip : plan_.clips)
    stored += store_.get(frame_key(clip.source.path.string())) ? 1 : 0;
  EXPECT_THAT(said, HasSubstr("interrupted. " + std::to_string(5 * stored) + " pictures"))
      << "no row was encoded that is not stored";
  EXPECT_GE(stored, 8);
  EXPECT_LT(stored, 30);
  stop = false;
  encoders_.before_batch = [](int) {};
  const auto extraction = run();
  EXPECT_EQ(extraction.statistics().images_encoded, (30 - stored) * 5);
  expect_all(extraction);
}

TEST_F(OnADevice, ClipsOfTheVideoNetworkAreEncodedBesideThePictures) {
  plan_.clip_encoder = FakeEncoders::clip_use();
  plan_.clip_rule = {loaders::FrameRule::Kind::window, 4};
  add_clips(5);
  const auto extraction = run();
  expect_all(extraction);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(extraction.video_features(i).cols, 2);
}

TEST(Precision, BelongsToEveryKeyOfAnEncoder) {
  auto use = FakeEncoders::use("first");
  auto clip_use = FakeEncoders::clip_use();
  const std::vector<int> frames = {1, 2};
  const auto keys = [&] {
    return std::vector<std::string>{frame_feature_key(use, "content", "decoder", frames),
                                    reference_key(use, "file", "black", false),
                                    caption_key(use, "text"),
                                    clip_feature_key(clip_use, "content", "decoder", frames)};
  };
  const auto exact = keys();
  use.precision = clip_use.precision = models::Precision::tf32;
  const auto tf32 = keys();
  use.precision = clip_use.precision = models::Precision::bf16;
  const auto bf16 = keys();
  for (std::size_t i = 0; i < exact.size(); ++i) {
    EXPECT_NE(exact[i], tf32[i]);
    EXPECT_NE(exact[i], bf16[i]);
    EXPECT_NE(tf32[i], bf16[i]);
  }
}

TEST_F(OnADevice, OtherPrecisionsThanFloat32AreNotForTheCpu) {
  encoders_.device = {};
  plan_.encoders[0].precision = models::Precision::bf16;
  add_clips(1);
  try {
    static_cast<void>(run());
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--precision bf16"));
  }
  EXPECT_THROW(check_device("cpu", "tf32"), UsageError);
  EXPECT_NO_THROW(check_device("cpu", "float32"));
  EXPECT_EQ(dtype_of("bf16"), "bfloat16");
  EXPECT_THROW(static_cast<void>(dtype_of("fp16")), UsageError);
}

TEST_F(OnADevice, AWarmRunNamesTheDeviceAsAColdOneDoes) {
  settings_.device = "auto";
  add_clips(1);
  const auto cold = run().statistics().device;
  EXPECT_EQ(run().statistics().device, cold);
  EXPECT_NE(cold, "auto");
}

}  // namespace
}  // namespace asbench::features
