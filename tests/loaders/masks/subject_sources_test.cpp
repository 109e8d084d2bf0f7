// Masks and boxes of a system's subjects: what is found, what is refused, what is a stranger.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/stats.h"
#include "loaders/masks/box_source.h"
#include "loaders/masks/box_template.h"
#include "loaders/masks/mask_source.h"
#include "loaders/masks/reference_files.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SubjectRoster two_characters() {
  return SubjectRoster({{"film/0", 1, {"Momo", "Bär"}},
                        {"film/0", 2, {"Momo"}},
                        {"film/1", 1, {"Momo", "Bär"}},
                        {"film/1", 2, {}}});
}

SubjectRoster one_character() {
  return SubjectRoster({{"cat/0", 1, {"cat"}}, {"cat/0", 2, {"cat"}}});
}

std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

void write_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

/// A black picture of 12 x 8 with a white box.
void write_mask(const fs::path& file, const PixelBox& box, int level = 255, int width = 12,
                int height = 8) {
  fs::create_directories(file.parent_path());
  Image image(height, width, 3);
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      for (int c = 0; c < 3; ++c) image.row(y)[3 * x + c] = static_cast<std::uint8_t>(level);
    }
  }
  asbench::testing::make_picture(file, image);
}

// ---- roster

TEST(SubjectRoster, KnowsShotsAndCharacters) {
  const SubjectRoster roster = two_characters();
  EXPECT_FALSE(roster.has_single_characters());
  EXPECT_TRUE(one_character().has_single_characters());
  ASSERT_NE(roster.find("film/0", 2), nullptr);
  EXPECT_EQ(roster.find("film/0", 3), nullptr);
  EXPECT_TRUE(roster.has_story("film/1"));
  EXPECT_FALSE(roster.has_story("film"));
  EXPECT_FALSE(roster.has_story("film/2"));
  // "Bär" as macOS writes it, with a combining mark.
  EXPECT_EQ(SubjectRoster::character_of(*roster.find("film/0", 1), "Ba\xCC\x88r"), "Bär");
  EXPECT_EQ(SubjectRoster::character_of(*roster.find("film/0", 2), ""), "Momo");
  EXPECT_EQ(SubjectRoster::character_of(*roster.find("film/0", 1), ""), std::nullopt);
  EXPECT_EQ(SubjectRoster::character_of(*roster.find("film/1", 2), ""), std::nullopt);
}

TEST(SubjectRoster, NamesTheNearestOfAStranger) {
  const SubjectRoster roster = two_characters();
  EXPECT_EQ(roster.stranger("F", "fil/0", 1, "Momo").detail,
            "F: the split has no story fil/0. Did you mean film/0?");
  EXPECT_EQ(roster.stranger("F", "film/0", 7, "Momo").detail, "F: story film/0 has no shot 7");
  EXPECT_EQ(roster.stranger("F", "film/0", 1, "momo").detail,
            "F: story film/0 shot 1 has no character momo. Did you mean Momo?");
  EXPECT_THAT(roster.stranger("F", "film/0", 1, "").detail,
              HasSubstr("has 2 characters; expected one of their names"));
  EXPECT_EQ(roster.stranger("F", "x", 1, "").kind, "unexpected_file");
}

TEST(SubjectRoster, OfASplitHasWhomItsShotsShow) {
  Split split;
  Shot first;
  Shot third;
  third.number = 3;
  split.stories.resize(2);
  split.stories[0].id = "cat/0";
  split.stories[0].ip = "cat";
  split.stories[0].shots = {first, third};
  split.stories[1].id = "film/0";
  split.stories[1].ip = "film";
  split.stories[1].characters = {{"Momo", "", {}, {}}, {"Bär", "", {}, {}}};
  first.characters = {"Bär", "a stranger"};
  third.characters = std::vector<std::string>{};
  split.stories[1].shots = {first, third};
  const SubjectRoster roster = roster_of(split);
  ASSERT_EQ(roster.shots().size(), 4U);
  EXPECT_EQ(roster.shots()[1].shot, 3);
  EXPECT_THAT(roster.shots()[1].characters, ElementsAre("cat"));
  EXPECT_THAT(roster.shots()[2].characters, ElementsAre("Bär", "a stranger"));
  EXPECT_TRUE(roster.shots()[3].characters.empty());
}

