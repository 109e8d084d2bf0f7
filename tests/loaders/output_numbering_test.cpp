// Outputs that count from another number than the split, and what is said about files that fit no
// layout.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "loaders/outputs.h"
#include "loaders/outputs/suggest_layout.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using testing::count_of;
using testing::TemporaryFolder;
using testing::write_text;

/// A split of the demo form: prompts from `first` on.
Split numbered_split(int ips, int stories, int shots, int first) {
  Split split = testing::made_split(ips, stories, shots);
  for (Story& story : split.stories) {
    story.prompt = std::to_string(std::stoi(story.prompt) + first);
    story.id = story.ip + "/" + story.prompt;
  }
  finish_split(split);
  return split;
}

std::string detail_of(const Outputs& outputs, const std::string& kind) {
  for (const Finding& finding : outputs.findings) {
    if (finding.kind == kind) return finding.detail;
  }
  return "no finding " + kind;
}

std::string refusal(const Split& split, const std::filesystem::path& folder,
                    const char* layout = "auto") {
  try {
    return "found " + find_outputs(split, folder, {.layout = layout}).layout;
  } catch (const Error& error) {
    return error.what();
  }
}

struct Naming {
  const char* name;
  const char* pattern;    ///< story, shot
  const char* template_;  ///< that the message has to name
};

class ShotsFromZero : public ::testing::TestWithParam<Naming> {};

/// Files for shots 0 to 2 of two stories of three shots.
struct FilesFromZero {
  FilesFromZero() {
    for (const Story& story : split.stories) {
      for (int shot = 0; shot < 3; ++shot)
        write_text(folder.path() / fmt::format(fmt::runtime(pattern()), story.id, shot), "x");
    }
  }
  static const char* pattern() { return ShotsFromZero::GetParam().pattern; }

  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 2, 3);
};

TEST_P(ShotsFromZero, AreTakenByAutoWhereNothingElseIsPossible) {
  const FilesFromZero files;
  const Outputs outputs = find_outputs(files.split, files.folder.path());
  EXPECT_EQ(outputs.layout, GetParam().template_);
  EXPECT_EQ(outputs.shots.size(), 6U);
  EXPECT_EQ(outputs.findings.size(), 2U);
  EXPECT_NE(detail_of(outputs, "detected_layout").find(fmt::format("'{}'", GetParam().template_)),
            std::string::npos);
  const std::string said = detail_of(outputs, "numbered_from_zero");
  EXPECT_NE(said.find("is shot 1 of story ip_00/0"), std::string::npos) << said;
  const auto first = fmt::format(fmt::runtime(GetParam().pattern), "ip_00/0", 0);
  const std::filesystem::path path = outputs.shots.at({"ip_00/0", 1}).path;
  EXPECT_TRUE(path == files.folder / first || path == (files.folder / first).parent_path()) << path;
  // A file beyond the last, and nothing is certain any more.
  write_text(files.folder.path() / fmt::format(fmt::runtime(GetParam().pattern), "ip_00/1", 3),
             "x");
  std::filesystem::remove_all(path);
  EXPECT_EQ(count_of(find_outputs(files.split, files.folder.path()).findings, "numbered_from_zero"),
            0);
}

TEST_P(ShotsFromZero, AreNeverTakenForTheOnesBefore) {
  const FilesFromZero files;
  const auto& folder = files.folder;
  const Split& split = files.split;
  const Outputs outputs = find_outputs(split, folder.path(), {.layout = "default"});
  EXPECT_TRUE(outputs.shots.empty());
  EXPECT_EQ(count_of(outputs.findings, "zero_based_numbering"), 2);
  EXPECT_EQ(count_of(outputs.findings, "missing_shot"), 0);
  const std::string detail = detail_of(outputs, "zero_based_numbering");
  EXPECT_NE(detail.find("numbered from 0"), std::string::npos) << detail;
  EXPECT_NE(detail.find(fmt::format("--layout '{}'", GetParam().template_)), std::string::npos)
      << detail;
  // What the message says works.
  const Outputs right = find_outputs(split, folder.path(), {.layout = GetParam().template_});
  EXPECT_EQ(right.shots.size(), 6U);
  EXPECT_TRUE(right.findings.empty());
  const auto first = folder.path() / fmt::format(fmt::runtime(GetParam().pattern), "ip_00/1", 0);
  const std::filesystem::path path = right.shots.at({"ip_00/1", 1}).path;
  EXPECT_TRUE(path == first || path == first.parent_path()) << path;
}

