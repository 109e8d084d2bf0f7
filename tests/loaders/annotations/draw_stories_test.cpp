#include "loaders/annotations/draw_stories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace asbench::loaders {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Videos v00, v01, ... of `segments` stories each; story s has s + 1 characters, s + 2 shots, s
/// scenes, 30 (s + 1) seconds, and masks for all but one character of odd stories.
AnnotationIndex made_index(int videos, int segments) {
  AnnotationIndex index;
  for (int v = 0; v < videos; ++v) {
    IndexedFile& file = index.files.emplace_back();
    IndexedVideo& video = file.videos.emplace_back();
    video.id = (v < 10 ? "v0" : "v") + std::to_string(v);
    video.fps = 10.0;
    video.segments = static_cast<std::uint32_t>(segments);
    for (int s = 0; s < segments; ++s) {
      IndexedSegment& segment = file.segments.emplace_back();
      segment.index = s;
      segment.first_frame = 1000 * s;
      segment.end_frame = 1000 * s + 300 * (s + 1);
      segment.first_shot = static_cast<std::uint32_t>(file.shots.size());
      segment.shots = static_cast<std::uint32_t>(s + 2);
      segment.characters = static_cast<std::uint16_t>(s + 1);
      segment.scenes = static_cast<std::uint16_t>(s);
      segment.references = static_cast<std::uint16_t>(s + 1 - s % 2);
      file.shots.resize(file.shots.size() + segment.shots);
    }
  }
  return index;
}

std::set<std::string> ips_of(const DrawnStories& drawn) {
  std::set<std::string> ips;
  for (const std::string& id : drawn.stories) ips.insert(id.substr(0, id.find('/')));
  return ips;
}

TEST(DrawStories, SpreadsOverTheIps) {
  const DrawnStories drawn = draw_stories(made_index(20, 4), {}, {.stories = 20}, 1);
  EXPECT_THAT(drawn.stories, SizeIs(20));
  EXPECT_THAT(ips_of(drawn), SizeIs(20)) << "one of each";
  EXPECT_EQ(drawn.ips, 20U);
  EXPECT_EQ(drawn.of_stories, 80U);
  EXPECT_EQ(drawn.of_ips, 20U);
  EXPECT_THAT(ips_of(draw_stories(made_index(20, 4), {}, {.stories = 30}, 1)), SizeIs(20));
  EXPECT_THAT(draw_stories(made_index(20, 4), {}, {.stories = 80}, 1).stories, SizeIs(80));
}

TEST(DrawStories, TakesSoManyOfEachIp) {
  const DrawnStories drawn =
      draw_stories(made_index(20, 4), {}, {.stories = 12, .stories_per_ip = 3}, 1);
  EXPECT_THAT(ips_of(drawn), SizeIs(4));
  EXPECT_THAT(ips_of(draw_stories(made_index(20, 4), {}, {.stories = 8, .ips = 2}, 1)), SizeIs(2));
}

TEST(DrawStories, DependsOnTheSeedAndNotOnTheFiles) {
  AnnotationIndex index = made_index(30, 3);
  const auto first = draw_stories(index, {}, {.stories = 10}, 7).stories;
  EXPECT_EQ(draw_stories(index, {}, {.stories = 10}, 7).stories, first);
  EXPECT_NE(draw_stories(index, {}, {.stories = 10}, 8).stories, first);
  std::reverse(index.files.begin(), index.files.end());
  EXPECT_EQ(draw_stories(index, {}, {.stories = 10}, 7).stories, first);
  const auto more = draw_stories(index, {}, {.stories = 15}, 7).stories;
  EXPECT_TRUE(std::includes(more.begin(), more.end(), first.begin(), first.end()))
      << "a larger draw begins with the smaller one";
}

