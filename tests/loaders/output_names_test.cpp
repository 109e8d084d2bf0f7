// Which file is which shot: endings, letter case, padding, Unicode forms, several files for one
// shot, one file for several.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "loaders/name_match.h"
#include "loaders/outputs.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using testing::count_of;
using testing::TemporaryFolder;
using testing::write_text;

const std::string kComposed = "caf\xC3\xA9 \xE3\x82\xAC";                 // é and ガ, NFC
const std::string kDecomposed = "cafe\xCC\x81 \xE3\x82\xAB\xE3\x82\x99";  // the same in NFD

Split split_of(const std::string& ip, int shots) {
  Split split;
  split.ips.push_back({ip, {}, {}, {}});
  Story story{ip + "/0", ip, "0", {}};
  for (int n = 1; n <= shots; ++n) story.shots.push_back({n, "caption", {}, {}});
  split.stories.push_back(std::move(story));
  finish_split(split);
  return split;
}

const Finding* find_kind(const Outputs& outputs, const std::string& kind) {
  for (const Finding& finding : outputs.findings) {
    if (finding.kind == kind) return &finding;
  }
  return nullptr;
}

TEST(Nfc, JoinsWhatMacOsTakesApart) {
  EXPECT_EQ(nfc(kDecomposed), kComposed);
  EXPECT_EQ(nfc(kComposed), kComposed);
  EXPECT_EQ(nfc("plain/1"), "plain/1");
  EXPECT_EQ(nfc("\xFF\x80"), "\xFF\x80");  // no UTF-8: as it is
}

TEST(LooseName, TakesAwayWhatPeopleWriteDifferently) {
  EXPECT_EQ(loose_name("Cat/0/SHOT_001.MOV"), "cat/0/shot_1");
  EXPECT_EQ(loose_name("cat/00/shot_1.mp4"), "cat/0/shot_1");
  EXPECT_EQ(loose_name("a/shot_10.webm"), "a/shot_10");
  EXPECT_EQ(loose_name("a/shot_00"), "a/shot_0");
  EXPECT_EQ(loose_name("a/1.0.final"), "a/1.0.final");
  EXPECT_EQ(loose_name(kDecomposed + "/1.mp4"), kComposed + "/1");
  EXPECT_EQ(loose_name("\xC3\x89t\xC3\xA9"), "\xC3\xA9t\xC3\xA9");  // Été
}

TEST(NearestName, IsNoneWhenNothingIsNear) {
  const std::vector<std::string> names = {"default", "default-avi", "cuts"};
  EXPECT_EQ(nearest_name("defalt", names), "default");
  EXPECT_EQ(nearest_name("DEFAULT-AVY", names), "default-avi");
  EXPECT_EQ(nearest_name("cut", names), "cuts");
  EXPECT_EQ(nearest_name("nope", names), "");
  EXPECT_EQ(did_you_mean("cut", names), " Did you mean cuts?");
  EXPECT_EQ(did_you_mean("nope", names), "");
}

struct Naming {
  const char* name;
  const char* pattern;  ///< of a shot's path below the story's folder
};

class AutoFinds : public ::testing::TestWithParam<Naming> {};

TEST_P(AutoFinds, EveryShot) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 2, 3);
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots)
      write_text(folder / story.id / fmt::format(fmt::runtime(GetParam().pattern), shot.number),
                 "x");
  }
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.shots.size(), 12U);
  EXPECT_TRUE(outputs.findings.empty()) << outputs.findings.front().detail;
  EXPECT_EQ(outputs.shots.at({"ip_01/1", 3}).path,
            folder / "ip_01/1" / fmt::format(fmt::runtime(GetParam().pattern), 3));
  // A template is taken to the letter.
  EXPECT_EQ(find_outputs(split, folder.path(), {.layout = "default"}).shots, outputs.shots);
}

INSTANTIATE_TEST_SUITE_P(
    Names, AutoFinds,
    ::testing::Values(Naming{"CapitalMp4", "shot_{:02}.MP4"}, Naming{"Webm", "shot_{:02}.webm"},
                      Naming{"MixedCaseMov", "shot_{:02}.Mov"}, Naming{"Mkv", "shot_{:02}.mkv"},
                      Naming{"CapitalAvi", "shot_{:02}.AVI"}, Naming{"Ts", "shot_{:02}.ts"},
                      Naming{"M4v", "shot_{:02}.m4v"}, Naming{"Unpadded", "shot_{}.mp4"},
                      Naming{"PaddedToFour", "shot_{:04}.webm"},
                      Naming{"CapitalName", "Shot_{:02}.mp4"},
                      Naming{"AllCapitals", "SHOT_{:03}.MKV"}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(OutputNames, OfALayoutThatIsNamedToTheLetterGiveItsName) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 2);
  write_text(folder / "ip_00/0/shot_01.avi", "x");
  write_text(folder / "ip_00/0/shot_02.avi", "x");
  EXPECT_EQ(find_outputs(split, folder.path()).layout, "default-avi");
}

