// Every frame of the shots to encoders and to the meter of changes, while they are decoded.
#include <gmock/gmock.h>

#include "core/frame_changes.h"
#include "features/every_frame.h"
#include "features/shards.h"
#include "tests/features/extractor_fixture.h"

namespace asbench::features {
namespace {

using testing::FakeClips;
using testing::FakeEncoders;
using ::testing::IsEmpty;

class EveryFrameOfShots : public ExtractorFixture {
 protected:
  EveryFrameOfShots() {
    plan_.encoders = {FakeEncoders::use("first"), FakeEncoders::use("second")};
    plan_.encoders[1].sampled_frames = false;
    plan_.encoders[1].every_frame = true;
  }
  static FrameChanges changes_of(const std::string& content, int begin, int count) {
    ChangeMeter meter;
    for (int i = 0; i < count; ++i) meter.add(FakeClips::frame(content, begin + i));
    return meter.result();
  }
};

TEST_F(EveryFrameOfShots, AreEncodedBesideTheSampledOnes) {
  plan_.changes = true;
  const auto shot = add("shot");
  clips_.clips["shot"].frames = 33;
  const auto ceiling = add("ceiling", ClipUse::ceiling);
  const Extraction extraction = run();
  EXPECT_EQ(extraction.every_frame_features(shot, 1),
            expected("shot", every_frame_of(33), "second"));
  EXPECT_EQ(extraction.clip_features(shot, 0),
            expected("shot", loaders::frame_indices(plan_.frame_rule, 33), "first"));
  EXPECT_EQ(extraction.clip_changes(shot), changes_of("shot", 0, 33));
  EXPECT_EQ(encoders_.counts.images, 33 + 5 + 5) << "of the ceiling the sampled frames alone";
  EXPECT_THROW((void)extraction.every_frame_features(ceiling, 1), BadInput);
  EXPECT_THROW((void)extraction.clip_features(shot, 1), BadInput) << "nobody asked for those";
}

TEST_F(EveryFrameOfShots, AreComputedOnce) {
  const auto shot = add("shot");
  static_cast<void>(run());
  clips_.reset();
  const int encoded = encoders_.counts.images;
  EXPECT_EQ(run().every_frame_features(shot, 1), expected("shot", every_frame_of(12), "second"));
  EXPECT_THAT(clips_.counts().decoded, IsEmpty());
  EXPECT_EQ(encoders_.counts.images, encoded);
  // Something new is wanted: the clip is decoded again, its features stay.
  plan_.changes = true;
  EXPECT_EQ(run().clip_changes(shot), changes_of("shot", 0, 12));
  EXPECT_EQ(clips_.counts().decoded.at("shot"), 1);
  EXPECT_EQ(encoders_.counts.images, encoded);
}

TEST_F(EveryFrameOfShots, OfRangesAreThoseOfTheirFrames) {
  plan_.changes = true;
  clips_.clips["film"] = {.content = "film", .frames = 40};
  const auto first = plan_.add_clip(range("film", 2, 12));
  const auto second = plan_.add_clip(range("film", 8, 31));
  const auto beyond = plan_.add_clip(range("film", 32, 55));
  const Extraction extraction = run();
  const auto frames = [](int begin, int end) {
    std::vector<int> numbers;
    for (int i = begin; i < end; ++i) numbers.push_back(i);
    return numbers;
  };
  EXPECT_EQ(extraction.every_frame_features(first, 1), expected("film", frames(2, 12), "second"));
  EXPECT_EQ(extraction.every_frame_features(second, 1), expected("film", frames(8, 31), "second"));
  EXPECT_EQ(extraction.clip_changes(second), changes_of("film", 8, 23));
  EXPECT_TRUE(extraction.clip(beyond).broken);
}

TEST_F(EveryFrameOfShots, OfABrokenClipLeaveNothingInTheStore) {
  plan_.changes = true;
  const auto broken = add("broken");
  clips_.clips["broken"].broken_decode = "damage at the end";
  const auto good = add("good");
  const Extraction extraction = run();
  EXPECT_TRUE(extraction.clip(broken).broken);
  EXPECT_EQ(extraction.every_frame_features(good, 1),
            expected("good", every_frame_of(12), "second"));
  EXPECT_FALSE(store_.has(frame_changes_key(FakeClips::hash("broken"), loaders::decoder_name())));
}

TEST_F(EveryFrameOfShots, DoNotPileUp) {
  // Far more frames than the queue holds (features/queue_size.h): the decode waits for the encoder.
  const auto shot = add("long");
  clips_.clips["long"].frames = 3000;
  const Extraction extraction = run();
  EXPECT_EQ(extraction.every_frame_features(shot, 1).rows, 3000);
  EXPECT_EQ(encoders_.counts.images, 3000 + 5);
}

TEST_F(EveryFrameOfShots, OfPicturesOfManySizesAreEncodedByThem) {
  plan_.encoders = {FakeEncoders::use("first")};
  plan_.encoders[0].every_frame = true;
  plan_.encoders[0].profile.resize = models::ResizeKind::shortest_edge;
  plan_.encoders[0].profile.short_side = 6;
  plan_.encoders[0].profile.output_height = plan_.encoders[0].profile.output_width = 0;
  plan_.encoders[0].preprocess = plan_.encoders[0].profile.describe();
  const auto shot = add("shot");
  Image wide(6, 18, 3);
  Image high(24, 6, 3);
  for (std::size_t i = 0; i < wide.bytes.size(); ++i) wide.bytes[i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < high.bytes.size(); ++i)
    high.bytes[i] = static_cast<std::uint8_t>(3 * i);
  clips_.pictures = {{"wide.png", wide}, {"high.png", high}};
  plan_.references = {{"wide.png", std::string(64, '1')}, {"high.png", std::string(64, '2')}};
  const Extraction extraction = run();
  EXPECT_EQ(extraction.every_frame_features(shot, 0),
            expected("shot", every_frame_of(12), "first"));
  EXPECT_EQ(extraction.reference_features(0, 0).values, FakeEncoders::feature(wide, "first"));
  EXPECT_EQ(extraction.reference_features(1, 0).values, FakeEncoders::feature(high, "first"));
}

TEST_F(EveryFrameOfShots, ArePartOfWhatATaskIsAskedFor) {
  const std::string with = request_sha256(plan_);
  plan_.encoders[1].every_frame = false;
  EXPECT_NE(request_sha256(plan_), with);
  plan_.encoders[1].every_frame = true;
  plan_.changes = true;
  EXPECT_NE(request_sha256(plan_), with);
  add("a");
  const PlanPart part = part_of(plan_, deal_out(plan_, 1), 0);
  EXPECT_TRUE(part.plan.changes && part.plan.encoders[1].every_frame);
}

}  // namespace
}  // namespace asbench::features
