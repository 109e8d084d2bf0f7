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

class PredictedFrames : public ExtractorFixture {
 protected:
  PredictedFrames() { plan_.interpolator = FakeEncoders::interpolator_use(); }
  /// Of the frames begin + 1, begin + 3, ... of a content.
  static FeatureMatrix errors_of(const std::string& content, int begin, int count) {
    FeatureMatrix errors(predicted_frames(count), 1);
    for (int i = 0; i < errors.rows; ++i) {
      const auto frame = [&](int j) { return FakeClips::frame(content, begin + 2 * i + j); };
      errors.row(i)[0] =
          static_cast<float>(FakeEncoders::prediction_error(frame(0), frame(1), frame(2)));
    }
    return errors;
  }
};

TEST_F(PredictedFrames, AreEverySecondOneThatAFrameFollows) {
  EXPECT_EQ(predicted_frames(0), 0);
  EXPECT_EQ(predicted_frames(2), 0);
  EXPECT_EQ(predicted_frames(3), 1);
  EXPECT_EQ(predicted_frames(4), 1);
  EXPECT_EQ(predicted_frames(5), 2);
  for (const int frames : {3, 4, 12, 33}) {
    const std::string name = "shot" + std::to_string(frames);
    const auto shot = add(name);
    clips_.clips[name].frames = frames;
    const Extraction extraction = run();
    EXPECT_EQ(extraction.prediction_errors(shot), errors_of(name, 0, frames));
    EXPECT_NE(extraction.prediction_errors(shot).values.front(), 0.0F) << "tells nothing";
  }
  EXPECT_EQ(encoders_.counts.triples, 1 + 1 + 5 + 16);
  EXPECT_EQ(encoders_.counts.most_triples, 2) << "as many at a time as the network takes";
}

TEST_F(PredictedFrames, AreComputedOnceInTheSameDecodeAsEverythingElse) {
  plan_.encoders = {FakeEncoders::use("first")};
  plan_.encoders[0].every_frame = true;
  plan_.changes = true;
  const auto shot = add("shot");
  const auto ceiling = add("ceiling", ClipUse::ceiling);
  const Extraction extraction = run();
  EXPECT_EQ(clips_.counts().decoded.at("shot"), 1);
  EXPECT_EQ(extraction.prediction_errors(shot), errors_of("shot", 0, 12));
  EXPECT_EQ(extraction.every_frame_features(shot, 0),
            expected("shot", every_frame_of(12), "first"));
  EXPECT_THROW((void)extraction.prediction_errors(ceiling), BadInput);
  EXPECT_EQ(extraction.statistics().frames_predicted, 5);
  clips_.reset();
  EXPECT_EQ(run().prediction_errors(shot), errors_of("shot", 0, 12));
  EXPECT_THAT(clips_.counts().decoded, IsEmpty());
  EXPECT_EQ(encoders_.counts.triples, 5);
  EXPECT_EQ(encoders_.counts.interpolators, 1) << "nothing to predict: it is not even loaded";
  // Another network's predictions are others.
  plan_.interpolator->weights_sha256 = std::string(64, '7');
  EXPECT_EQ(run().statistics().frames_predicted, 5);
}

TEST_F(PredictedFrames, OfAClipThatIsTooShortAreNone) {
  const auto brief = add("brief");
  clips_.clips["brief"].frames = 2;
  EXPECT_EQ(run().prediction_errors(brief).rows, 0);
  clips_.reset();
  EXPECT_EQ(run().prediction_errors(brief).rows, 0);
  EXPECT_THAT(clips_.counts().decoded, IsEmpty()) << "an entry that can't be is not waited for";
}

TEST_F(PredictedFrames, OfRangesAndManyThreadsAreThoseOfTheirFrames) {
  settings_.decode_threads = 3;
  clips_.clips["film"] = {.content = "film", .frames = 40};
  const auto first = plan_.add_clip(range("film", 2, 12));
  const auto second = plan_.add_clip(range("film", 7, 31));
  std::vector<std::size_t> shots;
  for (int i = 0; i < 9; ++i) {
    const std::string name = "s" + std::to_string(i);
    shots.push_back(add(name));
    clips_.clips[name].frames = 3 + 2 * i;
  }
  const Extraction extraction = run();
  EXPECT_EQ(extraction.prediction_errors(first), errors_of("film", 2, 10));
  EXPECT_EQ(extraction.prediction_errors(second), errors_of("film", 7, 24));
  for (int i = 0; i < 9; ++i)
    EXPECT_EQ(extraction.prediction_errors(shots[static_cast<std::size_t>(i)]),
              errors_of("s" + std::to_string(i), 0, 3 + 2 * i));
}

TEST_F(PredictedFrames, OfABrokenClipLeaveNothingInTheStore) {
  const auto broken = add("broken");
  clips_.clips["broken"].broken_decode = "damage at the end";
  const auto good = add("good");
  const Extraction extraction = run();
  EXPECT_TRUE(extraction.clip(broken).broken);
  EXPECT_EQ(extraction.prediction_errors(good), errors_of("good", 0, 12));
  EXPECT_FALSE(store_.has(
      prediction_key(*plan_.interpolator, FakeClips::hash("broken"), loaders::decoder_name())));
}

TEST_F(PredictedFrames, ArePartOfWhatATaskIsAskedFor) {
  add("a");
  const PlanPart part = part_of(plan_, deal_out(plan_, 1), 0);
  ASSERT_TRUE(part.plan.interpolator);
  const std::string with = request_sha256(plan_);
  plan_.interpolator->weights_sha256 = std::string(64, '7');
  EXPECT_NE(request_sha256(plan_), with);
  plan_.interpolator.reset();
  EXPECT_NE(request_sha256(plan_), with);
}

}  // namespace
}  // namespace asbench::features