INSTANTIATE_TEST_SUITE_P(
    Names, ShotsFromZero,
    ::testing::Values(Naming{"Padded", "{}/shot_{:02}.mp4", "{story}/shot_{shot0:02}.mp4"},
                      Naming{"Unpadded", "{}/shot_{}.webm", "{story}/shot_{shot0}.webm"},
                      Naming{"PaddedToThree", "{}/SHOT_{:03}.MOV", "{story}/SHOT_{shot0:03}.MOV"},
                      Naming{"Frames", "{}/shot_{:02}/1.png", "{story}/shot_{shot0:02}"}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(Numbering, OfOneStoryFromZeroLeavesTheOthers) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 2, 3);
  for (int shot = 0; shot < 3; ++shot) {
    write_text(folder / fmt::format("ip_00/0/shot_{:02}.mp4", shot), "x");
    write_text(folder / fmt::format("ip_00/1/shot_{:02}.mp4", shot + 1), "x");
  }
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.shots.size(), 3U);
  EXPECT_EQ(count_of(outputs.findings, "zero_based_numbering"), 1);
}

TEST(Numbering, WithAFileForZeroBesidesAllShotsIsSound) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 3);
  for (int shot = 0; shot <= 3; ++shot)
    write_text(folder / fmt::format("ip_00/0/shot_{:02}.mp4", shot), "x");
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.shots.size(), 3U);
  ASSERT_EQ(outputs.findings.size(), 1U);
  EXPECT_EQ(outputs.findings.front().kind, "unexpected_file");
}

TEST(Numbering, FromZeroIsSeenInIncompleteStories) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 4);
  for (int shot : {0, 2}) write_text(folder / fmt::format("ip_00/0/shot_{:02}.mp4", shot), "x");
  EXPECT_TRUE(find_outputs(split, folder.path()).shots.empty());
}

TEST(Numbering, FromOneUnderATemplateForZeroIsRefusedToo) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 3);
  for (int shot = 1; shot <= 3; ++shot)
    write_text(folder / fmt::format("ip_00/0/s{}.mp4", shot), "x");
  const Outputs outputs = find_outputs(split, folder.path(), {.layout = "{story}/s{shot0}.mp4"});
  EXPECT_TRUE(outputs.shots.empty());
  EXPECT_NE(detail_of(outputs, "one_based_numbering").find("'{story}/s{shot}.mp4'"),
            std::string::npos)
      << detail_of(outputs, "one_based_numbering");
}

TEST(Numbering, FromOneInTheColumnShot0IsRefusedToo) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 2, 2);
  write_text(folder / "a.mp4", "x");
  const std::string zero = "ip_00/1,0,a.mp4\nip_00/1,1,a.mp4\n";
  write_text(folder / "list.csv", "story,shot0,path\nip_00/0,1,a.mp4\nip_00/0,2,a.mp4\n" + zero);
  const Outputs outputs = find_outputs(split, folder.path(), {.layout = "list.csv"});
  EXPECT_EQ(outputs.shots.size(), 2U) << "the other story counts from 0";
  EXPECT_FALSE(outputs.shots.contains({"ip_00/0", 1}));
  EXPECT_EQ(count_of(outputs.findings, "one_based_numbering"), 1);
  EXPECT_EQ(count_of(outputs.findings, "missing_shot"), 0);
  EXPECT_NE(detail_of(outputs, "one_based_numbering").find("it has 2 and not 0"), std::string::npos)
      << detail_of(outputs, "one_based_numbering");
  // One row too many, or a last shot alone, is no shift.
  write_text(folder / "list.csv",
             "story,shot0,path\nip_00/0,0,a.mp4\nip_00/0,1,a.mp4\nip_00/0,2,a.mp4\n" + zero);
  EXPECT_EQ(find_outputs(split, folder.path(), {.layout = "list.csv"}).shots.size(), 4U);
  write_text(folder / "list.csv", "story,shot0,path\nip_00/0,1,a.mp4\n" + zero);
  EXPECT_EQ(find_outputs(split, folder.path(), {.layout = "list.csv"}).shots.size(), 3U);
}

