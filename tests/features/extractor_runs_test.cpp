// Runs of extract() that fail, stop, resume, have nothing to do or use several threads.
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>

#include "core/error.h"
#include "tests/features/extractor_fixture.h"

namespace asbench::features {
namespace {

using testing::FakeEncoders;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExtractorRuns : public ExtractorFixture {
 protected:
  ExtractorRuns() { plan_.encoders = {FakeEncoders::use("first")}; }
  void add_clips(int count) {
    for (int i = 0; i < count; ++i) add("clip" + std::to_string(i));
  }
  /// Clips whose features are stored; every one of them must be whole.
  [[nodiscard]] int stored() const {
    int count = 0;
    for (const auto& clip : plan_.clips) {
      const auto content = clip.source.path.string();
      const auto features = store_.get(frame_key(content));
      if (!features) continue;
      ++count;
      EXPECT_EQ(*features, expected(content, midpoints(), "first"));
    }
    return count;
  }
};

TEST_F(ExtractorRuns, ReportsAnEncoderThatFailsAndStoresNoHalfMatrix) {
  add_clips(3);
  encoders_.before_batch = [](int encoded) {
    if (encoded == 8) throw BadInput("the encoder is out of memory");
  };
  try {
    static_cast<void>(run());
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_STREQ(error.what(), "the encoder is out of memory");
  }
  // Eight pictures are one clip of five and three rows of the next.
  EXPECT_EQ(stored(), 1);
  encoders_.before_batch = [](int) {};
  encoders_.counts.images = 0;
  static_cast<void>(run());
  EXPECT_EQ(encoders_.counts.images, 10);
  EXPECT_EQ(stored(), 3);
}

TEST_F(ExtractorRuns, DecodesNoFurtherClipsOnceAnEncoderHasFailed) {
  add_clips(200);
  for (auto& [path, clip] : clips_.clips) clip.decode_milliseconds = 2;
  encoders_.before_batch = [](int) { throw BadInput("the encoder is out of memory"); };
  EXPECT_THROW(static_cast<void>(run()), BadInput);
  EXPECT_LT(clips_.counts().decoded.size(), 100U)
      << "of 200: the run was lost with the first batch";
}

TEST_F(ExtractorRuns, ReportsADecodeThatFails) {
  settings_.decode_threads = 2;
  add_clips(20);
  clips_.clips["clip5"].failing = "the decoder is at fault";
  try {
    static_cast<void>(run());
    FAIL();
  } catch (const InternalError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the decoder is at fault"));
  }
}

TEST_F(ExtractorRuns, KeepsFinishedClipsWhenItIsStoppedAndGoesOnFromThere) {
  add_clips(12);
  // Two matrices are stored and a third is begun when the stop is asked for.
  std::atomic<bool> stop{false};
  settings_.stop = [&] { return stop.load(); };
  encoders_.before_batch = [&](int encoded) { stop = encoded >= 8; };
  try {
    static_cast<void>(run());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("interrupted. 15 pictures were encoded"));
    EXPECT_THAT(error.what(), HasSubstr(store_.root().string()));
  }
  EXPECT_EQ(stored(), 3);
  EXPECT_EQ(encoders_.counts.images, 15) << "half a matrix was encoded for nothing";
  stop = false;
  encoders_.before_batch = [](int) {};
  static_cast<void>(run());
  EXPECT_EQ(stored(), 12);
  EXPECT_EQ(encoders_.counts.images, 12 * 5);
}

TEST_F(ExtractorRuns, BeginsNothingOnceItIsStopped) {
  add_clips(2);
  settings_.stop = [] { return true; };
  EXPECT_THROW(static_cast<void>(run()), Error);
  EXPECT_THAT(clips_.counts().hashed, IsEmpty());
  EXPECT_EQ(encoders_.counts.images, 0);
}

TEST_F(ExtractorRuns, ComputesADamagedEntryAgain) {
  add_clips(3);
  static_cast<void>(run());
  const auto file = entry_file(frame_key("clip1"));
  ASSERT_TRUE(std::filesystem::exists(file));
  {
    std::fstream entry(file, std::ios::in | std::ios::out | std::ios::binary);
    entry.seekp(100);
    entry.put('\x55');
  }
  clips_.reset();
  encoders_.counts.images = 0;
  const auto extraction = run();
  EXPECT_EQ(encoders_.counts.images, 5);
  EXPECT_EQ(clips_.counts().decoded.size(), 1U);
  EXPECT_EQ(extraction.clip_features(1, 0), expected("clip1", midpoints(), "first"));
}

TEST_F(ExtractorRuns, NamesAClipWhoseFeaturesVanished) {
  add_clips(2);
  const auto extraction = run();
  std::filesystem::remove(entry_file(frame_key("clip1")));
  EXPECT_EQ(extraction.clip_features(0, 0).rows, 5);
  try {
    static_cast<void>(extraction.clip_features(1, 0));
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("clip1"));
  }
}

