// Outputs under other names and numbers, through inspect and score.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/cli/mini_benchmark.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

/// One benchmark for all tests of this file, which only read it.
const MiniBenchmark& mini() {
  static const MiniBenchmark benchmark;
  return benchmark;
}

/// Links every shot of the benchmark below another folder under a name made of story and number.
template <typename Name>
fs::path renamed(const std::string& folder, Name name) {
  for (const char* story : {"cat/1", "cat/3", "dog/2"}) {
    for (int shot = 1; shot <= 4; ++shot) {
      const fs::path to = mini().root() / folder / name(story, shot);
      fs::create_directories(to.parent_path());
      fs::create_hard_link(mini().video(story, shot), to);
    }
  }
  return mini().root() / folder;
}

ProgramResult inspect(const fs::path& outputs, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"inspect", "--split", mini().split(), "--outputs", outputs};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(asbench_program(), arguments);
}

TEST(OutputLayout, ShotsNumberedFromZeroAreNeverScoredAgainstTheCaptionBefore) {
  const fs::path outputs = renamed("zero", [](const std::string& story, int shot) {
    return fmt::format("{}/shot_{:02}.mp4", story, shot - 1);
  });
  // Under a layout that counts from 1, no policy scores them.
  const auto looked = inspect(outputs, {"--layout", "default"});
  EXPECT_EQ(looked.exit_code, 2);
  EXPECT_NE(looked.out.find("zero_based_numbering (3)"), std::string::npos) << looked.out;
  for (const char* policy : {"fail", "zero", "exclude"}) {
    const auto run =
        mini().score("zero", {"--outputs", outputs, "--layout", "default", "--missing", policy});
    EXPECT_EQ(run.exit_code, 2) << policy;
    EXPECT_NE(run.err.find("shot_00.mp4 is there and cat/1/shot_04.mp4 is not"), std::string::npos)
        << run.err;
    EXPECT_NE(run.err.find("--layout '{story}/shot_{shot0:02}.mp4'"), std::string::npos) << run.err;
    EXPECT_FALSE(fs::exists(mini().root() / "zero.json")) << policy;
  }
  const auto right =
      mini().score("right", {"--outputs", outputs, "--layout", "{story}/shot_{shot0:02}.mp4"});
  ASSERT_EQ(right.exit_code, 0) << right.err;
  ASSERT_EQ(mini().score("plain").exit_code, 0);
  EXPECT_EQ(first_difference(mini().document("right").at("stories"),
                             mini().document("plain").at("stories")),
            "");
  // All of 0 to 3 are there and nothing beyond: auto can tell, and says so.
  const auto seen = inspect(outputs);
  EXPECT_EQ(seen.exit_code, 0) << seen.out;
  EXPECT_NE(seen.out.find("numbered_from_zero (1, information)"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find("shot_00.mp4 is shot 1 of story cat/1"), std::string::npos) << seen.out;
  ASSERT_EQ(mini().score("auto", {"--outputs", outputs}).exit_code, 0);
  EXPECT_EQ(first_difference(mini().document("auto").at("stories"),
                             mini().document("plain").at("stories")),
            "");
  // With one file lost, it can't.
  fs::remove(outputs / "cat/3/shot_02.mp4");
  EXPECT_EQ(inspect(outputs).exit_code, 2);
  EXPECT_EQ(mini().score("lost", {"--outputs", outputs, "--missing", "zero"}).exit_code, 2);
}

TEST(OutputLayout, StoriesNumberedFromZeroAreScoredUnderNoPolicy) {
  // The cat's prompts are 1 and 3: the outputs count them from 0.
  const fs::path outputs = renamed("zero-stories", [](const std::string& story, int shot) {
    const std::string other = story == "cat/1" ? "cat/0" : story == "cat/3" ? "cat/2" : story;
    return fmt::format("{}/shot_{:02}.mp4", other, shot);
  });
  EXPECT_EQ(inspect(outputs).exit_code, 2);
  for (const char* policy : {"zero", "exclude"}) {
    const auto run = mini().score("stories", {"--outputs", outputs, "--missing", policy});
    EXPECT_EQ(run.exit_code, 2) << policy;
    EXPECT_NE(run.err.find("number its stories from 0"), std::string::npos) << run.err;
  }
}

TEST(OutputLayout, OtherEndingsAndPaddingGiveTheSameScores) {
  const fs::path outputs = renamed("other", [](const std::string& story, int shot) {
    return fmt::format("{}/Shot_{}.MP4", story, shot);
  });
  EXPECT_EQ(inspect(outputs).exit_code, 0);
  ASSERT_EQ(mini().score("other", {"--outputs", outputs}).exit_code, 0);
  ASSERT_EQ(mini().score("plain").exit_code, 0);
  EXPECT_EQ(first_difference(mini().document("other").at("stories"),
                             mini().document("plain").at("stories")),
            "");
}

TEST(OutputLayout, FilesThatFitNoLayoutGetACommandToPaste) {
  const fs::path outputs = renamed("take", [](const std::string& story, int shot) {
    return fmt::format("videos/{}-take{}.MP4", story, shot);
  });
  for (const auto& run : {inspect(outputs, {"--layout", "default"}),
                          mini().score("take", {"--outputs", outputs, "--layout", "default"})}) {
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_NE(run.err.find("12 videos (.MP4)"), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("--layout 'videos/{story}-take{shot}.MP4'"), std::string::npos)
        << run.err;
  }
  EXPECT_EQ(inspect(outputs, {"--layout", "videos/{story}-take{shot}.MP4"}).exit_code, 0);
  const auto seen = inspect(outputs);
  EXPECT_EQ(seen.exit_code, 0) << seen.err;
  EXPECT_NE(seen.out.find("(layout videos/{story}-take{shot}.MP4)"), std::string::npos) << seen.out;
}

TEST(OutputLayout, AStoryWithACommaCanBeChosen) {
  const fs::path split = mini().root() / "comma";
  fs::create_directories(split);
  fs::copy_file(mini().split() / "cat.json", split / "Hello, world.json");
  fs::copy_file(mini().split() / "cat_ref.png", split / "Hello, world_ref.png");
  fs::copy_file(mini().split() / "dog.json", split / "dog.json");
  fs::copy_file(mini().split() / "dog_ref.png", split / "dog_ref.png");
  const fs::path outputs = renamed("comma-outputs", [](const std::string& story, int shot) {
    const std::string other = story[0] == 'c' ? "Hello, world" + story.substr(3) : story;
    return fmt::format("{}/shot_{:02}.mp4", other, shot);
  });
  const auto stories = [&](const std::vector<std::string>& more) -> std::size_t {
    std::vector<std::string> arguments = {"--split", split, "--outputs", outputs, "--force"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto run = mini().score("comma-result", arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return mini().document("comma-result").at("stories").size();
  };
  EXPECT_EQ(stories({"--stories", "Hello, world/1"}), 1U);
  EXPECT_EQ(stories({"--stories", "Hello, world/1,dog/2"}), 2U);
  EXPECT_EQ(stories({"--ips", "Hello, world"}), 2U);
  const auto unknown = mini().score(
      "comma-wrong", {"--split", split, "--outputs", outputs, "--stories", "Hello world/1"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("Did you mean Hello, world/1?"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace asbench::testing