// ---- masks as pictures

TEST(MaskOfPicture, TakesWhateverIsNotBlackOfTwoLevels) {
  Image picture(1, 3, 3);
  picture.bytes = {0, 0, 0, 1, 1, 1, 0, 0, 0};
  EXPECT_THAT(mask_of_picture(picture).values, ElementsAre(0, 1, 0));
  picture.bytes = {0, 0, 0, 255, 255, 255, 0, 0, 0};
  EXPECT_THAT(mask_of_picture(picture).values, ElementsAre(0, 1, 0));
  picture.bytes = {0, 0, 0, 100, 0, 0, 0, 0, 0};  // a palette's colour
  EXPECT_THAT(mask_of_picture(picture).values, ElementsAre(0, 1, 0));
  picture.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_THAT(mask_of_picture(picture).values, ElementsAre(0, 0, 0));
}

TEST(MaskOfPicture, TakesTheUpperHalfOfManyLevels) {
  Image picture(1, 4, 3);
  picture.bytes = {0, 0, 0, 127, 127, 127, 128, 128, 128, 255, 255, 255};
  EXPECT_THAT(mask_of_picture(picture).values, ElementsAre(0, 0, 1, 1));
}

TEST(MaskOfPicture, TakesAlphaWhereThereIsTransparency) {
  Image picture(1, 3, 4);
  picture.bytes = {255, 255, 255, 0, 9, 9, 9, 255, 0, 0, 0, 127};
  EXPECT_THAT(mask_of_picture(picture).values, ElementsAre(0, 1, 0));
  picture.bytes = {255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255};
  EXPECT_THAT(mask_of_picture(picture).values, ElementsAre(1, 0, 0));
}

TEST(MaskSource, ReadsPicturesAndRunLengths) {
  const TemporaryFolder folder;
  write_mask(folder / "film/0/shot_01/Momo/000004.png", {2, 1, 3, 2});
  write_mask(folder / "film/0/shot_01/Momo/13.png", {0, 0, 0, 0});
  write_mask(folder / "film/0/shot_2/4.png", {0, 0, 1, 1});  // one character there
  write_text(folder / "film/1/shot_01.json",
             R"({"Momo": {"4": {"size": [3, 4], "counts": "433NN"}},
                 "Bär": {"004": {"size": [3, 4], "counts": [12]}}})");
  const MaskSource masks(folder.path(), two_characters());
  EXPECT_TRUE(masks.findings().empty());
  const auto picture = masks.find({"film/0", 1, 4, "Momo"}, 12, 8);
  ASSERT_EQ(picture.state, SubjectState::given);
  EXPECT_EQ(picture.mask.area(), 6);
  EXPECT_EQ(picture.mask.row(1)[2], 1);
  EXPECT_EQ(masks.size_of({"film/0", 1, 4, "Momo"}), std::pair(12, 8));
  EXPECT_EQ(masks.size_of({"film/0", 1, 5, "Momo"}), std::nullopt);
  EXPECT_EQ(masks.size_of({"film/0", 3, 4, "Momo"}), std::nullopt);
  EXPECT_EQ(masks.find({"film/0", 1, 13, "Momo"}, 12, 8).state, SubjectState::undetected);
  EXPECT_EQ(masks.find({"film/0", 1, 5, "Momo"}, 12, 8).state, SubjectState::undetected);
  EXPECT_EQ(masks.find({"film/0", 1, 4, "Bär"}, 12, 8).state, SubjectState::undetected);
  EXPECT_EQ(masks.find({"film/0", 2, 4, "Momo"}, 12, 8).mask.area(), 1);
  EXPECT_EQ(masks.find({"film/1", 1, 4, "Momo"}, 4, 3).mask.area(), 4);
  EXPECT_EQ(masks.find({"film/1", 1, 4, "Bär"}, 4, 3).state, SubjectState::undetected);
  EXPECT_EQ(masks.find({"film/1", 2, 4, "Momo"}, 4, 3).state, SubjectState::not_given);
  const auto scaled = masks.find({"film/1", 1, 4, "Momo"}, 8, 6);
  EXPECT_EQ(masks.size_of({"film/1", 1, 4, "Momo"}), std::pair(4, 3)) << "as it was given";
  EXPECT_EQ(scaled.mask.area(), 16);
  EXPECT_THAT(refusal_of([&] {
                static_cast<void>(masks.find({"film/1", 1, 4, "Momo"}, 8, 8));
              }),
              AllOf(HasSubstr("is 4x3, and the frame 8x8"), HasSubstr("film/1 shot 1 frame 4")));
}