TEST(OutputNames, OfATemplateAreTakenToTheLetterAndWhatIsThereIsSaid) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 2);
  write_text(folder / "ip_00/0/shot_01.mp4", "x");
  write_text(folder / "ip_00/0/shot_2.MP4", "x");
  const Outputs outputs =
      find_outputs(split, folder.path(), {.layout = "{story}/shot_{shot:02}.mp4"});
  EXPECT_EQ(outputs.shots.size(), 1U);
  ASSERT_NE(find_kind(outputs, "missing_shot"), nullptr);
  EXPECT_NE(find_kind(outputs, "missing_shot")->detail.find("(there is ip_00/0/shot_2.MP4)"),
            std::string::npos);
}

TEST(OutputNames, AreOneInBothUnicodeForms) {
  for (const bool split_is_composed : {true, false}) {
    const TemporaryFolder folder;
    const Split split = split_of(split_is_composed ? kComposed : kDecomposed, 2);
    const std::string on_disk = split_is_composed ? kDecomposed : kComposed;
    write_text(folder / on_disk / "0/shot_01.mp4", "x");
    write_text(folder / on_disk / "0/shot_02/1.png", "x");
    for (const char* layout : {"auto", "default", "{ip}/{prompt}/shot_{shot:02}.mp4"}) {
      const Outputs outputs = find_outputs(split, folder.path(), {.layout = layout});
      EXPECT_EQ(outputs.shots.size(), 2U) << layout;
      EXPECT_EQ(count_of(outputs.findings, "unexpected_file"), 0) << layout;
    }
  }
}

TEST(OutputNames, InACsvOrACutListAreOneInBothUnicodeForms) {
  const TemporaryFolder folder;
  const Split split = split_of(kComposed, 2);
  write_text(folder / kDecomposed / "a.mp4", "x");
  write_text(folder / "b.mp4", "x");
  write_text(folder / "list.csv", fmt::format("story,shot,path\n{0}/0,1,{1}/a.mp4\n{0}/0,2,b.mp4\n",
                                              kDecomposed, kComposed));
  const Outputs listed = find_outputs(split, folder.path(), {.layout = "list.csv"});
  EXPECT_EQ(listed.shots.size(), 2U);
  EXPECT_EQ(count_of(listed.findings, "unexpected_file"), 0);

  write_text(folder / kDecomposed / "0.mp4", "x");
  write_text(folder / "cuts.json", fmt::format(R"({{"{}/0": [[0, 5], [5, 9]]}})", kDecomposed));
  EXPECT_EQ(find_outputs(split, folder.path(), {.layout = "cuts"}).shots.size(), 2U);
}

TEST(OutputNames, OfLongVideosMayHaveAnotherEnding) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 2);
  write_text(folder / "ip_00/0.MOV", "x");
  write_text(folder / "cuts.json", "\xEF\xBB\xBF{\"ip_00/0\": [[0, 5], [5, 9]]}");
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.layout, "cuts");
  EXPECT_EQ(outputs.shots.at({"ip_00/0", 2}).path, folder / "ip_00/0.MOV");
  EXPECT_TRUE(outputs.findings.empty());
}

TEST(OutputNames, ThatSeveralFilesHaveAreNotGuessed) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 3);
  write_text(folder / "ip_00/0/shot_01.webm", "x");
  write_text(folder / "ip_00/0/shot_1.mov", "x");
  write_text(folder / "ip_00/0/shot_02.mp4", "x");
  write_text(folder / "ip_00/0/shot_02.MOV", "x");
  write_text(folder / "ip_00/0/shot_03.mp4", "x");
  write_text(folder / "ip_00/0/shot_03/1.png", "x");
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_FALSE(outputs.shots.contains({"ip_00/0", 1}));
  ASSERT_NE(find_kind(outputs, "ambiguous_shot"), nullptr);
  EXPECT_EQ(find_kind(outputs, "ambiguous_shot")->shot, 1);
  EXPECT_EQ(outputs.shots.at({"ip_00/0", 2}).path, folder / "ip_00/0/shot_02.mp4");
  EXPECT_EQ(outputs.shots.at({"ip_00/0", 3}).kind, ShotSource::Kind::video_file);
  EXPECT_EQ(count_of(outputs.findings, "several_files"), 2);
  EXPECT_EQ(count_of(outputs.findings, "unexpected_file"), 0);
  EXPECT_EQ(outputs.findings.size(), 3U);
}

TEST(OutputNames, OfStoriesThatDifferInCaseOrZerosOnlyAreNotMixedUp) {
  const TemporaryFolder folder;
  Split split;
  for (const char* ip : {"Cat", "cat", "7", "007"}) {
    split.ips.push_back({ip, {}, {}, {}});
    split.stories.push_back({std::string(ip) + "/0", ip, "0", {Shot{}}});
    if (std::string(ip) != "cat") write_text(folder / ip / "0/shot_01.mp4", "x");
  }
  finish_split(split);
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.shots.size(), 3U);
  ASSERT_EQ(outputs.findings.size(), 1U);
  EXPECT_EQ(outputs.findings.front().kind, "missing_shot");
  EXPECT_EQ(outputs.findings.front().story, "cat/0");
}

