// Which clips extract() opens, what it computes of them and for whom.
#include <gmock/gmock.h>

#include "core/error.h"
#include "core/luma_picture.h"
#include "core/picture_meter.h"
#include "tests/features/extractor_fixture.h"

namespace asbench::features {
namespace {

using ::testing::ElementsAre;
using testing::FakeEncoders;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExtractorClips : public ExtractorFixture {};

TEST_F(ExtractorClips, EncodesEachFrameOncePerEncoder) {
  plan_.encoders = {FakeEncoders::use("first"), FakeEncoders::use("second")};
  const auto a = add("a");
  const auto b = add("b");
  const auto extraction = run();
  EXPECT_EQ(encoders_.counts.images, 2 * 2 * 5);
  EXPECT_EQ(encoders_.counts.image_encoders, 2);
  for (std::size_t e = 0; e < 2; ++e) {
    const auto& role = plan_.encoders[e].role;
    EXPECT_EQ(extraction.clip_features(a, e), expected("a", midpoints(), role));
    EXPECT_EQ(extraction.clip_features(b, e), expected("b", midpoints(), role));
  }
  EXPECT_EQ(extraction.clip(a).content_sha256, testing::FakeClips::hash("a"));
  EXPECT_EQ(extraction.clip(a).frame_count, 12);
  EXPECT_EQ(extraction.statistics().clips_decoded, 2);
}

TEST_F(ExtractorClips, ComputesNothingThatIsStored) {
  plan_.encoders = {FakeEncoders::use("first")};
  plan_.clip_encoder = FakeEncoders::clip_use();
  plan_.clip_rule = {loaders::FrameRule::Kind::window, 4};
  plan_.pixels = true;
  const auto a = add("a");
  const auto before = run();
  const auto features = before.clip_features(a, 0);
  clips_.reset();
  const auto again = run();
  EXPECT_EQ(again.clip(a), before.clip(a));
  EXPECT_EQ(again.clip_features(a, 0), features);
  EXPECT_THAT(clips_.counts().decoded, IsEmpty());
  EXPECT_EQ(encoders_.counts.image_encoders, 1);
  EXPECT_EQ(encoders_.counts.clip_encoders, 1);
}

TEST_F(ExtractorClips, RepeatsTheRowsOfFramesThatAShortClipRepeats) {
  plan_.encoders = {FakeEncoders::use("first")};
  plan_.pixels = true;
  const auto a = add("a");
  clips_.clips["a"].frames = 3;
  const auto extraction = run();
  const auto indices = loaders::frame_indices(plan_.frame_rule, 3);
  ASSERT_EQ(indices.size(), 5U);
  EXPECT_EQ(encoders_.counts.images, 3);
  EXPECT_EQ(extraction.clip_features(a, 0), expected("a", indices, "first"));
  const auto pixels = extraction.clip_pixels(a);
  EXPECT_EQ(pixels.cells.rows, 5);
  ASSERT_EQ(pixels.motion.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(pixels.motion[i] == 0.0F, indices[i] == indices[i + 1]) << i;
}

TEST_F(ExtractorClips, LooksAtEqualContentOnce) {
  plan_.encoders = {FakeEncoders::use("first")};
  const auto a = add("a");
  clips_.clips["copy"].content = "a";
  const auto copy = add("copy");
  const auto ceiling = add("copy", ClipUse::ceiling);
  const auto extraction = run();
  EXPECT_THAT(clips_.counts().decoded, ElementsAre(std::pair("a", 1)));
  EXPECT_EQ(clips_.counts().hashed["copy"], 1);
  EXPECT_EQ(encoders_.counts.images, 5);
  EXPECT_EQ(extraction.clip(copy), extraction.clip(a));
  EXPECT_EQ(extraction.clip(ceiling), extraction.clip(a));
  EXPECT_EQ(extraction.clip_features(ceiling, 0), extraction.clip_features(a, 0));
}

TEST_F(ExtractorClips, LetsAShotStandForAClipOfTheReferenceSet) {
  plan_.encoders = {FakeEncoders::use("first")};
  plan_.clip_encoder = FakeEncoders::clip_use();
  plan_.clip_rule = {loaders::FrameRule::Kind::window, 4};
  clips_.clips["real"].content = "a";
  const auto real = add("real", ClipUse::reference_set);
  const auto a = add("a");
  const auto extraction = run();
  EXPECT_THAT(clips_.counts().decoded, ElementsAre(std::pair("a", 1)));
  EXPECT_EQ(encoders_.counts.clips, 1);
  EXPECT_EQ(extraction.clip(real), extraction.clip(a));
  std::vector<Image> window;
  for (const int index : loaders::frame_indices(plan_.clip_rule, 12))
    window.push_back(testing::FakeClips::frame("a", index));
  EXPECT_EQ(extraction.video_features(real).values, FakeEncoders::clip_feature(window));
}

TEST_F(ExtractorClips, ComputesOnlyTheVideoFeatureOfTheReferenceSet) {
  plan_.encoders = {FakeEncoders::use("first")};
  plan_.clip_encoder = FakeEncoders::clip_use();
  plan_.clip_rule = {loaders::FrameRule::Kind::window, 4};
  const auto real = add("real", ClipUse::reference_set);
  const auto brief = add("brief", ClipUse::reference_set);
  clips_.clips["brief"].frames = 3;
  const auto extraction = run();
  EXPECT_EQ(encoders_.counts.images, 0);
  EXPECT_EQ(encoders_.counts.clips, 1);
  EXPECT_EQ(extraction.clip(real).window.size(), 4U);
  EXPECT_TRUE(extraction.clip(brief).window.empty());
  EXPECT_FALSE(extraction.clip(brief).broken);
}

// The reference set's copy is done long before the shot is hashed.
TEST_F(ExtractorClips, ComputesEverythingOfAShotWhoseCopyOfLesserUseCameFirst) {
  plan_.encoders = {FakeEncoders::use("first")};
  plan_.clip_encoder = FakeEncoders::clip_use();
  plan_.clip_rule = {loaders::FrameRule::Kind::window, 4};
  settings_.decode_threads = 2;
  clips_.clips["real"].content = "slow";
  clips_.clips["slow"] = {.content = "slow", .hash_milliseconds = 300};
  const auto slow = add("slow");
  const auto real = add("real", ClipUse::reference_set);
  const auto extraction = run();
  EXPECT_EQ(clips_.counts().decoded["real"], 1);
  EXPECT_EQ(clips_.counts().decoded["slow"], 1);
  EXPECT_EQ(encoders_.counts.clips, 1);
  EXPECT_EQ(extraction.clip_features(slow, 0), expected("slow", midpoints(), "first"));
  EXPECT_EQ(extraction.video_features(slow), extraction.video_features(real));
  EXPECT_TRUE(extraction.clip(real).indices.empty());
}

TEST_F(ExtractorClips, UsesAReferenceClipWhoseCopyIsTooShortAsAShot) {
  plan_.frame_rule = {loaders::FrameRule::Kind::window, 16};
  plan_.clip_encoder = FakeEncoders::clip_use();
  plan_.clip_rule = {loaders::FrameRule::Kind::window, 4};
  const auto shot = add("a");
  const auto real = add("a", ClipUse::reference_set);
  const auto extraction = run();
  ASSERT_TRUE(extraction.clip(shot).broken);
  EXPECT_EQ(extraction.clip(shot).broken->cause, "12 frames decode, fewer than window:16 needs");
  EXPECT_FALSE(extraction.clip(real).broken);
  EXPECT_EQ(extraction.video_features(real).rows, 1);
}

TEST_F(ExtractorClips, DecodesTheRangesOfALongVideoInOnePass) {
  plan_.encoders = {FakeEncoders::use("first")};
  clips_.clips["film"] = {.content = "film", .frames = 40};
  const auto first = plan_.add_clip(range("film", 0, 12));
  const auto second = plan_.add_clip(range("film", 20, 32));
  const auto beyond = plan_.add_clip(range("film", 32, 50));
  const auto extraction = run();
  EXPECT_THAT(clips_.counts().passes, ElementsAre(ElementsAre(0, 20, 32)));
  EXPECT_EQ(clips_.counts().decoded["film"], 1);
  EXPECT_EQ(extraction.clip_features(first, 0), expected("film", midpoints(), "first"));
  auto later = midpoints();
  for (int& index : later) index += 20;
  EXPECT_EQ(extraction.clip_features(second, 0), expected("film", later, "first"));
  ASSERT_TRUE(extraction.clip(beyond).broken);
  EXPECT_EQ(extraction.clip(beyond).broken->kind, "bad_cuts");

  clips_.reset();
  plan_.add_clip(range("film", 5, 17));
  plan_.add_clip(range("film", 6, 18));
  static_cast<void>(run());
  EXPECT_THAT(clips_.counts().passes, ElementsAre(ElementsAre(32, 5, 6))) << "the stored again";
}

TEST_F(ExtractorClips, MeasuresEveryFrameOfShotsAloneAndOnce) {
  plan_.encoders = {FakeEncoders::use("first")};
  const auto shot = add("shot");
  const auto ceiling = add("ceiling", ClipUse::ceiling);
  static_cast<void>(run());  // a store without what all frames show
  EXPECT_EQ(encoders_.counts.images, 10);
  clips_.reset();
  plan_.pictures = true;
  const Extraction extraction = run();
  EXPECT_EQ(clips_.counts().decoded, (std::map<std::string, int>{{"shot", 1}}));
  EXPECT_EQ(encoders_.counts.images, 10) << "the features were there";
  LumaReducer reducer;
  PictureMeter meter;
  for (int i = 0; i < 12; ++i) meter.add(reducer.reduce(testing::FakeClips::frame("shot", i)));
  EXPECT_EQ(extraction.clip_pictures(shot), meter.result());
  EXPECT_THROW(static_cast<void>(extraction.clip_pictures(ceiling)), BadInput);
  clips_.reset();
  EXPECT_EQ(run().clip_pictures(shot), meter.result());
  EXPECT_TRUE(clips_.counts().decoded.empty());
}

TEST_F(ExtractorClips, KeepsABrokenClipAsAnOutcome) {
  plan_.encoders = {FakeEncoders::use("first")};
  const auto unreadable = add("unreadable");
  clips_.clips["unreadable"].unreadable = "a folder is in the way";
  const auto broken = add("broken");
  clips_.clips["broken"].broken_decode = "no frame decodes";
  const auto good = add("good");
  const auto extraction = run();
  EXPECT_EQ(extraction.clip(unreadable).broken,
            (ClipOutcome::Broken{"broken_video", "a folder is in the way"}));
  EXPECT_EQ(extraction.clip(broken).broken,
            (ClipOutcome::Broken{"broken_video", "no frame decodes"}));
  EXPECT_EQ(extraction.clip_features(good, 0), expected("good", midpoints(), "first"));
  EXPECT_EQ(extraction.statistics().clips_decoded, 1);
}

TEST_F(ExtractorClips, NeitherHashesNorOpensWhatIsKnown) {
  plan_.encoders = {FakeEncoders::use("first")};
  const auto a = add("a");
  const auto broken = add("broken");
  plan_.known.add(file("a"), {testing::FakeClips::hash("a"), {}}, "absent");
  plan_.known.add(file("broken"),
                  {testing::FakeClips::hash("broken"), ClipOutcome::Broken{"broken_video", "cut"}},
                  "absent");
  const auto extraction = run();
  EXPECT_THAT(clips_.counts().hashed, IsEmpty());
  EXPECT_THAT(clips_.counts().decoded, ElementsAre(std::pair("a", 1)));
  EXPECT_EQ(extraction.clip_features(a, 0), expected("a", midpoints(), "first"));
  EXPECT_EQ(extraction.clip(broken).broken->cause, "cut");
}

TEST_F(ExtractorClips, HashesAFileOnceHoweverOftenItIsNamed) {
  plan_.encoders = {FakeEncoders::use("first")};
  add("a");
  add("a");
  add("a", ClipUse::ceiling);
  static_cast<void>(run());
  EXPECT_EQ(clips_.counts().hashed["a"], 1);
}

TEST_F(ExtractorClips, EncodesReferencesOfEqualContentOnce) {
  plan_.encoders = {FakeEncoders::use("first"), FakeEncoders::use("second")};
  plan_.encoders[1].mirrored_references = true;
  plan_.pixels = true;
  const Image picture = testing::FakeClips::frame("reference", 0);
  clips_.pictures["a.png"] = clips_.pictures["b.png"] = picture;
  const std::string sha256 = testing::FakeClips::hash("reference");
  plan_.references = {{"a.png", sha256}, {"b.png", sha256}};
  const auto extraction = run();
  EXPECT_EQ(encoders_.counts.images, 3) << "one for the first encoder, two for the second";
  EXPECT_EQ(clips_.counts().read["a.png"], 1);
  EXPECT_THAT(clips_.counts().read, ElementsAre(std::pair("a.png", 1)));
  for (const std::size_t reference : {0U, 1U}) {
    EXPECT_EQ(extraction.reference_features(reference, 0).values,
              FakeEncoders::feature(picture, "first"));
    // Mirroring keeps the sum and brings the last pixel of the row to the front.
    const auto mirrored = extraction.reference_features(reference, 1, true).values;
    EXPECT_EQ(mirrored[1], static_cast<float>(picture.row(0)[7 * 3]) / 255.0F);
    EXPECT_EQ(extraction.reference_cells(reference).rows, 1);
  }
}

TEST_F(ExtractorClips, NamesAReferenceThatCannotBeRead) {
  plan_.encoders = {FakeEncoders::use("first")};
  plan_.references = {{"absent.png", testing::FakeClips::hash("absent")}};
  try {
    static_cast<void>(run());
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("absent.png"));
  }
}

}  // namespace
}  // namespace asbench::features
