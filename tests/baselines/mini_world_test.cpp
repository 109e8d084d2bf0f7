#include "baselines/mini_world/mini_world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "baselines/mini_world/render.h"
#include "core/error.h"
#include "core/hash.h"
#include "loaders/image_file.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "loaders/video/clip_reader.h"
#include "tests/support/temporary_folder.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;

MiniWorldOptions small() {
  MiniWorldOptions options;
  options.ips = 2;
  options.stories_per_ip = 2;
  options.clips_per_ip = 1;
  options.frames = 4;
  return options;
}

MiniWorldFolders render(const MiniWorldOptions& options, const fs::path& folder) {
  Progress progress("test", clips_in(options), Progress::Style::quiet);
  return render_mini_world(options, folder, progress);
}

double mean_difference(const Image& a, const Image& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i)
    sum += std::abs(static_cast<double>(a.bytes[i]) - b.bytes[i]);
  return sum / static_cast<double>(a.bytes.size());
}

ShotScript some_shot(Action action = Action::walk) {
  ShotScript shot;
  shot.character = make_cast(Cast::demo, 0, 1).front();
  shot.setting = settings_of(Cast::demo).front();
  shot.action = action;
  return shot;
}

TEST(MiniWorld, IsASplitInTheTestSetFormWithItsOwnVideos) {
  const TemporaryFolder folder;
  const auto folders = render(small(), folder.path());
  const auto split = loaders::read_split(folders.split);
  EXPECT_EQ(split.form, "test-set");
  EXPECT_EQ(split.ips.size(), 2U);
  EXPECT_EQ(split.stories.size(), 4U);
  EXPECT_EQ(split.shot_count(), 16U);
  for (const auto& ip : split.ips) {
    EXPECT_EQ(ip.references.size(), 1U);
    ASSERT_EQ(ip.clips.size(), 1U);
    EXPECT_TRUE(fs::exists(ip.clips.front().file));
    EXPECT_TRUE(ip.clips.front().caption);
  }
  for (const auto& finding : split.findings)
    EXPECT_EQ(finding.kind, "story_count") << finding.detail;
  const auto outputs = loaders::find_outputs(split, folders.ground_truth);
  EXPECT_EQ(outputs.shots.size(), 16U);
  const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
  EXPECT_EQ(loaders::decode_clip(outputs.shots.begin()->second, all).frame_count, 4);
  EXPECT_TRUE(is_mini_world(folders.split));
  EXPECT_FALSE(is_mini_world(folders.ground_truth));
}

TEST(MiniWorld, TheManifestAddsWhatTheShotsLookLike) {
  const TemporaryFolder folder;
  const auto folders = render(small(), folder.path());
  auto split = loaders::read_split(folders.manifest);
  EXPECT_EQ(split.form, "manifest");
  for (auto& story : split.stories) {
    for (auto& shot : story.shots) {
      ASSERT_TRUE(shot.descriptive_caption);
      EXPECT_NE(shot.descriptive_caption->find("shot, the camera "), std::string::npos)
          << *shot.descriptive_caption;
      EXPECT_NE(shot.caption, shot.descriptive_caption);
      shot.descriptive_caption.reset();
    }
  }
  loaders::finish_split(split);
  EXPECT_EQ(split.sha256, loaders::read_split(folders.split).sha256) << "nothing else differs";
  EXPECT_TRUE(is_mini_world(folders.manifest));
  EXPECT_FALSE(is_mini_world(folder.path() / "other.json"));
}

TEST(MiniWorld, NamesItsCodec) {
  const TemporaryFolder folder;
  const auto folders = render(small(), folder.path());
  EXPECT_EQ(read_json_file(folders.split / "mini_world.json").at("codec"), folders.codec);
  EXPECT_TRUE(folders.codec == "h264/mp4" || folders.codec == "mjpeg/avi") << folders.codec;
}

TEST(MiniWorld, TheDemoCastIsLargeEnoughAndNoTwoLookAlike) {
  EXPECT_GE(characters_in(Cast::demo), 12);
  const auto cast = make_cast(Cast::demo, 0, characters_in(Cast::demo));
  std::vector<Image> looks;
  for (const auto& character : cast) {
    looks.emplace_back(64, 64, 4);
    const Image reference = render_reference(character);
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 64; ++x)
        std::copy_n(reference.row(y * reference.height / 64) + 4 * (x * reference.width / 64), 4,
                    looks.back().row(y) + 4 * x);
    }
  }
  for (std::size_t one = 0; one < looks.size(); ++one) {
    for (std::size_t other = 0; other < one; ++other) {
      EXPECT_GT(mean_difference(looks[one], looks[other]), 20.0)
          << cast[one].words() << " and " << cast[other].words();
    }
  }
  EXPECT_GE(settings_of(Cast::demo).size(), 8U);
}