TEST(MaskSource, OfOneCharacterNeedsNoNames) {
  const TemporaryFolder folder;
  write_mask(folder / "cat/0/shot_1/0.png", {0, 0, 2, 2});
  write_text(folder / "cat/0/shot_02.json", R"({"7": {"size": [3, 4], "counts": "433NN"}})");
  const MaskSource masks(folder.path(), one_character());
  EXPECT_EQ(masks.find({"cat/0", 1, 0, "cat"}, 12, 8).state, SubjectState::given);
  EXPECT_EQ(masks.find({"cat/0", 2, 7, "cat"}, 4, 3).state, SubjectState::given);
}

TEST(MaskSource, FindsFoldersOfNamesThatNoFolderCanHave) {
  const std::string sentence = std::string(200, 'x') + " who lives by the sea";
  const SubjectRoster roster({{"film/0", 1, {"Momo/Owl", "A: B", sentence, "50%"}}});
  const TemporaryFolder folder;
  const fs::path shot = folder / "film/0/shot_01";
  write_mask(shot / "Momo%2FOwl/0.png", {0, 0, 2, 2});
  write_mask(shot / "A%3a B/0.png", {0, 0, 2, 3});
  write_mask(shot / as_file_name(sentence) / "0.png", {0, 0, 2, 4});
  write_mask(shot / "50%/0.png", {0, 0, 2, 5});
  const MaskSource masks(folder.path(), roster);
  EXPECT_TRUE(masks.findings().empty()) << masks.findings().front().detail;
  const auto area = [&](const std::string& character) {
    return masks.find({"film/0", 1, 0, character}, 12, 8).mask.area();
  };
  EXPECT_EQ(area("Momo/Owl"), 4);
  EXPECT_EQ(area("A: B"), 6);
  EXPECT_EQ(area(sentence), 8);
  EXPECT_EQ(area("50%"), 10) << "the name itself goes first";
}

TEST(MaskSource, NamesStrangers) {
  const TemporaryFolder folder;
  write_mask(folder / "film/0/shot_01/Momo/0.png", {0, 0, 2, 2});
  write_mask(folder / "film/0/shot_01/Mommo/0.png", {0, 0, 2, 2});
  write_mask(folder / "film/0/shot_09/Momo/0.png", {0, 0, 2, 2});
  write_mask(folder / "film/1/shot_01/0.png", {0, 0, 2, 2});
  write_text(folder / "flim/0/shot_01.json", R"({"Momo": {}})");
  const MaskSource masks(folder.path(), two_characters());
  ASSERT_EQ(masks.findings().size(), 4U);
  EXPECT_THAT(masks.findings()[0].detail, HasSubstr("no character Mommo. Did you mean Momo?"));
  EXPECT_THAT(masks.findings()[1].detail, HasSubstr("no shot 9"));
  EXPECT_THAT(masks.findings()[2].detail, HasSubstr("has 2 characters"));
  EXPECT_THAT(masks.findings()[3].detail, HasSubstr("no story flim/0. Did you mean film/0?"));
  const TemporaryFolder other;
  write_mask(other / "flim/0/shot_01/Momo/0.png", {0, 0, 2, 2});
  EXPECT_THAT(refusal_of([&] { MaskSource(other.path(), two_characters()); }),
              AllOf(HasSubstr("no mask for a shot of the split"), HasSubstr("flim/0"),
                    HasSubstr("<story>/shot_<NN>/<character>/<frame>.png")));
}

