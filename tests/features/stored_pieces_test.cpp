// What status sees of a store: features/stored_pieces.h and features/clip_memory.h.
#include "features/stored_pieces.h"

#include <gtest/gtest.h>

#include <fstream>

#include "features/clip_memory.h"
#include "features/shards.h"
#include "tests/features/extractor_fixture.h"

namespace asbench::features {
namespace {

/// Clips that are files too, so that they have an identity.
class StoredPieces : public ExtractorFixture {
 protected:
  StoredPieces() {
    plan_.encoders = {testing::FakeEncoders::use("clip")};
    settings_.remember_clips = true;
  }
  std::size_t add_file(const std::string& name) {
    const std::string path = files_ / name;
    std::ofstream(path) << name;
    return add(path);
  }
  [[nodiscard]] ClipLook look(std::size_t clip) const {
    return look_at_stored_clip(store_, plan_, request_sha256(plan_), clip);
  }
  testing::TemporaryFolder files_;
};

TEST_F(StoredPieces, AClipIsMissingThenDone) {
  const auto clip = add_file("a.mp4");
  EXPECT_EQ(look(clip).state, ClipState::missing);
  static_cast<void>(run());
  EXPECT_EQ(look(clip).state, ClipState::done);
}

TEST_F(StoredPieces, AnEntryThatIsGoneMakesItMissing) {
  const auto clip = add_file("a.mp4");
  static_cast<void>(run());
  std::filesystem::remove(entry_file(frame_key(plan_.clips[clip].source.path.string())));
  EXPECT_EQ(look(clip).state, ClipState::missing);
}

TEST_F(StoredPieces, AFileThatChangedIsMissing) {
  const auto clip = add_file("a.mp4");
  static_cast<void>(run());
  std::ofstream(files_ / "a.mp4") << "other content";
  EXPECT_EQ(look(clip).state, ClipState::missing);
}

TEST_F(StoredPieces, AnotherRequestHasNothing) {
  const auto clip = add_file("a.mp4");
  static_cast<void>(run());
  plan_.frame_rule = {loaders::FrameRule::Kind::midpoint, 3};
  EXPECT_EQ(look(clip).state, ClipState::missing);
}

TEST_F(StoredPieces, ABrokenClipHasFailedWithItsCause) {
  const auto broken = add_file("broken.mp4");
  const auto unreadable = add_file("unreadable.mp4");
  clips_.clips[plan_.clips[broken].source.path.string()].broken_decode = "ends early";
  clips_.clips[plan_.clips[unreadable].source.path.string()].unreadable = "no frames";
  static_cast<void>(run());
  ASSERT_EQ(look(broken).state, ClipState::failed);
  EXPECT_EQ(look(broken).broken->cause, "ends early");
  ASSERT_EQ(look(unreadable).state, ClipState::failed);
  EXPECT_EQ(look(unreadable).broken->cause, "no frames");
}

TEST_F(StoredPieces, EqualContentFailsUnderEveryName) {
  const auto first = add_file("a.mp4");
  const auto second = add_file("b.mp4");
  for (const auto clip : {first, second}) {
    auto& made_up = clips_.clips[plan_.clips[clip].source.path.string()];
    made_up.content = "the same";
    made_up.broken_decode = "ends early";
  }
  static_cast<void>(run());
  EXPECT_EQ(look(first).state, ClipState::failed);
  EXPECT_EQ(look(second).state, ClipState::failed);
}

TEST_F(StoredPieces, WithoutRememberingNothingIsKnown) {
  settings_.remember_clips = false;
  const auto clip = add_file("a.mp4");
  static_cast<void>(run());
  EXPECT_EQ(look(clip).state, ClipState::missing);
}

TEST_F(StoredPieces, CaptionsAreLookedFor) {
  plan_.encoders.front().text = true;
  plan_.captions = {"one", "two"};
  EXPECT_FALSE(has_caption(store_, plan_, 0));
  static_cast<void>(run());
  EXPECT_TRUE(has_caption(store_, plan_, 0));
  EXPECT_TRUE(has_caption(store_, plan_, 1));
}

TEST_F(StoredPieces, ReferencesAreLookedForMirroredToo) {
  const Image picture = testing::FakeClips::frame("reference", 0);
  clips_.pictures["r.png"] = picture;
  plan_.references.push_back({"r.png", testing::FakeClips::hash("reference")});
  EXPECT_FALSE(has_reference(store_, plan_, 0));
  static_cast<void>(run());
  EXPECT_TRUE(has_reference(store_, plan_, 0));
  plan_.encoders.front().mirrored_references = true;
  EXPECT_FALSE(has_reference(store_, plan_, 0));
}

}  // namespace
}  // namespace asbench::features