TEST(MiniWorld, TheTwoCastsShareNoCharacterAndNoSetting) {
  std::set<std::pair<Species, std::size_t>> demo;
  for (const auto& character : make_cast(Cast::demo, 0, characters_in(Cast::demo)))
    demo.emplace(character.species, character.colour);
  for (const auto& character : make_cast(Cast::training, 7, characters_in(Cast::training))) {
    EXPECT_FALSE(demo.contains({character.species, character.colour})) << character.words();
  }
  for (const auto& setting : settings_of(Cast::training)) {
    for (const auto& other : settings_of(Cast::demo)) EXPECT_NE(setting.words(), other.words());
  }
}

TEST(MiniWorld, EqualOptionsDrawEqualPicturesAndAnotherSeedOthers) {
  const auto characters = make_cast(Cast::demo, 0, 3);
  const auto settings = settings_of(Cast::demo);
  const RenderFormat format;
  const auto first = write_story(characters[1], settings, 5, 0, 4);
  const auto again = write_story(characters[1], settings, 5, 0, 4);
  const auto other = write_story(characters[1], settings, 6, 0, 4);
  EXPECT_EQ(render_frame(first[2], format, 7), render_frame(again[2], format, 7));
  EXPECT_NE(render_frame(first[2], format, 7), render_frame(other[2], format, 7));
}

TEST(MiniWorld, EveryActionMovesAndEveryFrameDiffersFromTheLast) {
  const RenderFormat format;
  for (std::size_t action = 0; action < kActions.size(); ++action) {
    const ShotScript shot = some_shot(static_cast<Action>(action));
    double most = 0.0;
    for (int frame = 1; frame < format.frames; ++frame) {
      most = std::max(
          most, mean_difference(render_frame(shot, format, 0), render_frame(shot, format, frame)));
    }
    EXPECT_GT(most, 1.0) << kActions[action].verb;
  }
}

TEST(MiniWorld, CaptionsSayWhoDoesWhatWhere) {
  const ShotScript shot = some_shot(Action::jump);
  const std::string caption = shot.narrative("The");
  EXPECT_EQ(caption, "The red striped cat with a green cap jumps on the beach by day.");
  EXPECT_NE(shot.descriptive().find("jumping on the beach by day"), std::string::npos);
}

TEST(MiniWorld, EachShotPlaysElsewhereAndStoriesOfACharacterShareNoSetting) {
  const auto character = make_cast(Cast::demo, 0, 1).front();
  const auto settings = settings_of(Cast::demo);
  std::set<Place> seen;
  for (int story = 0; story < 3; ++story) {
    for (const auto& shot : write_story(character, settings, 3, story, 4)) {
      EXPECT_TRUE(seen.insert(shot.setting.place).second)
          << "story " << story << " comes back " << shot.setting.words();
    }
  }
}

TEST(MiniWorld, ActionsOfAStoryDiffer) {
  const auto character = make_cast(Cast::demo, 0, 1).front();
  const auto settings = settings_of(Cast::demo);
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    std::set<Action> seen;
    for (const auto& shot : write_story(character, settings, seed, 0, 4))
      EXPECT_TRUE(seen.insert(shot.action).second) << "seed " << seed;
  }
}

TEST(MiniWorld, AReferenceIsTheCharacterOnNothing) {
  for (const auto& character : make_cast(Cast::demo, 0, characters_in(Cast::demo))) {
    const Image reference = render_reference(character);
    ASSERT_EQ(reference.channels, 4);
    std::size_t covered = 0;
    for (std::size_t pixel = 0; pixel < reference.bytes.size() / 4; ++pixel) {
      const auto* rgba = &reference.bytes[4 * pixel];
      if (rgba[3] > 0)
        ++covered;
      else
        EXPECT_EQ(rgba[0] + rgba[1] + rgba[2], 0) << "colour where nothing is";
    }
    const double share =
        static_cast<double>(covered) / (static_cast<double>(reference.bytes.size()) / 4.0);
    EXPECT_GT(share, 0.3) << character.words();
    EXPECT_LT(share, 0.95) << character.words();
  }
}

TEST(MiniWorld, GoesOnWhereItWasAndKeepsWhatIsFinished) {
  const TemporaryFolder folder;
  const auto options = small();
  const auto folders = render(options, folder.path());
  EXPECT_EQ(folders.rendered_clips, clips_in(options));
  const auto split = loaders::read_split(folders.split);
  const fs::path clip = split.ips.front().clips.front().file;
  const std::string before = sha256_file(clip);
  fs::remove(clip);
  EXPECT_EQ(render(options, folder.path()).rendered_clips, 1);
  EXPECT_EQ(sha256_file(clip), before);
}

TEST(MiniWorld, RefusesAFolderOfOtherOptionsAndOptionsOutOfRange) {
  const TemporaryFolder folder;
  auto options = small();
  options.ips = 1;
  options.stories_per_ip = 1;
  render(options, folder.path());
  options.seed = 9;
  EXPECT_THROW(render(options, folder.path()), UsageError);
  options.ips = 1000;
  EXPECT_THROW(render(options, folder.path() / "other"), UsageError);
}

TEST(MiniWorld, SaysThatAFolderCanNotBeMade) {
  EXPECT_THROW(render(small(), "/proc/nowhere"), SystemFault);
}

}  // namespace
}  // namespace asbench::baselines