TEST(MaskSource, RefusesWhatMayMeanTwoThings) {
  const auto refused = [](const std::function<void(const TemporaryFolder&)>& write) {
    const TemporaryFolder folder;
    write(folder);
    return refusal_of([&] { MaskSource(folder.path(), one_character()); });
  };
  EXPECT_THAT(refused([](const auto& folder) {
                write_mask(folder / "cat/0/shot_1/1.png", {0, 0, 2, 2});
                write_mask(folder / "cat/0/shot_1/01.png", {0, 0, 2, 2});
              }),
              HasSubstr("frame 1 has a mask already"));
  EXPECT_THAT(refused([](const auto& folder) {
                write_mask(folder / "cat/0/shot_1/1.png", {0, 0, 2, 2});
                write_mask(folder / "cat/0/shot_1/cat/1.png", {0, 0, 2, 2});
              }),
              HasSubstr("frame 1 has a mask already"));
  EXPECT_THAT(refused([](const auto& folder) {
                write_mask(folder / "cat/0/shot_1/1.png", {0, 0, 2, 2});
                write_text(folder / "cat/0/shot_01.json", "{}");
              }),
              HasSubstr("are both masks of story cat/0 shot 1"));
  EXPECT_THAT(refused([](const auto& folder) {
                write_mask(folder / "cat/0/shot_1/frame1.png", {0, 0, 2, 2});
              }),
              HasSubstr("not the number of a frame"));
  const auto json = [&](const char* text) {
    return refused([&](const auto& folder) { write_text(folder / "cat/0/shot_01.json", text); });
  };
  EXPECT_THAT(json("[]"), HasSubstr("shot_01.json: expected {\"<character>\""));
  EXPECT_THAT(json(R"({"cat": []})"), HasSubstr("character cat: expected"));
  EXPECT_THAT(json(R"({"cat": {"x": {"size": [3, 4], "counts": "433NN"}}})"),
              HasSubstr("character cat: \"x\" is not the number of a frame"));
  EXPECT_THAT(json(R"({"cat": {"3": {"size": [3, 4], "counts": "433N"}}})"),
              HasSubstr("character cat: frame 3: the runs have 11 pixels"));
  EXPECT_THAT(json(R"({"cat": {"3": {"size": [3, 4], "counts": "433NN"},
                               "03": {"size": [3, 4], "counts": "433NN"}}})"),
              HasSubstr("frame 3 is there twice"));
  EXPECT_THAT(refusal_of([] { MaskSource("/nowhere/at/all", one_character()); }),
              HasSubstr("no such folder"));
}

TEST(MaskSource, HasAHashOfItsMasks) {
  const TemporaryFolder folder;
  write_mask(folder / "cat/0/shot_1/0.png", {0, 0, 2, 2});
  const TemporaryFolder other;
  write_mask(other / "cat/0/shot_01/cat/000.png", {0, 0, 2, 2});
  const auto hash = [](const TemporaryFolder& at) {
    return MaskSource(at.path(), one_character()).sha256();
  };
  EXPECT_EQ(hash(folder), hash(other));
  write_mask(other / "cat/0/shot_01/cat/000.png", {0, 0, 2, 3});
  EXPECT_NE(hash(folder), hash(other));
}

TEST(MaskSource, TellsWhichFramesOfAShotAreGiven) {
  const TemporaryFolder folder;
  write_mask(folder / "film/0/shot_01/Momo/0002.png", {0, 0, 2, 2});
  write_mask(folder / "film/0/shot_01/Bär/1.png", {0, 0, 2, 2});
  write_mask(folder / "film/0/shot_01/Bär/2.png", {0, 0, 2, 2});
  const MaskSource masks(folder.path(), two_characters());
  EXPECT_THAT(masks.frames_of("film/0", 1), ElementsAre(1, 2));
  EXPECT_THAT(masks.frames_of("film/0", 2), ElementsAre());
}

