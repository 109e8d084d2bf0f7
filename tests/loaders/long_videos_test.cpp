// One long video a story, cut into equal parts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "loaders/inspection.h"
#include "loaders/outputs.h"
#include "loaders/video/clip_reader.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::count_of;
using testing::TemporaryFolder;
using testing::write_text;

ShotSource part_of(const std::filesystem::path& file, int part, int parts) {
  return {.kind = ShotSource::Kind::video_part, .path = file, .part = part, .parts = parts};
}

TEST(EqualParts, CoverTheVideoOnceWhateverItsLength) {
  for (int frames = 1; frames <= 60; ++frames) {
    for (int parts = 1; parts <= 7; ++parts) {
      int next = 0;
      int shortest = frames;
      int longest = 0;
      for (int part = 0; part < parts; ++part) {
        const ShotSource range = part_of("a", part, parts).in_video_of(frames);
        EXPECT_EQ(range.kind, ShotSource::Kind::video_range);
        EXPECT_EQ(range.begin_frame, next);
        EXPECT_EQ(range.begin_frame, part * frames / parts);
        next = range.end_frame;
        shortest = std::min(shortest, range.end_frame - range.begin_frame);
        longest = std::max(longest, range.end_frame - range.begin_frame);
      }
      EXPECT_EQ(next, frames);
      EXPECT_LE(longest - shortest, 1);
    }
  }
}

TEST(EqualParts, AreTheFramesOfTheVideoToTheFrame) {
  const TemporaryFolder folder;
  const auto file = folder / "long.mkv";
  testing::make_video(file, {.frames = 23});
  const std::vector<FrameRule> rules = {FrameRule{.kind = FrameRule::Kind::all}};
  const DecodedClip whole = decode_clip({ShotSource::Kind::video_file, file}, rules);
  std::vector<ShotSource> parts;
  for (int part = 0; part < 4; ++part) parts.push_back(part_of(file, part, 4));
  const auto outcomes = decode_ranges(parts, rules);
  ASSERT_EQ(outcomes.size(), 4U);
  const std::vector<int> begins = {0, 5, 11, 17, 23};  // floor(k 23 / 4)
  for (std::size_t part = 0; part < 4; ++part) {
    const auto& clip = std::get<DecodedClip>(outcomes[part]);
    EXPECT_EQ(clip.begin_frame, begins[part]);
    ASSERT_EQ(clip.frame_count, begins[part + 1] - begins[part]);
    for (const auto& [index, frame] : clip.frames)
      EXPECT_EQ(frame_digest(frame), frame_digest(whole.frames.at(begins[part] + index)));
    // One alone is the same.
    EXPECT_EQ(clip_digest(decode_clip(parts[part], rules)), clip_digest(clip));
  }
  EXPECT_NE(content_sha256(parts[0]), content_sha256(parts[1]));
  EXPECT_NE(content_sha256(parts[0]), content_sha256(part_of(file, 0, 3)));
}

TEST(EqualParts, OfTooFewFramesAreNoParts) {
  const TemporaryFolder folder;
  const auto file = folder / "short.mkv";
  testing::make_video(file, {.frames = 3});
  std::vector<ShotSource> parts;
  for (int part = 0; part < 4; ++part) parts.push_back(part_of(file, part, 4));
  int broken = 0;
  for (const auto& outcome : decode_ranges(parts, std::vector<FrameRule>{FrameRule{}})) {
    const auto* cause = std::get_if<BrokenVideo>(&outcome);
    if (cause == nullptr) continue;
    ++broken;
    EXPECT_EQ(cause->kind(), "bad_cuts");
    EXPECT_EQ(cause->cause(), "3 frames can't be cut into 4 equal parts");
  }
  EXPECT_EQ(broken, 1);  // floor(3 k / 4): one part is empty
}

TEST(LongVideos, AreFoundAndCutWhenAskedFor) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 2, 3);
  for (const Story& story : split.stories)
    write_text(folder / fmt::format("{}_{}.webm", story.ip, story.prompt), "not opened here");
  const Outputs outputs = find_outputs(split, folder.path(), {.cuts = "equal"});
  EXPECT_EQ(outputs.layout, "{ip}_{prompt}.webm in equal parts");
  ASSERT_EQ(outputs.shots.size(), 12U);
  const ShotSource& last = outputs.shots.at({"ip_01/1", 3});
  EXPECT_EQ(last, part_of(folder / "ip_01_1.webm", 2, 3));
  EXPECT_EQ(count_of(outputs.findings, "detected_layout"), 1);
  EXPECT_EQ(outputs.findings.size(), 1U);
  const Outputs named =
      find_outputs(split, folder.path(), {.layout = "{ip}_{prompt}.webm", .cuts = "equal"});
  EXPECT_EQ(named.shots, outputs.shots);
  EXPECT_TRUE(named.findings.empty());
}

