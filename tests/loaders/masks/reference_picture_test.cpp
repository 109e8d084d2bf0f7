// References out of frames and masks: sizes, choice, findings, files.
#include "loaders/masks/reference_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "loaders/image_file.h"
#include "loaders/masks/reference_files.h"
#include "loaders/video/clip_reader.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr int kWidth = 64;
constexpr int kHeight = 48;
constexpr double kFps = 16.0;

/// Ones in a box of a mask of the given size.
RunLengths box_mask(int x, int y, int width, int height, int mask_width = kWidth,
                    int mask_height = kHeight) {
  Mask mask{mask_height, mask_width, {}};
  for (int row = 0; row < mask_height; ++row) {
    for (int column = 0; column < mask_width; ++column) {
      const bool inside = row >= y && row < y + height && column >= x && column < x + width;
      mask.values.push_back(inside ? 1 : 0);
    }
  }
  return encode_mask(mask);
}

/// A film of 20 frames and where it lies.
class ReferencePictures : public ::testing::Test {
 protected:
  void SetUp() override {
    asbench::testing::make_video(video(), {.frames = 20, .width = kWidth, .height = kHeight});
    const FrameRule all = parse_frame_rule("all");
    film_ = decode_clip({ShotSource::Kind::video_file, video()}, {&all, 1});
  }
  [[nodiscard]] fs::path video() const { return folder_ / "film.avi"; }

  std::vector<ReferencePicture> make(const std::vector<CharacterMasks>& characters,
                                     ReferenceChoice choice = ReferenceChoice::largest,
                                     double fps = kFps) {
    std::vector<ReferencePicture> pictures;
    findings_ = make_reference_pictures(
        video(), "film", characters, {.choice = choice, .annotated_fps = fps},
        [&](ReferencePicture picture) { pictures.push_back(std::move(picture)); });
    return pictures;
  }
  [[nodiscard]] std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const Finding& finding : findings_) kinds.push_back(finding.kind);
    return kinds;
  }
  [[nodiscard]] std::string detail_of(const std::string& kind) const {
    for (const Finding& finding : findings_) {
      if (finding.kind == kind) return finding.detail;
    }
    return {};
  }
  /// Frame numbers of one character's pictures.
  std::vector<int> frames(const std::vector<CharacterMask>& masks,
                          ReferenceChoice choice = ReferenceChoice::largest) {
    std::vector<int> indices;
    for (const auto& picture : make({{"film/0", "Momo", masks}}, choice))
      indices.push_back(picture.frame_index);
    return indices;
  }

  TemporaryFolder folder_;
  DecodedClip film_;
  Findings findings_;
};

TEST(MaskFits, WithinOnePercentOfTheAspect) {
  EXPECT_EQ(mask_fit(640, 360, 640, 360), MaskFit::exact);
  EXPECT_EQ(mask_fit(640, 360, 1280, 720), MaskFit::scaled);
  EXPECT_EQ(mask_fit(101, 100, 200, 200), MaskFit::scaled);
  EXPECT_EQ(mask_fit(102, 100, 200, 200), MaskFit::mismatch);
  EXPECT_EQ(mask_fit(99, 100, 200, 200), MaskFit::scaled);
  EXPECT_EQ(mask_fit(98, 100, 200, 200), MaskFit::mismatch);
  EXPECT_EQ(mask_fit(720, 720, 1280, 720), MaskFit::mismatch);
}

TEST(ScaledMasks, TakeThePixelUnderTheCentre) {
  const Mask mask{1, 3, {0, 1, 0}};
  EXPECT_THAT(scaled_mask(mask, 6, 1).values, ElementsAre(0, 0, 1, 1, 0, 0));
  EXPECT_THAT(scaled_mask(mask, 1, 2).values, ElementsAre(1, 1));
  EXPECT_THAT(scaled_mask(mask, 2, 1).values, ElementsAre(0, 0));  // centres at 0.75 and 2.25
  EXPECT_THAT(scaled_mask(mask, 4, 1).values, ElementsAre(0, 1, 1, 0));
  // Down by 2, against a loop in double precision.
  Mask noise{37, 53, {}};
  for (int i = 0; i < 37 * 53; ++i) noise.values.push_back((i * 7919 + i / 53 * 31) % 3 == 0);
  const Mask small = scaled_mask(noise, 26, 18);
  for (int y = 0; y < 18; ++y) {
    for (int x = 0; x < 26; ++x) {
      const int from_x = static_cast<int>((x + 0.5) * 53.0 / 26.0);
      const int from_y = static_cast<int>((y + 0.5) * 37.0 / 18.0);
      EXPECT_EQ(small.row(y)[x], noise.row(from_y)[from_x]);
    }
  }
}