TEST(Numbering, OfStoriesFromZeroIsRecognised) {
  const TemporaryFolder folder;
  const Split split = numbered_split(2, 3, 2, 1);
  for (const char* ip : {"ip_00", "ip_01"}) {
    for (int story = 0; story < 3; ++story) {
      for (int shot = 1; shot <= 2; ++shot)
        write_text(folder / fmt::format("{}/{}/shot_{:02}.mp4", ip, story, shot), "x");
    }
  }
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_TRUE(outputs.shots.empty());
  EXPECT_EQ(count_of(outputs.findings, "zero_based_numbering"), 6);
  const std::string detail = detail_of(outputs, "zero_based_numbering");
  EXPECT_NE(detail.find("--layout '{ip}/{prompt0}/shot_{shot:02}.mp4'"), std::string::npos)
      << detail;
  const Outputs right =
      find_outputs(split, folder.path(), {.layout = "{ip}/{prompt0}/shot_{shot:02}.mp4"});
  EXPECT_EQ(right.shots.size(), 12U);
  EXPECT_TRUE(right.findings.empty());
  EXPECT_EQ(right.shots.at({"ip_01/3", 2}).path, folder / "ip_01/2/shot_02.mp4");
}

TEST(Numbering, OfStoriesFromOneIsRecognised) {
  const TemporaryFolder folder;
  const Split split = numbered_split(1, 3, 2, 0);  // as a test-set folder has it
  for (int story = 1; story <= 3; ++story) {
    for (int shot = 1; shot <= 2; ++shot)
      write_text(folder / fmt::format("ip_00/generated_video_{}_{}_demo.mp4", story, shot), "x");
  }
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_TRUE(outputs.shots.empty());
  EXPECT_EQ(outputs.layout, "animeshootergen-demo");
  EXPECT_NE(detail_of(outputs, "one_based_numbering").find("{prompt1}"), std::string::npos)
      << detail_of(outputs, "one_based_numbering");
}

TEST(Numbering, OfStoriesInACsvOrACutListIsRecognised) {
  const TemporaryFolder folder;
  const Split split = numbered_split(1, 2, 1, 1);
  write_text(folder / "a.mp4", "x");
  write_text(folder / "list.csv", "story,shot,path\nip_00/0,1,a.mp4\nip_00/1,1,a.mp4\n");
  const Outputs listed = find_outputs(split, folder.path(), {.layout = "list.csv"});
  EXPECT_TRUE(listed.shots.empty());
  EXPECT_EQ(count_of(listed.findings, "zero_based_numbering"), 2);
  write_text(folder / "list.csv", "story,shot,path\nip_00/1,0,a.mp4\n");
  EXPECT_NE(refusal(split, folder.path(), "list.csv").find("call the column shot0"),
            std::string::npos);
  write_text(folder / "ip_00/1.mp4", "x");
  write_text(folder / "cuts.json", R"({"ip_00/0": [[0, 5]], "ip_00/1": [[0, 5]]})");
  const Outputs cut = find_outputs(split, folder.path(), {.layout = "cuts"});
  EXPECT_TRUE(cut.shots.empty());
  EXPECT_EQ(count_of(cut.findings, "zero_based_numbering"), 2);
}

TEST(NoLayout, SaysWhatIsThereAndTheCommandThatFindsIt) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 2, 2);
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots)
      write_text(folder / fmt::format("{}/story{}/clip{}.MP4", story.ip, story.prompt, shot.number),
                 "x");
  }
  const std::string message = refusal(split, folder.path(), "default");
  for (const char* part : {"8 videos (.MP4), such as ip_00/story0/clip1.MP4 and ip_01/story",
                           "finds 8 of 8 shots: --layout '{ip}/story{prompt}/clip{shot}.MP4'"})
    EXPECT_NE(message.find(part), std::string::npos) << part << "\n" << message;
  EXPECT_EQ(find_outputs(split, folder.path(), {.layout = "{ip}/story{prompt}/clip{shot}.MP4"})
                .shots.size(),
            8U);
}

