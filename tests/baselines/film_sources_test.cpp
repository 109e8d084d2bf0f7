// Drawn films, their annotations and their videos, read together: reference pictures are those that
// were drawn, boundaries come back to the cuts, and what one pass over a video gave is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "baselines/mini_world/film_world.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "loaders/findings.h"
#include "loaders/image_file.h"
#include "loaders/merge_splits.h"
#include "loaders/outputs.h"
#include "loaders/selection.h"
#include "loaders/split.h"
#include "tests/support/temporary_folder.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using loaders::SourceRules;
using loaders::Split;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FilmSources : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    FilmWorldOptions options;
    options.width = 96;
    options.height = 64;
    world_ = write_film_world(options, folder_->path() / "world");
    truth_ = loaders::read_split(world_.manifest);
  }
  static void TearDownTestSuite() { folder_.reset(); }

  SourceRules rules(const char* boundaries = "as-given") const {
    SourceRules rules;
    rules.videos = world_.videos.string();
    rules.boundaries = loaders::parse_boundary_rule(boundaries);
    rules.references = loaders::ReferenceChoice::all;
    rules.pictures = own_.path() / "pictures";
    return rules;
  }
  static Split read(const SourceRules& rules) {
    return loaders::read_split(world_.annotations, std::nullopt, {}, rules);
  }

  static std::unique_ptr<TemporaryFolder> folder_;
  static FilmWorld world_;
  static Split truth_;
  TemporaryFolder own_;
};
std::unique_ptr<TemporaryFolder> FilmSources::folder_;
FilmWorld FilmSources::world_;
Split FilmSources::truth_;

Image picture_of(const fs::path& file) {
  return loaders::decode_picture(read_text_file(file), file.string()).image;
}

/// Equal where the subject is; a picture of ours keeps the colours around it.
void expect_same_subject(const fs::path& ours, const fs::path& drawn) {
  const Image a = picture_of(ours);
  const Image b = picture_of(drawn);
  ASSERT_EQ(a.bytes.size(), b.bytes.size());
  std::size_t subject = 0;
  for (std::size_t i = 0; i < a.bytes.size(); i += 4) {
    ASSERT_EQ(a.bytes[i + 3], b.bytes[i + 3]) << ours << " pixel " << i / 4;
    if (a.bytes[i + 3] == 0) continue;
    ++subject;
    for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(a.bytes[i + c], b.bytes[i + c]);
  }
  EXPECT_GT(subject, 0U);
}

TEST_F(FilmSources, GiveTheReferencesThatWereDrawn) {
  const Split split = read(rules());
  ASSERT_EQ(split.stories.size(), truth_.stories.size());
  int pictures = 0;
  for (std::size_t s = 0; s < split.stories.size(); ++s) {
    for (std::size_t c = 0; c < split.stories[s].characters.size(); ++c) {
      const loaders::Character& ours = split.stories[s].characters[c];
      const loaders::Character& drawn = truth_.stories[s].characters[c];
      ASSERT_EQ(ours.references.size(), drawn.references.size()) << ours.id;
      for (std::size_t i = 0; i < ours.references.size(); ++i) {
        const auto at = std::find(drawn.reference_frames.begin(), drawn.reference_frames.end(),
                                  ours.reference_frames[i]);
        ASSERT_NE(at, drawn.reference_frames.end());
        expect_same_subject(
            ours.references[i],
            drawn.references[static_cast<std::size_t>(at - drawn.reference_frames.begin())]);
        ++pictures;
      }
      EXPECT_TRUE(std::is_sorted(ours.reference_frames.begin(), ours.reference_frames.end()));
    }
  }
  EXPECT_GT(pictures, 8);
  const auto kinds = loaders::count_by_kind(split.findings);
  for (const char* kind : {"missing_reference", "video_missing", "video_unreadable", "vfr"})
    EXPECT_FALSE(kinds.contains(kind)) << kind;
  EXPECT_EQ(split.ips.at(0).video, world_.videos / (split.ips[0].id + ".mp4"));
  EXPECT_FALSE(split.source.has_value()) << "nothing differs from the annotation";
}