TEST(MaskedPictures, HaveTheMaskAsAlphaAndKeepTheirColours) {
  Image frame(1, 2, 3);
  frame.bytes = {1, 2, 3, 4, 5, 6};
  EXPECT_THAT(masked_picture(frame, Mask{1, 2, {0, 1}}).bytes,
              ElementsAre(1, 2, 3, 0, 4, 5, 6, 255));
  EXPECT_THROW(static_cast<void>(masked_picture(frame, Mask{2, 1, {0, 1}})), InternalError);
}

TEST(ReferenceChoices, AreReadBack) {
  for (const char* text : {"largest", "all", "first"})
    EXPECT_EQ(to_string(parse_reference_choice(text)), text);
  EXPECT_THROW(static_cast<void>(parse_reference_choice("biggest")), UsageError);
}

TEST_F(ReferencePictures, AreFramesUnderTheirMasks) {
  const auto pictures = make({{"film/0", "Momo", {{7, box_mask(10, 5, 30, 20)}}}});
  ASSERT_EQ(pictures.size(), 1U);
  EXPECT_EQ(pictures[0].segment, "film/0");
  EXPECT_EQ(pictures[0].character, "Momo");
  EXPECT_EQ(pictures[0].number, 1);
  EXPECT_EQ(pictures[0].frame_index, 7);
  EXPECT_EQ(pictures[0].picture,
            masked_picture(film_.frames.at(7), decode_runs(box_mask(10, 5, 30, 20))));
  EXPECT_THAT(findings_, IsEmpty());
}

TEST_F(ReferencePictures, AreTheLargestOfTheirCharacter) {
  const std::vector<CharacterMask> masks = {{9, box_mask(0, 0, 20, 20)},
                                            {3, box_mask(0, 0, 30, 20)},
                                            {12, box_mask(5, 5, 20, 30)},
                                            {1, box_mask(0, 0, 10, 20)}};
  EXPECT_THAT(frames(masks), ElementsAre(3));  // 3 and 12 are equal: the earlier one
  EXPECT_THAT(frames(masks, ReferenceChoice::first), ElementsAre(1));
  EXPECT_THAT(frames(masks, ReferenceChoice::all), ElementsAre(1, 3, 9, 12));
  EXPECT_THAT(findings_, IsEmpty());
}

TEST_F(ReferencePictures, AreLargestByTheirShareOfThePicture) {
  // 16 x 12 of 32 x 24 is a quarter; 20 x 20 of 64 x 48 is less.
  EXPECT_THAT(frames({{2, box_mask(0, 0, 20, 20)}, {5, box_mask(0, 0, 16, 12, 32, 24)}}),
              ElementsAre(5));
  EXPECT_THAT(kinds(), ElementsAre("mask_scaled"));
  EXPECT_THAT(detail_of("mask_scaled"),
              HasSubstr("1 mask is scaled to the frames' 64x48, the first from 32x24"));
}

TEST_F(ReferencePictures, OfSeveralCharactersComeFromOnePass) {
  const auto pictures = make({{"film/1", "Bär", {{15, box_mask(0, 0, 20, 20)}}},
                              {"film/0", "Momo", {{4, box_mask(0, 0, 20, 20)}}},
                              {"film/1", "Momo", {{15, box_mask(9, 9, 20, 20)}}}});
  ASSERT_EQ(pictures.size(), 3U);
  EXPECT_EQ(pictures[0].segment + pictures[0].character, "film/0Momo");
  EXPECT_EQ(pictures[1].segment + pictures[1].character, "film/1Bär");
  EXPECT_EQ(pictures[2].segment + pictures[2].character, "film/1Momo");
  EXPECT_EQ(pictures[2].picture,
            masked_picture(film_.frames.at(15), decode_runs(box_mask(9, 9, 20, 20))));
}