TEST(MaskSource, AWholeRosterTakesWhatIsGivenForStoriesThatWereNotRead) {
  Split part;
  part.stories.resize(1);
  part.stories[0].id = "film/0";
  part.stories[0].ip = "film";
  part.stories[0].characters = {{"Momo", "", {}, {}}};
  part.stories[0].shots.resize(1);
  Split whole = part;
  whole.stories.push_back(whole.stories[0]);
  whole.stories[1].id = "film/1";
  part.unread = {{"film/1", "film", {1}}};
  part.lost = {{"film/2", "film", 1}};
  whole.lost = part.lost;
  const TemporaryFolder folder;
  for (const char* story : {"film/0", "film/1", "film/2"})
    write_mask(folder / story / "shot_01/Momo/0.png", {0, 0, 2, 2});
  const MaskSource read(folder.path(), whole_roster_of(part));
  const MaskSource expected(folder.path(), whole_roster_of(whole));
  EXPECT_TRUE(read.findings().empty());
  EXPECT_TRUE(expected.findings().empty()) << "who a lost story shows, nobody knows";
  EXPECT_EQ(read.sha256(), expected.sha256());
  EXPECT_EQ(MaskSource(folder.path(), roster_of(part)).findings().size(), 2U);
}

// ---- boxes

TEST(Boxes, AreThePixelsThatTheyTouch) {
  EXPECT_EQ(pixels_of({1.5, 2.0, 2.0, 3.0}, 10, 10), (PixelBox{1, 2, 3, 3}));
  EXPECT_EQ(pixels_of({-5.0, -5.0, 7.0, 30.0}, 10, 8), (PixelBox{0, 0, 2, 8}));
  EXPECT_EQ(pixels_of({0.0, 0.0, 10.0, 8.0}, 10, 8), (PixelBox{0, 0, 10, 8}));
  EXPECT_EQ(pixels_of({10.0, 0.0, 5.0, 5.0}, 10, 8), std::nullopt);
  EXPECT_EQ(pixels_of({-5.0, 0.0, 5.0, 5.0}, 10, 8), std::nullopt);
  EXPECT_EQ(pixels_of({3.0, 3.0, 0.0, 5.0}, 10, 8), std::nullopt);
  EXPECT_EQ(pixels_of({1e300, 3.0, 1e300, 5.0}, 10, 8), std::nullopt);
  EXPECT_EQ(pixels_of({-1e300, 3.0, 1.7e308, 5.0}, 10, 8), (PixelBox{0, 3, 10, 5}));
}

TEST(BoxTable, IsReadInAnyOrderAndUnderManyNames) {
  const auto plain = parse_box_table(
      "story,shot,frame,character,x,y,w,h\nfilm/0,1,4,Momo,1,2,3,4.5\nfilm/0,1,5,Momo,,,,\n", "T");
  ASSERT_EQ(plain.size(), 2U);
  EXPECT_EQ(plain[0].where, "T, line 2");
  EXPECT_EQ(plain[0].story, "film/0");
  EXPECT_EQ(plain[0].shot, 1);
  EXPECT_EQ(plain[0].frame, 4);
  EXPECT_EQ(plain[0].character, "Momo");
  EXPECT_EQ(plain[0].box, (DetectedBox{1.0, 2.0, 3.0, 4.5}));
  EXPECT_FALSE(plain[1].box);
  const auto other = parse_box_table(
      "score;Bottom;RIGHT;top;left;Frame Index;Shot0;story-id\n0,9;6,5;4;2;1;4;0;film/0\n", "T");
  ASSERT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0].shot, 1);
  EXPECT_EQ(other[0].character, "");
  EXPECT_EQ(other[0].box, (DetectedBox{1.0, 2.0, 3.0, 4.5}));
}

TEST(BoxTable, CountsFramesFromOneInAColumnThatSaysSo) {
  const auto rows =
      parse_box_table("story,shot,Frame1,x,y,w,h\ncat/0,1,1,0,0,2,2\ncat/0,1,12,0,0,2,2\n", "T");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].frame, 0);
  EXPECT_EQ(rows[1].frame, 11);
  EXPECT_THAT(BoxSource(rows, one_character()).frames_of("cat/0", 1), ElementsAre(0, 11));
  const auto json =
      parse_box_json(R"([{"story": "cat/0", "shot": 1, "frame1": 3, "bbox": [0, 0, 2, 2]}])", "T");
  EXPECT_EQ(json.at(0).frame, 2);
  EXPECT_THAT(
      refusal_of([] { (void)parse_box_table("story,shot,frame1,x,y,w,h\na,1,0,0,0,1,1\n", "T"); }),
      HasSubstr("the frame \"0\" is not a whole number from 1 on"));
  EXPECT_THAT(refusal_of([] {
                (void)parse_box_table("story,shot,frame,frame1,x,y,w,h\na,1,0,1,0,0,1,1\n", "T");
              }),
              HasSubstr("both frame and frame1"));
}