// Shots of one scene share their background, and between such a cut may be missed: the boundary
// then stays where the annotation has it, as do the ends of stories, where the film goes on to no
// other shot of theirs. A boundary that moves must come to the drawn cut, to the frame.
TEST_F(FilmSources, SnapBringsBackTheDrawnShots) {
  const Split given = read(rules());
  const Split snapped = read(rules("snap"));
  int restored = 0;
  for (std::size_t s = 0; s < snapped.stories.size(); ++s) {
    const auto& shots = snapped.stories[s].shots;
    const auto& drawn = truth_.stories[s].shots;
    const auto& before = given.stories[s].shots;
    EXPECT_EQ(shots.front().source->begin_frame, drawn.front().source->begin_frame);
    EXPECT_EQ(shots.back().source->end_frame, before.back().source->end_frame);
    for (std::size_t i = 1; i < shots.size(); ++i) {
      const int boundary = shots[i].source->begin_frame;
      EXPECT_EQ(boundary, shots[i - 1].source->end_frame);
      const int truth = drawn[i].source->begin_frame;
      const int annotated = before[i].source->begin_frame;
      const bool same_scene = drawn[i].scene == drawn[i - 1].scene;
      EXPECT_TRUE(boundary == truth || (same_scene && boundary == annotated))
          << snapped.stories[s].id << " shot " << i + 1 << ": " << boundary << ", drawn " << truth
          << ", annotated " << annotated;
      restored += boundary == truth && annotated != truth ? 1 : 0;
    }
  }
  EXPECT_GE(restored, 8);
  ASSERT_TRUE(snapped.source.has_value());
  EXPECT_EQ(snapped.source->boundaries, "snap[cells@1]");
  EXPECT_EQ(snapped.source->shifts.moved, restored);
  EXPECT_LE(snapped.source->shifts.seconds.value().back(), 1.0);
  EXPECT_NE(snapped.sha256, given.sha256);
}

TEST_F(FilmSources, AManifestKeepsThem) {
  const Split split = read(rules("snap"));
  const fs::path file = own_.path() / "split.json";
  write_json_file(file, loaders::split_to_manifest(split, own_.path()));
  const Split again = loaders::read_split(file);
  EXPECT_EQ(again.sha256, split.sha256);
  EXPECT_EQ(again.source, split.source);
  EXPECT_EQ(again.stories.at(0).characters, split.stories.at(0).characters);
  try {
    static_cast<void>(loaders::read_split(file, std::nullopt, {}, rules()));
    FAIL() << "a manifest has no videos to be read with";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("this split has the form manifest"));
  }
}

TEST_F(FilmSources, MergeOnlyWithThoseOfTheSameRule) {
  const std::vector<Split> alike = {read(rules("snap")), read(rules("snap"))};
  EXPECT_EQ(loaders::merge_splits(alike, "both").source->boundaries, "snap[cells@1]");
  const std::vector<Split> different = {read(rules("snap")), read(rules("trim:0.1"))};
  EXPECT_THROW(static_cast<void>(loaders::merge_splits(different, "both")), BadInput);
}

TEST_F(FilmSources, AreKeptUntilTheVideoOrThePicturesChange) {
  ASSERT_EQ(setenv("ASBENCH_CACHE", (own_.path() / "cache").c_str(), 1), 0);
  const fs::path videos = own_.path() / "films";
  fs::copy(world_.videos, videos);
  SourceRules kept = rules("snap");
  kept.pictures.reset();
  kept.videos = videos.string();
  const auto records = [&] {
    std::map<fs::path, fs::file_time_type> times;
    for (const auto& entry : fs::recursive_directory_iterator(own_.path() / "cache")) {
      if (entry.path().filename() == "joined.json") times[entry.path()] = entry.last_write_time();
    }
    return times;
  };
  const Split first = read(kept);
  const auto written = records();
  EXPECT_EQ(written.size(), first.ips.size());
  const Split second = read(kept);
  EXPECT_EQ(second.sha256, first.sha256);
  EXPECT_EQ(second.findings, first.findings);
  EXPECT_EQ(second.source, first.source);
  EXPECT_EQ(records(), written) << "nothing was made again";

  const fs::path picture = first.stories.at(0).characters.at(0).references.at(0);
  std::ofstream(picture, std::ios::app) << "damage";
  EXPECT_EQ(read(kept).sha256, first.sha256);
  EXPECT_NE(records(), written) << "a damaged picture is made again";

  fs::copy_file(videos / (first.ips.at(1).id + ".mp4"), videos / (first.ips.at(0).id + ".mp4"),
                fs::copy_options::overwrite_existing);
  EXPECT_NE(read(kept).sha256, first.sha256) << "another video gives other pictures";
  EXPECT_GT(records().size(), written.size());
}