TEST(LongVideos, ThatNobodyAskedToCutAreNotGuessed) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 2, 3);
  for (const Story& story : split.stories)
    write_text(folder / fmt::format("{}_{}.webm", story.ip, story.prompt), "x");
  try {
    static_cast<void>(find_outputs(split, folder.path()));
    FAIL() << "a layout was taken";
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what())
                  .find("--layout '{ip}_{prompt}.webm' --cuts equal finds 4 of 4 stories"),
              std::string::npos)
        << error.what();
  }
}

TEST(LongVideos, WithACutListAreFoundUnderOtherNamesToo) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 2, 2);
  for (const Story& story : split.stories)
    write_text(folder / fmt::format("{}_{}.mkv", story.ip, story.prompt), "x");
  const std::string list = R"({"ip_00/0": [[0, 5], [5, 9]], "ip_00/1": [[0, 5], [5, 9]]})";
  write_text(folder / "cuts.json", list);
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.layout, "{ip}_{prompt}.mkv");
  EXPECT_EQ(outputs.shots.size(), 4U);
  std::filesystem::rename(folder / "cuts.json", folder / "other.json");
  const Outputs stated =
      find_outputs(split, folder.path(), {.cuts = (folder / "other.json").string()});
  EXPECT_EQ(stated.shots, outputs.shots);
}

TEST(LongVideos, NumberedFromZeroAreNotCutForTheWrongStories) {
  const TemporaryFolder folder;
  Split split = testing::made_split(1, 3, 2);
  for (Story& story : split.stories) {
    story.prompt = std::to_string(std::stoi(story.prompt) + 1);
    story.id = story.ip + "/" + story.prompt;
  }
  finish_split(split);
  for (int story = 0; story < 3; ++story)
    write_text(folder / fmt::format("ip_00/{}.mp4", story), "x");
  const Outputs outputs = find_outputs(split, folder.path(), {.cuts = "equal"});
  EXPECT_TRUE(outputs.shots.empty());
  ASSERT_EQ(count_of(outputs.findings, "zero_based_numbering"), 3);
  EXPECT_NE(outputs.findings.front().detail.find("--layout '{ip}/{prompt0}.mp4'"),
            std::string::npos)
      << outputs.findings.front().detail;
}

TEST(LongVideos, OfAStoryThatIsNotThereAreMissing) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 2, 3);
  write_text(folder / "ip_00/1.mp4", "x");
  const Outputs outputs = find_outputs(split, folder.path(), {.cuts = "equal"});
  EXPECT_EQ(outputs.layout, "{story}.mp4 in equal parts");
  EXPECT_EQ(outputs.shots.size(), 3U);
  EXPECT_EQ(count_of(outputs.findings, "missing_shot"), 3);
}

TEST(Cuts, ThatCantBeMadeAreRefused) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 2);
  write_text(folder / "ip_00/0/shot_01.mp4", "x");
  const auto refusal = [&](const OutputOptions& options) -> std::string {
    try {
      return find_outputs(split, folder.path(), options).layout;
    } catch (const UsageError& error) {
      return error.what();
    }
  };
  EXPECT_NE(refusal({.cuts = "equql"}).find("Did you mean equal?"), std::string::npos);
  EXPECT_NE(refusal({.layout = "default", .cuts = "equal"}).find("nothing to cut"),
            std::string::npos);
}

/// 128 x 96: a slope to the right, one upwards, a disc, a corner.
int level(std::size_t scene, int x, int y) {
  switch (scene) {
    case 0:
      return std::min(255, 2 * x);
    case 1:
      return 250 - 5 * y / 2;
    case 2:
      return (x - 40) * (x - 40) + (y - 48) * (y - 48) < 900 ? 230 : 30;
    default:
      return x > y ? 210 : 10;
  }
}

/// Frames of scenes of these lengths, whose pictures have nothing in common.
std::vector<Image> scenes(const std::vector<int>& lengths) {
  std::vector<Image> frames;
  for (std::size_t scene = 0; scene < lengths.size(); ++scene) {
    for (int i = 0; i < lengths[scene]; ++i) {
      Image frame(96, 128, 3);
      for (int y = 0; y < frame.height; ++y) {
        for (int x = 0; x < frame.width; ++x) {
          for (int c = 0; c < 3; ++c)
            frame.row(y)[3 * x + c] = static_cast<std::uint8_t>(level(scene, x + i % 4, y));
        }
      }
      frames.push_back(frame);
    }
  }
  return frames;
}