TEST(BoxTable, RefusesMalformedRows) {
  const auto rows = [](const std::string& text) {
    return refusal_of([&] {
      static_cast<void>(parse_box_table("story,shot,frame,character,x,y,w,h\n" + text, "T"));
    });
  };
  EXPECT_THAT(rows("s,1,4,M,1,2,3,4\ns,1,5,M,1,2,,4\n"),
              AllOf(HasSubstr("T, line 3"), HasSubstr("1 of the four numbers")));
  EXPECT_THAT(rows("s,1,4,M,1,2,-3,4\n"),
              AllOf(HasSubstr("T, line 2"), HasSubstr("width -3"), HasSubstr("x1, y1, x2, y2")));
  EXPECT_THAT(rows("s,1,4,M,1,2,nan,4\n"),
              AllOf(HasSubstr("T, line 2"), HasSubstr("not a finite number")));
  EXPECT_THAT(rows("s,one,4,M,1,2,3,4\n"), HasSubstr("shot \"one\" is not a whole number"));
  EXPECT_THAT(rows("s,0,4,M,1,2,3,4\n"), HasSubstr("call the column shot0"));
  EXPECT_THAT(rows("s,1,-4,M,1,2,3,4\n"), HasSubstr("frame \"-4\" is not a whole number"));
  EXPECT_THAT(rows(",1,4,M,1,2,3,4\n"), HasSubstr("the story is empty"));
  EXPECT_THAT(rows("s,1,4,M,1,2,3\n"), HasSubstr("T, line 2"));
  const auto header = [](const std::string& text) {
    return refusal_of(
        [&] { static_cast<void>(parse_box_table(text + "\n1,1,1,1,1,1,1,1\n", "T")); });
  };
  EXPECT_THAT(header("story,shot,frame,character,x,y,w,z"), HasSubstr("no \"h\""));
  EXPECT_THAT(header("story,shot,frame,left,x,y,w,h"), HasSubstr("\"left\" and \"x\" both mean x"));
  EXPECT_THAT(header("story,shot,shot0,frame,x,y,w,h"), HasSubstr("both shot and shot0"));
  EXPECT_THAT(header("story,shot,frame,x,y,w,x2,h"), HasSubstr("both w and x2"));
  EXPECT_THAT(header("story,shot,frame,x,y,w,y2,z"), HasSubstr("one axis has a size"));
  EXPECT_THAT(
      refusal_of([] {
        static_cast<void>(parse_box_table("story,shot,frame,x1,y1,x2,y2\ns,1,1,5,5,4,9\n", "T"));
      }),
      HasSubstr("second corner lies before"));
}

TEST(BoxJson, IsReadInItsForms) {
  const char* const list = R"([{"story": "film/0", "shot": 1, "frame": 4, "character": "Momo",
                               "x": 1, "y": 2, "w": 3, "h": 4.5, "score": 0.5},
                              {"Story": 7, "shot0": "0", "frame": 4.0, "bbox": [1, 2, 3, 4.5]},
                              {"story": "s", "shot": 2, "frame": 0, "x1": 1, "y1": 2, "x2": 4,
                               "y2": 6.5, "character": null},
                              {"story": "s", "shot": 2, "frame": 1},
                              {"story": "s", "shot": 2, "frame": 2, "bbox": null}])";
  const auto rows = parse_box_json(list, "J");
  ASSERT_EQ(rows.size(), 5U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(rows[i].box, (DetectedBox{1.0, 2.0, 3.0, 4.5})) << i;
  EXPECT_EQ(rows[1].story, "7");
  EXPECT_EQ(rows[1].shot, 1);
  EXPECT_EQ(rows[1].where, "J, entry 2");
  EXPECT_FALSE(rows[3].box);
  EXPECT_FALSE(rows[4].box);
  EXPECT_EQ(parse_box_json(fmt::format(R"({{"boxes": {}}})", list), "J").size(), 5U);
}