TEST(OutputNames, OfHiddenAndMultiDotFilesAreNoShots) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 1);
  write_text(folder / "ip_00/0/._shot_01.webm", "x");
  write_text(folder / "__MACOSX/ip_00/0/shot_01.webm", "x");
  write_text(folder / "ip_00/0/shot_01.v2.webm", "x");
  write_text(folder / "ip_00/0/shot_01.webm", "x");
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.shots.at({"ip_00/0", 1}).path, folder / "ip_00/0/shot_01.webm");
  EXPECT_EQ(count_of(outputs.findings, "unexpected_file"), 3);
  EXPECT_EQ(outputs.findings.size(), 3U);
}

TEST(OutputNames, AreFoundBehindALinkButNotInCircles) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 1);
  write_text(folder / "elsewhere/0/Shot_1.MOV", "x");
  std::filesystem::create_directories(folder / "out");
  std::filesystem::create_directory_symlink(folder / "elsewhere", folder / "out/ip_00");
  std::filesystem::create_directory_symlink(folder / "out", folder / "out/self");
  std::filesystem::create_directory_symlink(folder.path(), folder / "elsewhere/up");
  const Outputs outputs = find_outputs(split, folder / "out");
  EXPECT_EQ(outputs.shots.size(), 1U);
  EXPECT_TRUE(outputs.findings.empty());
}

TEST(OutputNames, OfOneFileForSeveralShotsAreAFinding) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 1, 3);
  write_text(folder / "ip_00/0/shot_01.mp4", "x");
  write_text(folder / "ip_00/0/shot_03.mp4", "y");
  std::filesystem::create_symlink("shot_01.mp4", folder / "ip_00/0/shot_02.mp4");
  std::filesystem::create_directories(folder / "ip_01/0");
  std::filesystem::create_hard_link(folder / "ip_00/0/shot_01.mp4", folder / "ip_01/0/shot_01.mp4");
  std::filesystem::create_directory_symlink(folder / "frames", folder / "ip_01/0/shot_02");
  std::filesystem::create_directory_symlink(folder / "frames", folder / "ip_01/0/shot_03");
  write_text(folder / "frames/1.png", "x");
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.shots.size(), 6U);
  EXPECT_EQ(count_of(outputs.findings, "shared_file"), 3);
  ASSERT_NE(find_kind(outputs, "shared_file"), nullptr);
  EXPECT_NE(find_kind(outputs, "shared_file")->detail.find("is the file of story ip_00/0 shot 1"),
            std::string::npos);

  write_text(folder / "list.csv", "story,shot,path\nip_00/0,1,frames\nip_00/0,2,frames\n");
  EXPECT_EQ(
      count_of(find_outputs(split, folder.path(), {.layout = "list.csv"}).findings, "shared_file"),
      1);
}

TEST(OutputNames, InACsvMayComeFromASpreadsheet) {
  const TemporaryFolder folder;
  const Split split = split_of("a, b", 2);
  write_text(folder / "v/1.mp4", "x");
  write_text(folder / "v/2.mp4", "x");
  for (const char* text :
       {"sep=;\r\n Story ;SHOT;Path;note\r\na, b/0;1,0;v/1.mp4;\r\na, b/0;2;v/2.mp4;\r\n;;;\r\n",
        "story\tshot\tpath\r\na, b/0\t1\tv/1.mp4\r\na, b/0\t2\tv/2.mp4\r\n\t\t\r\n",
        "story,shot0,path\r\"a, b/0\",0,v/1.mp4\r\"a, b/0\",1,v/2.mp4\r,,\r"}) {
    write_text(folder / "list.csv", text);
    const Outputs outputs = find_outputs(split, folder.path(), {.layout = "list.csv"});
    EXPECT_EQ(outputs.shots.size(), 2U) << text;
    EXPECT_EQ(outputs.shots.at({"a, b/0", 1}).path, folder / "v/1.mp4") << text;
    EXPECT_TRUE(outputs.findings.empty()) << text;
  }
  write_text(folder / "list.csv", "story;shot;path\na, b/0;1;v/1.mp4\na, b/0;2;\n");
  try {
    static_cast<void>(find_outputs(split, folder.path(), {.layout = "list.csv"}));
    ADD_FAILURE() << "an empty path";
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("the path is empty"), std::string::npos)
        << error.what();
  }
  write_text(folder / "list.csv", "story;shot;path\na, b/0;1;v\\1.mp4\na b/0;2;v/2.mp4\n");
  const Outputs outputs = find_outputs(split, folder.path(), {.layout = "list.csv"});
  EXPECT_NE(find_kind(outputs, "missing_shot")->detail.find("(there is v/1.mp4: write /"),
            std::string::npos);
  EXPECT_NE(find_kind(outputs, "unexpected_file")->detail.find("Did you mean a, b/0?"),
            std::string::npos);
}

}  // namespace
}  // namespace asbench::loaders