TEST_F(ReferencePictures, SayWhatIsWrongWithMasks) {
  const auto pictures = make({{"film/0",
                               "Momo",
                               {{4, box_mask(0, 0, 30, 20)},
                                {4, box_mask(0, 0, 40, 20)},
                                {5, box_mask(0, 0, 0, 0)},
                                {6, box_mask(0, 0, 20, 20, 48, 48)},
                                {-3, box_mask(0, 0, 20, 20)},
                                {0, box_mask(0, 0, 2, 2)},
                                {8, box_mask(0, 0, 64, 44)},
                                {700, box_mask(0, 0, 20, 20)}}}},
                             ReferenceChoice::all);
  std::vector<int> indices;
  for (const auto& picture : pictures) indices.push_back(picture.frame_index);
  EXPECT_THAT(indices, ElementsAre(0, 4, 8));
  EXPECT_EQ(pictures[1].picture,
            masked_picture(film_.frames.at(4), decode_runs(box_mask(0, 0, 30, 20))));
  EXPECT_EQ(pictures[1].number, 2);
  EXPECT_THAT(kinds(), UnorderedElementsAre("duplicate_mask", "empty_mask", "mask_size_mismatch",
                                            "frame_beyond_video", "frame_beyond_video", "mask_area",
                                            "mask_area"));
  EXPECT_EQ(findings_.front().story, "film/0");
  EXPECT_EQ(detail_of("mask_size_mismatch"),
            "character Momo: frame 6: the mask is 48x48 and the frame 64x48");
  EXPECT_EQ(detail_of("empty_mask"), "character Momo: frame 5: the mask has no pixel");
  EXPECT_THAT(detail_of("mask_area"), HasSubstr("frame 0: the mask takes 0.1 %"));
}

TEST_F(ReferencePictures, AreAsLargeAsTheDataSetKeepsThem) {
  const auto kinds_of = [&](int width, int height) {
    static_cast<void>(frames({{4, box_mask(0, 0, width, height)}}));
    return kinds();
  };
  EXPECT_THAT(kinds_of(16, 9), ElementsAre("mask_area"));   // 4.7 % of 64 x 48
  EXPECT_THAT(kinds_of(14, 11), IsEmpty());                 // 5.01 %
  EXPECT_THAT(kinds_of(64, 43), IsEmpty());                 // 89.6 %
  EXPECT_THAT(kinds_of(64, 44), ElementsAre("mask_area"));  // 91.7 %
}

TEST_F(ReferencePictures, BeyondTheVideoGiveWayToOthers) {
  EXPECT_THAT(frames({{20, box_mask(0, 0, 40, 40)}, {11, box_mask(0, 0, 20, 20)}}),
              ElementsAre(11));
  EXPECT_THAT(kinds(), ElementsAre("frame_beyond_video"));
  EXPECT_THAT(detail_of("frame_beyond_video"), HasSubstr("frame 20: the video has 20 frames"));
  EXPECT_THAT(frames({{20, box_mask(0, 0, 40, 40)}, {90, box_mask(0, 0, 20, 20)}}), IsEmpty());
  EXPECT_THAT(detail_of("missing_reference"),
              HasSubstr("character Momo: none of 2 masks can be used"));
}

TEST_F(ReferencePictures, AreFoundByTimeWhereTheFrameRateDiffers) {
  // Frame 5 at 8 frames a second is frame 10 at 16.
  const auto pictures =
      make({{"film/0", "Momo", {{5, box_mask(0, 0, 20, 20)}}}}, ReferenceChoice::largest, 8.0);
  ASSERT_EQ(pictures.size(), 1U);
  EXPECT_EQ(pictures[0].frame_index, 5);
  EXPECT_EQ(pictures[0].picture,
            masked_picture(film_.frames.at(10), decode_runs(box_mask(0, 0, 20, 20))));
  EXPECT_THAT(kinds(), ElementsAre("fps_mismatch"));
  // 0.05 % is none.
  static_cast<void>(make({{"film/0", "Momo", {{5, box_mask(0, 0, 20, 20)}}}},
                         ReferenceChoice::largest, kFps * 1.0005));
  EXPECT_THAT(findings_, IsEmpty());
}

TEST_F(ReferencePictures, OfADamagedVideoComeFromBeforeTheDamage) {
  std::fstream file(video(), std::ios::in | std::ios::out | std::ios::binary);
  const auto size = static_cast<std::streamoff>(fs::file_size(video()));
  file.seekp(size * 6 / 10);
  for (int i = 0; i < 400; ++i) file.put('\x55');
  file.close();
  EXPECT_THAT(frames({{19, box_mask(0, 0, 40, 40)}, {3, box_mask(0, 0, 20, 20)}}), ElementsAre(3));
  EXPECT_THAT(kinds(), ElementsAre("video_unreadable"));
  EXPECT_THAT(detail_of("video_unreadable"), HasSubstr("video film: "));
}