TEST(BoxJson, RefusesOtherShapes) {
  const auto refused = [](const std::string& text) {
    return refusal_of([&] { static_cast<void>(parse_box_json(text, "J")); });
  };
  EXPECT_THAT(refused("{}"), HasSubstr("expected a list of boxes"));
  EXPECT_THAT(refused("[3]"), HasSubstr("J, entry 1: expected an object"));
  EXPECT_THAT(refused(R"([{"shot": 1, "frame": 0}])"), HasSubstr("no \"story\""));
  EXPECT_THAT(refused(R"([{"story": [], "shot": 1, "frame": 0}])"), HasSubstr("is not a text"));
  EXPECT_THAT(refused(R"([{"story": "s", "shot": 1.5, "frame": 0}])"),
              HasSubstr("shot \"1.5\" is not a whole number"));
  EXPECT_THAT(refused(R"([{"story": "s", "shot": 1, "frame": 0, "bbox": [1, 2, 3]}])"),
              HasSubstr("not [x, y, w, h]"));
  EXPECT_THAT(refused(R"([{"story": "s", "shot": 1, "frame": 0, "x": 1, "y": 2, "w": 3}])"),
              HasSubstr("1 of the four numbers"));
  EXPECT_THAT(
      refused(R"([{"story": "s", "shot": 1, "frame": 0, "x": "1", "y": 2, "w": 3, "h": 3}])"),
      HasSubstr("x = \"1\" is not a number"));
  EXPECT_THAT(refused(R"([{"story": "s", "shot": 1, "frame": 0, "bbox": [0, 0, 1e999, 3]}])"),
              HasSubstr("J"));
}

TEST(BoxSource, TakesTheLargestWithinTheFrame) {
  const auto rows = parse_box_table(
      "story,shot,frame,character,x,y,w,h\n"
      "film/0,1,4,Momo,0,0,2,2\n"
      "film/0,1,4,Momo,3,3,3,3\n"
      "film/0,1,4,Momo,9,0,100,8\n"  // of which 1 x 8 lies inside 10 x 8
      "film/0,1,5,Momo,50,50,10,10\n"
      "film/0,1,6,Momo,0,0,0,5\n"
      "film/0,1,7,Momo,,,,\n"
      "film/0,1,8,Momo,4,4,3,2\nfilm/0,1,8,Momo,0,0,2,3\n",
      "T");
  const BoxSource boxes(rows, two_characters());
  const auto found = [&](int frame) { return boxes.find({"film/0", 1, frame, "Momo"}, 10, 8); };
  EXPECT_EQ(found(4).state, SubjectState::given);
  EXPECT_EQ(found(4).box, (PixelBox{3, 3, 3, 3}));
  for (const int frame : {5, 6, 7, 9}) EXPECT_EQ(found(frame).state, SubjectState::undetected);
  EXPECT_EQ(found(8).box, (PixelBox{0, 0, 2, 3}));  // of equal ones the one furthest left
  EXPECT_EQ(boxes.find({"film/0", 1, 4, "Bär"}, 10, 8).state, SubjectState::undetected);
  EXPECT_EQ(boxes.find({"film/0", 2, 4, "Momo"}, 10, 8).state, SubjectState::not_given);
}