TEST(NoLayout, IsSuggestedForManyWaysToNameFiles) {
  struct Case {
    const char* pattern;  ///< ip, prompt, shot
    const char* wanted;
  };
  for (const Case& c : {Case{"{}_{}_{}.mp4", "{ip}_{prompt}_{shot}.mp4"},
                        Case{"{0}/{1:03}-{2:03}.webm", "{ip}/{prompt:03}-{shot:03}.webm"},
                        Case{"run7/{0}/{1}/take{2:02}/0001.png", "run7/{story}/take{shot:02}"},
                        Case{"s{2}/{0}/{1}.mov", "s{shot}/{story}.mov"},
                        Case{"it's {0} {1} {2}.mp4", "it'\\''s {ip} {prompt} {shot}.mp4"}}) {
    const TemporaryFolder folder;
    const Split split = testing::made_split(2, 2, 3);
    for (const Story& story : split.stories) {
      for (const Shot& shot : story.shots)
        write_text(folder.path() / fmt::format(fmt::runtime(c.pattern), story.ip,
                                               std::stoi(story.prompt), shot.number),
                   "x");
    }
    const std::string message = refusal(split, folder.path(), "default");
    EXPECT_NE(message.find(fmt::format("finds 12 of 12 shots: --layout '{}'", c.wanted)),
              std::string::npos)
        << message;
    // It can be nothing else, so auto takes it, and says so.
    const Outputs outputs = find_outputs(split, folder.path());
    EXPECT_EQ(outputs.shots.size(), 12U) << c.wanted;
    ASSERT_EQ(outputs.findings.size(), 1U) << c.wanted;
    EXPECT_NE(detail_of(outputs, "detected_layout").find(c.wanted), std::string::npos);
  }
}

TEST(NoLayout, IsGuessedByTheWordsBeforeTheNumbers) {
  const TemporaryFolder folder;
  const Split split = numbered_split(2, 2, 2, 0);
  for (const Story& story : split.stories) {
    for (int shot = 0; shot < 2; ++shot)
      write_text(folder / fmt::format("{}/Shot{}-story_{}.mkv", story.ip, shot, story.prompt), "x");
  }
  EXPECT_EQ(find_outputs(split, folder.path()).layout, "{ip}/Shot{shot0}-story_{prompt}.mkv");
}

TEST(NoLayout, IsFoundByTheNamesOfIpsOrWithoutThem) {
  const TemporaryFolder folder;
  Split split = testing::made_split(2, 2, 3);
  split.ips[0].name = "Momo the Cat";
  split.ips[1].name = "Kit";
  finish_split(split);
  for (const Story& story : split.stories) {
    for (int shot = 0; shot < 3; ++shot)
      write_text(
          folder / "named" / fmt::format("{}, {}, {:02}.mkv", story.name, story.prompt, shot), "x");
  }
  EXPECT_EQ(find_outputs(split, folder / "named").layout, "{name}, {prompt}, {shot0:02}.mkv");
  for (Story& story : split.stories) {
    story.prompt = story.ip.back() + std::string("s") + story.prompt;
    story.id = story.ip + "/" + story.prompt;
  }
  finish_split(split);
  for (const Story& story : split.stories) {
    for (int shot = 1; shot <= 3; ++shot)
      write_text(folder / "alone" / fmt::format("{}.{}.mkv", story.prompt, shot), "x");
  }
  EXPECT_EQ(find_outputs(split, folder / "alone").layout, "{prompt}.{shot}.mkv");
}

TEST(NoLayout, IsNotTakenWhenMostOfTheFilesOrOfTheSplitAreLeftAside) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 2, 3);
  const auto fill = [&](const char* run, int shots) {
    for (const Story& story : split.stories) {
      for (int shot = 1; shot <= shots; ++shot)
        write_text(folder / fmt::format("{}/{}_{}_{}.mp4", run, story.ip, story.prompt, shot), "x");
    }
  };
  fill("run1", 1);
  EXPECT_NE(refusal(split, folder.path()).find("{shot0}.mp4' finds as many"), std::string::npos)
      << "the only file of a story may be its first or its second";
  fill("run1", 3);
  EXPECT_EQ(find_outputs(split, folder.path()).layout, "run1/{ip}_{prompt}_{shot}.mp4");
  fill("run2", 2);
  EXPECT_NE(refusal(split, folder.path())
                .find("It is not used by itself: --layout 'run2/{ip}_{prompt}_{shot}.mp4' finds "
                      "other files"),
            std::string::npos)
      << refusal(split, folder.path());
  std::filesystem::remove_all(folder / "run2");
  for (int preview = 0; preview < 13; ++preview)
    write_text(folder / fmt::format("previews/{}.mp4", preview), "x");
  const std::string message = refusal(split, folder.path());
  EXPECT_NE(message.find("It leaves 13 of 25 videos or folders of frames aside"), std::string::npos)
      << message;
  EXPECT_NE(message.find("more than half of the videos are no shots"), std::string::npos);
}

