#include "loaders/outputs/layout_template.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace asbench::loaders {
namespace {

const Story kStory{"film/7", "film", "7", {}};

std::string expanded(const char* text, int shot = 3) {
  return LayoutTemplate(text).expand(kStory, shot).string();
}

TEST(LayoutTemplate, FillsInEveryPlaceholder) {
  EXPECT_EQ(expanded("{story}/shot_{shot:02}.mp4"), "film/7/shot_03.mp4");
  EXPECT_EQ(expanded("{ip}/generated_video_{prompt}_{shot}_demo.mp4"),
            "film/generated_video_7_3_demo.mp4");
  EXPECT_EQ(expanded("{shot:04}/{ip}", 12345), "12345/film");
  EXPECT_EQ(expanded("./{story}.mp4"), "film/7.mp4");
}

TEST(LayoutTemplate, CountsFromAnotherNumber) {
  EXPECT_EQ(expanded("{ip}/{prompt0}/{shot0:03}.mp4"), "film/6/002.mp4");
  EXPECT_EQ(expanded("{ip}/{prompt1:02}/{shot0}.mp4", 1), "film/08/0.mp4");
  EXPECT_EQ(expanded("{ip}/{prompt:03}_{shot}.mp4"), "film/007_3.mp4");
  const LayoutTemplate layout("{ip}/{prompt0}/{shot}.mp4");
  for (const char* prompt : {"0", "day", "-1", "1a"}) {
    EXPECT_THROW(static_cast<void>(layout.expand({"f/1", "f", prompt, {}}, 1)), UsageError)
        << prompt;
  }
}

TEST(LayoutTemplate, TakesTheNameOfTheIp) {
  Story story = kStory;
  EXPECT_EQ(LayoutTemplate("{name}_{shot}.mp4").expand(story, 1), "film_1.mp4");
  story.ip = "set/film";
  EXPECT_EQ(LayoutTemplate("{name}_{shot}.mp4").expand(story, 1), "film_1.mp4");
  story.name = "A Film, or two";
  EXPECT_EQ(LayoutTemplate("{name}_{shot}.mp4").expand(story, 1), "A Film, or two_1.mp4");
  for (const char* name : {"..", "a\\b", "/etc"}) {
    story.name = name;
    EXPECT_THROW(static_cast<void>(LayoutTemplate("{name}/{shot}.mp4").expand(story, 1)),
                 UsageError);
  }
}

TEST(LayoutTemplate, KnowsWhetherItNamesShots) {
  EXPECT_TRUE(LayoutTemplate("{ip}/{shot0:02}").has_shot());
  EXPECT_TRUE(LayoutTemplate("{ip}/{shot:02}").has_shot());
  EXPECT_FALSE(LayoutTemplate("{story}.mp4").has_shot());
}

TEST(LayoutTemplate, RefusesWhatItCanNotRead) {
  for (const char* text :
       {"", "{shots}", "{shot:2}", "{shot:00}", "{shot:012}", "{ip", "ip}", "{}", "{ip:02}",
        "{story:02}", "{shot0:2}", "{shot00}", "{prompt2}", "{prompt0:}", "{name:02}",
        "/tmp/{story}/{shot}.mp4", "../{story}/{shot}.mp4", "a/../../{shot}"}) {
    EXPECT_THROW(LayoutTemplate{text}, UsageError) << text;
  }
}

TEST(LayoutTemplate, RefusesIdsThatLeadOutOfTheFolder) {
  const LayoutTemplate layout("{ip}/{prompt}/{shot}.mp4");
  for (const Story& story : {Story{"a/1", "..", "1", {}}, Story{"a/1", "a", "../../x", {}},
                             Story{"../a", "a", "1", {}}, Story{"a/1", "/etc", "1", {}}}) {
    EXPECT_THROW(static_cast<void>(layout.expand(story, 1)), BadInput);
  }
}

TEST(Inside, KeepsPathsBelowTheFolder) {
  EXPECT_EQ(inside("/out", "a/b.mp4", "t"), "/out/a/b.mp4");
  EXPECT_EQ(inside("/out", "a/../b.mp4", "t"), "/out/b.mp4");
  EXPECT_EQ(inside("/out", "/out/sub/b.mp4", "t"), "/out/sub/b.mp4");
  EXPECT_EQ(inside("/out", "..name/b.mp4", "t"), "/out/..name/b.mp4");
  for (const char* path : {"../b.mp4", "a/../../b.mp4", "/etc/passwd", "/outer/b.mp4", ".."}) {
    EXPECT_THROW(static_cast<void>(inside("/out", path, "t")), BadInput) << path;
  }
}

}  // namespace
}  // namespace asbench::loaders