TEST(BoxSource, NamesStrangersOnce) {
  const TemporaryFolder folder;
  write_text(folder / "boxes.csv",
             "story,shot,frame,character,x,y,w,h\n"
             "film/0,1,4,Momo,0,0,2,2\n"
             "film/0,1,4,momo,0,0,2,2\n"
             "film/0,1,5,momo,0,0,2,2\n"
             "film/7,1,5,Momo,0,0,2,2\n"
             "film/1,1,5,,0,0,2,2\n");
  const BoxSource boxes(folder / "boxes.csv", two_characters());
  ASSERT_EQ(boxes.findings().size(), 3U);
  EXPECT_THAT(boxes.findings()[0].detail,
              AllOf(HasSubstr("boxes.csv, line 3"), HasSubstr("Did you mean Momo?")));
  EXPECT_THAT(boxes.findings()[1].detail, HasSubstr("no story film/7"));
  EXPECT_THAT(boxes.findings()[2].detail, HasSubstr("has 2 characters"));
  write_text(folder / "strange.JSON", R"([{"story": "x", "shot": 1, "frame": 0}])");
  EXPECT_THAT(refusal_of([&] { BoxSource(folder / "strange.JSON", two_characters()); }),
              AllOf(HasSubstr("no box for a shot of the split"), HasSubstr("no story x"),
                    HasSubstr("asbench boxes template")));
}

// ---- template

ShotReport report_of(const ShotKey& key, int frames, ShotSource source) {
  ShotReport report;
  report.key = key;
  report.frame_count = frames;
  report.source = std::move(source);
  return report;
}

TEST(BoxTemplate, HasARowForEachCharacterAndFrame) {
  const std::vector<ShotReport> shots = {
      report_of({"film/0", 1}, 10, {ShotSource::Kind::video_file, "out/a, b.mp4"}),
      report_of({"film/0", 2}, 2, {ShotSource::Kind::video_range, "out/long.mp4", 30, 32}),
      report_of({"film/1", 1}, 0, {ShotSource::Kind::video_file, "broken.mp4"}),
      report_of({"film/1", 2}, 9, {ShotSource::Kind::video_file, "nobody.mp4"})};
  const BoxTemplate made =
      make_box_template(two_characters(), shots, FrameRule{FrameRule::Kind::midpoint, 3});
  EXPECT_EQ(made.csv,
            "story,shot,frame,character,x,y,w,h,video,video_frame\n"
            "film/0,1,1,Momo,,,,,\"out/a, b.mp4\",1\n"
            "film/0,1,4,Momo,,,,,\"out/a, b.mp4\",4\n"
            "film/0,1,7,Momo,,,,,\"out/a, b.mp4\",7\n"
            "film/0,1,1,Bär,,,,,\"out/a, b.mp4\",1\n"
            "film/0,1,4,Bär,,,,,\"out/a, b.mp4\",4\n"
            "film/0,1,7,Bär,,,,,\"out/a, b.mp4\",7\n"
            "film/0,2,0,Momo,,,,,out/long.mp4,30\n"
            "film/0,2,1,Momo,,,,,out/long.mp4,31\n");
  EXPECT_EQ(made.rows, 8U);
  EXPECT_EQ(made.shots, 2U);
  EXPECT_THAT(made.without_video, ElementsAre(ShotKey{"film/1", 1}));
  const auto rows = parse_box_table(made.csv, "T");
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(rows[3].character, "Bär");
  EXPECT_FALSE(rows[3].box);
}

TEST(BoxSource, HasAHashOfItsBoxes) {
  const auto hash = [](const std::string& rows) {
    return BoxSource(parse_box_table("story,shot,frame,character,x,y,w,h\n" + rows, "T"),
                     one_character())
        .sha256();
  };
  const std::string hash_of_two = hash("cat/0,1,0,cat,1,1,2,2\ncat/0,1,1,cat,1,1,2,2\n");
  EXPECT_EQ(hash("cat/0,1,1,,1.0,1,2,2\ncat/0,1,0,cat,1,1,2,2\nother,1,1,x,0,0,1,1\n"),
            hash_of_two);
  EXPECT_NE(hash("cat/0,1,1,cat,1,1,2,2\ncat/0,1,0,cat,1,1,2,3\n"), hash_of_two);
  EXPECT_NE(hash("cat/0,1,0,cat,1,1,2,2\n"), hash_of_two);
  EXPECT_EQ(hash("cat/0,1,0,cat,1,1,2,2\ncat/0,1,0,cat,0,9,2,2\n"),
            hash("cat/0,1,0,cat,0,9,2,2\ncat/0,1,0,cat,1,1,2,2\n"));
}

}  // namespace
}  // namespace asbench::loaders