TEST_F(ExtractorRuns, OfNothingLoadNothing) {
  const auto nothing = run();
  EXPECT_TRUE(nothing.clips().empty());
  EXPECT_EQ(nothing.statistics().clips, 0);
  EXPECT_EQ(encoders_.counts.image_encoders, 0);
}

TEST_F(ExtractorRuns, WithoutEncodersStillCountFrames) {
  plan_.encoders.clear();
  add_clips(1);
  const auto extraction = run();
  EXPECT_EQ(extraction.clip(0).frame_count, 12);
  EXPECT_EQ(extraction.clip(0).indices, midpoints());
  EXPECT_FALSE(extraction.clip(0).sample_digest.empty());
}

TEST_F(ExtractorRuns, KeepOutcomesByClipWhateverEndsFirst) {
  settings_.decode_threads = 3;
  add_clips(6);
  clips_.clips["clip0"].decode_milliseconds = 200;
  clips_.clips["clip1"].hash_milliseconds = 100;
  clips_.clips["clip3"].broken_decode = "cut";
  const auto extraction = run();
  for (std::size_t i = 0; i < 6; ++i) {
    const std::string content = "clip" + std::to_string(i);
    EXPECT_EQ(extraction.clip(i).content_sha256, testing::FakeClips::hash(content));
    EXPECT_EQ(extraction.clip(i).broken.has_value(), i == 3);
    if (i != 3) {
      EXPECT_EQ(extraction.clip_features(i, 0), expected(content, midpoints(), "first"));
    }
  }
}

TEST_F(ExtractorRuns, GiveEqualBitsForAnyNumberOfThreadsAndAnyBatch) {
  plan_.pixels = true;
  plan_.clip_encoder = FakeEncoders::clip_use();
  plan_.clip_rule = {loaders::FrameRule::Kind::window, 4};
  add_clips(30);
  for (int i = 0; i < 10; ++i) add("clip" + std::to_string(i), ClipUse::reference_set);
  const auto one = run();
  const testing::TemporaryFolder other_folder;
  const FeatureStore other_store(other_folder.path());
  settings_.decode_threads = 4;
  settings_.batch = 7;
  const auto four = extract(plan_, settings_, other_store, {clips_, encoders_});
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(one.clip(i), four.clip(i));
    EXPECT_EQ(one.clip_features(i, 0), four.clip_features(i, 0));
    EXPECT_EQ(one.clip_pixels(i).cells, four.clip_pixels(i).cells);
    EXPECT_EQ(one.clip_pixels(i).motion, four.clip_pixels(i).motion);
  }
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(one.video_features(i), four.video_features(i));
}

TEST_F(ExtractorRuns, EncodeEachCaptionOnceAndSayWhichWereTruncated) {
  plan_.encoders[0].text = true;
  const std::string lengthy = "a fox runs through the wood at night";
  plan_.captions = {"a fox", lengthy, "a fox"};
  const auto extraction = run();
  EXPECT_EQ(encoders_.counts.texts, 2);
  EXPECT_EQ(extraction.caption(0, 0).feature.values, FakeEncoders::caption_feature("a fox"));
  EXPECT_FALSE(extraction.caption(0, 0).truncated);
  EXPECT_EQ(extraction.caption(1, 0).feature.values, FakeEncoders::caption_feature(lengthy));
  EXPECT_TRUE(extraction.caption(1, 0).truncated);
  EXPECT_EQ(extraction.caption(2, 0), extraction.caption(0, 0));
  static_cast<void>(run());
  EXPECT_EQ(encoders_.counts.text_encoders, 1) << "stored captions load no encoder";
}

/// Keeps what it was given; wants everything until told otherwise.
class CountingSink final : public FrameSink {
 public:
  bool wants(const std::string&, std::span<const int>) override { return wants_; }
  void take(const std::string&, int frame, const Image&) override { taken.push_back(frame); }
  bool wants_ = true;
  std::vector<int> taken;
};

TEST_F(ExtractorRuns, HandTheFramesOfShotsAloneToTheSink) {
  CountingSink sink;
  settings_.sink = &sink;
  add("shot");
  add("ceiling", ClipUse::ceiling);
  static_cast<void>(run());
  EXPECT_EQ(sink.taken, midpoints());
  clips_.reset();
  static_cast<void>(run());
  EXPECT_EQ(clips_.counts().decoded.size(), 1U) << "stored, but the sink asks again";
  EXPECT_EQ(encoders_.counts.images, 10);
  sink.wants_ = false;
  clips_.reset();
  static_cast<void>(run());
  EXPECT_THAT(clips_.counts().decoded, IsEmpty());
}

}  // namespace
}  // namespace asbench::features