ShotSource detected(const std::filesystem::path& file, int part, int parts) {
  return {.kind = ShotSource::Kind::video_detected, .path = file, .part = part, .parts = parts};
}

TEST(DetectedShots, LieBetweenTheStrongestCuts) {
  const TemporaryFolder folder;
  const auto file = folder / "long.avi";
  testing::make_video_of(file, scenes({20, 31, 17, 25}));
  const std::vector<FrameRule> rules = {FrameRule{.kind = FrameRule::Kind::all}};
  const DecodedClip whole = decode_clip({ShotSource::Kind::video_file, file}, rules);
  std::vector<ShotSource> shots;
  for (int part = 0; part < 4; ++part) shots.push_back(detected(file, part, 4));
  const auto outcomes = decode_ranges(shots, rules);
  const std::vector<int> begins = {0, 20, 51, 68, 93};
  for (std::size_t part = 0; part < 4; ++part) {
    const auto& clip = std::get<DecodedClip>(outcomes[part]);
    EXPECT_EQ(clip.begin_frame, begins[part]);
    ASSERT_EQ(clip.frame_count, begins[part + 1] - begins[part]);
    EXPECT_EQ(frame_digest(clip.frames.begin()->second),
              frame_digest(whole.frames.at(begins[part])));
    EXPECT_EQ(clip_digest(decode_clip(shots[part], rules)), clip_digest(clip));
  }
  EXPECT_NE(content_sha256(shots[0]), content_sha256(shots[1]));
  EXPECT_NE(content_sha256(shots[0]), content_sha256(part_of(file, 0, 4)));
  // With fewer shots wanted than there are, the strongest cuts are taken.
  const auto two = decode_ranges(std::vector{detected(file, 0, 2), detected(file, 1, 2)}, rules);
  const int cut = std::get<DecodedClip>(two[1]).begin_frame;
  EXPECT_TRUE(cut == 20 || cut == 51 || cut == 68) << cut;
  EXPECT_EQ(std::get<DecodedClip>(two[0]).frame_count, cut);
  EXPECT_EQ(decode_clip(detected(file, 0, 1), rules).frame_count, 93);
}

TEST(DetectedShots, OfTooFewCutsAreNone) {
  const TemporaryFolder folder;
  const auto file = folder / "long.avi";
  testing::make_video_of(file, scenes({20, 31}));
  for (int part = 0; part < 3; ++part) {
    try {
      static_cast<void>(decode_clip(detected(file, part, 3), std::vector<FrameRule>{FrameRule{}}));
      FAIL();
    } catch (const BrokenVideo& broken) {
      EXPECT_EQ(broken.kind(), "bad_cuts");
      EXPECT_EQ(broken.cause(),
                "1 cut is found (cells@1), and 3 shots need 2; give a cut list (cuts.json)");
    }
  }
}

TEST(DetectedShots, AreFoundWhenAskedFor) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 2, 3);
  for (const Story& story : split.stories)
    testing::make_video_of(folder / fmt::format("{}.avi", story.id), scenes({20, 31, 17}));
  const Outputs outputs = find_outputs(split, folder.path(), {.cuts = "detect"});
  EXPECT_EQ(outputs.layout, "{story}.mp4 at the cuts of cells@1");
  ASSERT_EQ(outputs.shots.size(), 6U);
  const Inspection inspection = inspect_outputs(split, outputs);
  ASSERT_EQ(inspection.shots.size(), 6U);
  EXPECT_EQ(inspection.shots[1].frame_count, 31);
  EXPECT_EQ(inspection.shots[5].source->begin_frame, 51);
}

TEST(LongVideos, AreInspectedPartByPart) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 3);
  testing::make_video(folder / "ip_00/0.mkv", {.frames = 20});
  const Outputs outputs = find_outputs(split, folder.path(), {.cuts = "equal"});
  const Inspection inspection = inspect_outputs(split, outputs);
  ASSERT_EQ(inspection.shots.size(), 3U);
  EXPECT_EQ(inspection.shots[0].frame_count, 6);
  EXPECT_EQ(inspection.shots[1].frame_count, 7);
  EXPECT_EQ(inspection.shots[2].source->begin_frame, 13);
  EXPECT_EQ(inspection.shots[2].source->end_frame, 20);
}

}  // namespace
}  // namespace asbench::loaders