TEST(NoLayout, IsNotGuessedWhereTheNumbersMayMeanTwoThings) {
  const TemporaryFolder folder;
  const Split split = numbered_split(1, 2, 2, 1);
  for (int a = 1; a <= 2; ++a) {
    for (int b = 1; b <= 2; ++b) write_text(folder / fmt::format("ip_00-{}-{}.mp4", a, b), "x");
  }
  const std::string message = refusal(split, folder.path());
  EXPECT_NE(message.find("4 of 4 shots: --layout '{ip}-{prompt}-{shot}.mp4'"), std::string::npos)
      << message;
  EXPECT_NE(message.find("--layout '{ip}-{shot}-{prompt}.mp4' finds as many"), std::string::npos)
      << message;
}

TEST(NoLayout, SaysWhatElseIsThere) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 2);
  EXPECT_NE(refusal(split, folder.path()).find("The folder holds nothing."), std::string::npos);
  write_text(folder / "notes.txt", "x");
  EXPECT_NE(refusal(split, folder.path())
                .find("no video and no folder of pictures, but 1 other file, such as notes.txt"),
            std::string::npos);
  write_text(folder / "frames a/1.png", "x");
  write_text(folder / "x.gif", "x");
  const std::string message = refusal(split, folder.path());
  EXPECT_NE(message.find("1 video (.gif), such as x.gif; 1 folder of pictures, such as frames a"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("Describe how the files are named"), std::string::npos);
}

TEST(NoLayout, OfThoseThatFindAPartIsTakenWhenAnotherFindsMore) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 4);
  for (int shot = 1; shot <= 4; ++shot)
    write_text(folder / fmt::format("ip_00/0/final_{}.mp4", shot), "x");
  write_text(folder / "ip_00/0/shot_01.mp4", "x");
  const std::string message = refusal(split, folder.path());
  EXPECT_NE(message.find("the layout default finds only 1 of 4 shots"), std::string::npos)
      << message;
  EXPECT_NE(message.find("--layout '{story}/final_{shot}.mp4'"), std::string::npos) << message;
  // Asked for by name, it is taken; that another finds more is said.
  const Outputs named = find_outputs(split, folder.path(), {.layout = "default"});
  EXPECT_EQ(named.shots.size(), 1U);
  EXPECT_EQ(count_of(named.findings, "other_layout"), 1);
  EXPECT_NE(refusal(split, folder.path(), "{story}/{shot}.mp4").find("'{story}/final_{shot}.mp4'"),
            std::string::npos);
}

TEST(NoLayout, OfAnUnknownNameSuggestsTheNearest) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 1);
  write_text(folder / "ip_00/0/take_1.mp4", "x");
  std::string message = refusal(split, folder.path(), "defualt");
  EXPECT_NE(message.find("--layout defualt: unknown layout. Did you mean default?"),
            std::string::npos)
      << message;
  message = refusal(split, folder.path(), "nope");
  EXPECT_EQ(message.find("Did you mean"), std::string::npos);
  EXPECT_NE(message.find("This one finds 1 of 1 shot: --layout '{story}/take_{shot}.mp4'"),
            std::string::npos)
      << message;
  EXPECT_NE(refusal(split, folder.path(), "absent.csv").find("no such file, neither here nor in"),
            std::string::npos);
  EXPECT_NE(refusal(split, folder.path(), "{story}/{shots}.mp4").find("Did you mean shot?"),
            std::string::npos);
}

}  // namespace
}  // namespace asbench::loaders
