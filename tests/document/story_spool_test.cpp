#include "document/story_spool.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "tests/document/every_field.h"
#include "tests/support/temporary_folder.h"

namespace asbench::document {
namespace {

using ::testing::HasSubstr;

/// As many stories as asked for, each with every field; no two have the same numbers.
std::vector<ResultStory> stories_with_every_field(std::size_t count) {
  const ResultStory story = testing::result_with_every_field().stories.at(0);
  std::vector<ResultStory> stories(count, story);
  for (std::size_t i = 0; i < count; ++i) {
    stories[i].id = fmt::format("story {}", i);
    stories[i].metrics.begin()->second.mean = 1.0 / static_cast<double>(3 + i);
  }
  return stories;
}

// 6,000 stories are some 20 MB of text: most of it lies in the file without a name.
TEST(StorySpool, GivesTheStoriesBackHoweverManyThereAre) {
  const asbench::testing::TemporaryFolder folder;
  for (const std::size_t count : {0, 1, 255, 256, 257, 6000}) {
    const auto stories = stories_with_every_field(count);
    StorySpool spool(folder / "r.json");
    for (const auto& story : stories) spool.add(story);
    for (int pass = 0; pass < 2; ++pass) {
      std::size_t next = 0;
      spool.for_each([&](const ResultStory& story) {
        ASSERT_LT(next, count);
        EXPECT_TRUE(story == stories[next]) << next << " of " << count;
        ++next;
      });
      EXPECT_EQ(next, count);
    }
  }
}

TEST(StorySpool, WritesTheDocumentOfTheStories) {
  const asbench::testing::TemporaryFolder folder;
  Result result = testing::result_with_every_field();
  for (const std::size_t count : {0, 257, 6000}) {
    result.stories = stories_with_every_field(count);
    StorySpool spool(folder / "r.json");
    for (const auto& story : result.stories) spool.add(story);
    const std::string text = to_json(result).dump(1) + "\n";
    result.stories.clear();
    write_result(folder / "r.json", result, spool);
    EXPECT_EQ(read_text_file(folder / "r.json"), text) << count;
  }
}

TEST(StorySpool, LeavesNoFileBehind) {
  const asbench::testing::TemporaryFolder folder;
  {
    StorySpool spool(folder / "r.json");
    for (const auto& story : stories_with_every_field(6000)) spool.add(story);
    EXPECT_TRUE(list_folder(folder.path()).empty());
  }
  EXPECT_TRUE(list_folder(folder.path()).empty());
}

TEST(StorySpool, SaysWhichStoryTheSchemaRefuses) {
  const asbench::testing::TemporaryFolder folder;
  auto stories = stories_with_every_field(300);
  stories[299].shots[0].number = 0;
  StorySpool spool(folder / "r.json");
  for (const auto& story : stories) spool.add(story);
  try {
    check_result(testing::result_with_every_field(), spool);
    FAIL() << "was taken";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("from story 256 on"));
    EXPECT_THAT(error.what(), HasSubstr("[stories][43]"));
  }
}

TEST(StorySpool, APartThatTheDescriptionDoesNotListIsRefusedWithItsPlace) {
  const asbench::testing::TemporaryFolder folder;
  const Result result = testing::result_with_every_field();
  auto stories = stories_with_every_field(300);
  stories[270].metrics["clip_i"].shots[0].parts.emplace("surprise", 1.0);
  StorySpool spool(folder / "r.json");
  for (const auto& story : stories) spool.add(story);
  try {
    write_result(folder / "r.json", result, spool);
    FAIL() << "was written";
  } catch (const InternalError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/stories/270/metrics/clip_i/shots/0/surprise"));
  }
  EXPECT_TRUE(list_folder(folder.path()).empty());
}

TEST(StorySpool, ReplacesBytesThatAreNotUtf8) {
  const asbench::testing::TemporaryFolder folder;
  auto story = stories_with_every_field(1).front();
  story.shots[0].columns = {{"na\xefve", "\xff"}};
  StorySpool spool(folder / "r.json");
  spool.add(story);
  spool.for_each([](const ResultStory& read) {
    EXPECT_EQ(read.shots[0].columns, (Json{{"na\xef\xbf\xbdve", "\xef\xbf\xbd"}}));
  });
}

}  // namespace
}  // namespace asbench::document