TEST_F(ReferencePictures, OfNoVideoAreNone) {
  std::ofstream(video()) << "not a video";
  EXPECT_THAT(frames({{3, box_mask(0, 0, 20, 20)}}), IsEmpty());
  EXPECT_THAT(kinds(), ElementsAre("video_unreadable", "missing_reference"));
  EXPECT_THAT(make({{"film/0", "Momo", {}}}), IsEmpty());
  EXPECT_THAT(kinds(), ElementsAre("video_unreadable"));
}

TEST_F(ReferencePictures, AreWrittenAndNotOverwritten) {
  const std::vector<CharacterMasks> characters = {
      {"film/0", "Momo/2", {{9, box_mask(0, 0, 20, 20)}, {3, box_mask(0, 0, 30, 20)}}},
      {"film/1", "Bär", {{1, box_mask(0, 0, 30, 20)}}}};
  ReferenceFileOptions options{
      .references = {.choice = ReferenceChoice::all, .annotated_fps = kFps}};
  const auto write = [&] {
    return write_reference_pictures(video(), "film", characters, folder_ / "out", options);
  };
  const auto written = write();
  EXPECT_THAT(written.findings, IsEmpty());
  ASSERT_EQ(written.files.size(), 3U);
  EXPECT_EQ(written.files[0].path, folder_ / "out/film/0/Momo%2F2_1.png");
  EXPECT_EQ(written.files[0].frame_index, 3);
  EXPECT_EQ(written.files[1].path, folder_ / "out/film/0/Momo%2F2_2.png");
  EXPECT_EQ(written.files[2].path, folder_ / "out/film/1/Bär_1.png");
  EXPECT_EQ(read_image(written.files[0].path),
            masked_picture(film_.frames.at(3), decode_runs(box_mask(0, 0, 30, 20))));
  EXPECT_EQ(write().files.size(), 3U);  // the same content stays
  std::ofstream(written.files[1].path) << "something else";
  EXPECT_THROW(static_cast<void>(write()), UsageError);
  EXPECT_EQ(read_text_file(written.files[1].path), "something else");
  options.force = true;
  EXPECT_EQ(write().files.size(), 3U);
  EXPECT_EQ(read_image(written.files[1].path).channels, 4);
}

TEST(ReferenceFiles, HaveNamesThatEverySystemTakes) {
  const auto name = [](std::string_view character) {
    return reference_file("out", "id", "id/3", character, 2).string();
  };
  EXPECT_EQ(name("Momo"), "out/id/3/Momo_2.png");
  EXPECT_EQ(name("a b_c"), "out/id/3/a b_c_2.png");
  EXPECT_EQ(name(".."), "out/id/3/%2E%2E_2.png");
  EXPECT_EQ(name("a\nb"), "out/id/3/a%0Ab_2.png");
  EXPECT_EQ(name("50%: \\"), "out/id/3/50%25%3A %5C_2.png");
  EXPECT_EQ(name(""), "out/id/3/%_2.png");
  EXPECT_EQ(reference_file("out", "../x", "..", "c", 1).string(), "out/%2E.%2Fx/%2E%2E/c_1.png");
}

TEST(ReferenceFile, OfALongNameIsShortAndStaysDifferent) {
  const std::string sentence = "A tall young woman with silver hair, " + std::string(180, 'x');
  const std::string name = as_file_name(sentence);
  EXPECT_EQ(name.size(), 120U);
  EXPECT_TRUE(name.starts_with("A tall young woman with silver hair, xxx"));
  EXPECT_NE(name, as_file_name(sentence + "y"));
  EXPECT_EQ(as_file_name(std::string(120, 'x')), std::string(120, 'x'));
  // Neither a character nor an escape is cut: 103 bytes are left for the beginning.
  for (std::size_t before = 100; before < 104; ++before) {
    const std::string at(before, 'x');
    const std::string wide = as_file_name(at + "\u6f22" + std::string(99, 'z'));
    EXPECT_EQ(wide.find('~'), before <= 100 ? 103U : before) << wide;
    const std::string escaped = as_file_name(at + "/" + std::string(99, 'z'));
    EXPECT_EQ(escaped.find('~'), before <= 100 ? 103U : before) << escaped;
  }
  const asbench::testing::TemporaryFolder folder;
  const auto file = reference_file(folder.path(), sentence, "film/0", sentence, 12);
  std::filesystem::create_directories(file.parent_path());
  EXPECT_TRUE(std::ofstream(file).is_open());
}

}  // namespace
}  // namespace asbench::loaders