TEST(DrawStories, DrawsEveryStoryEquallyOften) {
  const AnnotationIndex index = made_index(5, 1);
  std::map<std::string, int> counts;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    for (const auto& id : draw_stories(index, {}, {.stories = 1}, seed).stories) ++counts[id];
  }
  // 400 expected, standard deviation 17.9; five of them.
  ASSERT_THAT(counts, SizeIs(5));
  for (const auto& [id, count] : counts) EXPECT_NEAR(count, 400, 90) << id;
}

TEST(DrawStories, FiltersByNumbersAndSaysWhatItLeftOut) {
  const AnnotationIndex index = made_index(3, 4);
  StoryFilter filter;
  filter.characters = {2, 3};
  DrawnStories drawn = draw_stories(index, filter, {.stories = 6}, 1);
  EXPECT_THAT(drawn.stories, ElementsAre("v00/1", "v00/2", "v01/1", "v01/2", "v02/1", "v02/2"));
  EXPECT_EQ(drawn.left_out.at("number of characters"), 6U);

  filter = {};
  filter.shots = {5, 5};
  EXPECT_THAT(draw_stories(index, filter, {.stories = 3}, 1).stories,
              ElementsAre("v00/3", "v01/3", "v02/3"));
  filter = {};
  filter.scenes = {0, 0};
  EXPECT_THAT(draw_stories(index, filter, {.stories = 3}, 1).stories,
              ElementsAre("v00/0", "v01/0", "v02/0"));
  filter = {};
  filter.least_seconds = 120.0;
  EXPECT_THAT(draw_stories(index, filter, {.stories = 3}, 1).stories,
              ElementsAre("v00/3", "v01/3", "v02/3"));
  filter = {};
  filter.with_references = true;
  drawn = draw_stories(index, filter, {.stories = 6}, 1);
  EXPECT_THAT(drawn.stories, ElementsAre("v00/0", "v00/2", "v01/0", "v01/2", "v02/0", "v02/2"));
  filter = {};
  filter.without_ips = {"v01", "another"};
  drawn = draw_stories(index, filter, {.stories = 8}, 1);
  EXPECT_THAT(ips_of(drawn), ElementsAre("v00", "v02"));
  EXPECT_EQ(drawn.left_out.at("listed as not to be drawn"), 4U);
}

TEST(DrawStories, LeavesOutDefectsDuplicatesAndPrologues) {
  AnnotationIndex index = made_index(2, 2);
  index.kinds = {"bad_time", "no_scene"};
  index.texts = {"why"};
  index.files[0].findings = {{0, 0, 0, 1, 1}, {0, 1, 0, 0, 1}};
  index.files[1].videos[0].is_duplicate = true;
  StoryFilter filter;
  filter.is_defect = [](std::string_view kind) { return kind == "bad_time"; };
  EXPECT_THAT(draw_stories(index, filter, {.stories = 1}, 1).stories, ElementsAre("v00/0"));
  EXPECT_THROW(static_cast<void>(draw_stories(index, filter, {.stories = 2}, 1)), UsageError);

  index.files[0].shots[0].flags = IndexedShot::prologue_or_epilogue;
  StoryFilter two_shots;
  two_shots.shots = {2, 2};
  EXPECT_THROW(static_cast<void>(draw_stories(index, two_shots, {.stories = 1}, 1)), UsageError);
}

TEST(DrawStories, RefusesWhatCannotBeDrawn) {
  StoryFilter filter;
  filter.scenes = {9, 9};
  try {
    static_cast<void>(draw_stories(made_index(3, 2), filter, {.stories = 1}, 1));
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("number of scenes: 6 stories"));
  }
  for (const DrawSize& size : {DrawSize{.stories = 0}, DrawSize{.stories = 1, .ips = 0},
                               DrawSize{.stories = 1, .stories_per_ip = 0}})
    EXPECT_THROW(static_cast<void>(draw_stories(made_index(3, 2), {}, size, 1)), UsageError);
}

}  // namespace
}  // namespace asbench::loaders