TEST_F(FilmSources, LieInAnyFolderAlsoOneWhoseNameIsNotUtf8) {
  ASSERT_EQ(setenv("ASBENCH_CACHE", (own_.path() / "cache").c_str(), 1), 0);
  const fs::path folder = own_.path() / "vid\xE9os";
  fs::create_directories(folder);
  const std::string film = truth_.ips.at(0).id;
  const std::string damaged = truth_.ips.at(1).id;
  fs::copy_file(world_.videos / (film + ".mp4"), folder / (film + ".mp4"));
  std::ofstream(folder / (damaged + ".mp4")) << "no video";
  SourceRules latin = rules();
  latin.pictures.reset();
  latin.videos = folder.string();
  const Split first = read(latin);
  EXPECT_EQ(loaders::count_by_kind(first.findings).at("video_unreadable"), 1);
  const Split again = read(latin);
  EXPECT_EQ(again.sha256, first.sha256);
  for (const loaders::Story& story : first.stories) {
    for (const loaders::Character& character : story.characters)
      EXPECT_EQ(character.references.empty(), story.ip == damaged) << story.id;
  }
}

TEST_F(FilmSources, SayWhatAMissingVideoTakesAway) {
  SourceRules partly = rules("snap");
  const fs::path videos = own_.path() / "films";
  fs::create_directories(videos);
  const std::string there = truth_.ips.at(0).id;
  const std::string absent = truth_.ips.at(1).id;
  fs::copy_file(world_.videos / (there + ".mp4"), videos / (there + ".mp4"));
  std::ofstream(videos / (absent + ".mkv")) << "no video";
  partly.videos = videos.string();
  const auto broken = loaders::count_by_kind(read(partly).findings);
  EXPECT_EQ(broken.at("video_unreadable"), 1);
  fs::remove(videos / (absent + ".mkv"));
  const Split split = read(partly);
  const auto kinds = loaders::count_by_kind(split.findings);
  EXPECT_EQ(kinds.at("video_missing"), 1);
  EXPECT_GE(kinds.at("missing_reference"), 4);
  for (const loaders::Story& story : split.stories) {
    for (const loaders::Character& character : story.characters)
      EXPECT_EQ(character.references.empty(), story.ip == absent) << story.id;
    for (const loaders::Shot& shot : story.shots) EXPECT_TRUE(shot.source.has_value());
  }
}

TEST_F(FilmSources, AreTheShotsOfRealStories) {
  const loaders::Outputs outputs =
      loaders::find_outputs(truth_, world_.videos, {.layout = "source", .cuts = "list"});
  EXPECT_EQ(outputs.layout, "source");
  EXPECT_THAT(outputs.findings, IsEmpty());
  ASSERT_EQ(outputs.shots.size(), truth_.shot_count());
  const loaders::Story& story = truth_.stories.at(1);
  const loaders::ShotSource& source = outputs.shots.at({story.id, 2});
  EXPECT_EQ(source.begin_frame, story.shots[1].source->begin_frame);
  EXPECT_EQ(source.end_frame, story.shots[1].source->end_frame);

  Split partly = truth_;
  partly.stories[0].shots[0].source.reset();
  partly.stories[0].shots[1].source.reset();
  EXPECT_EQ(loaders::count_by_kind(
                loaders::find_outputs(partly, world_.videos, {.layout = "source", .cuts = "list"})
                    .findings)
                .at("missing_shot"),
            2);
  const auto elsewhere = loaders::find_outputs(truth_, own_.path(), {"source", "list"});
  EXPECT_THAT(elsewhere.shots, IsEmpty());
  EXPECT_EQ(loaders::count_by_kind(elsewhere.findings).at("video_missing"), 2);
  EXPECT_THROW(static_cast<void>(loaders::find_outputs(truth_, world_.videos, {"source", "equal"})),
               UsageError);
}

}  // namespace
}  // namespace asbench::baselines
