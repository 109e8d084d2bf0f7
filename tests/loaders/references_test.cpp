// What a split's reference pictures may be, and what is said of those that can't be used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "loaders/findings.h"
#include "loaders/image_file.h"
#include "tests/loaders/picture_bytes.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_picture;

Image filled(int width, int height, const std::vector<std::uint8_t>& pixel) {
  Image image(height, width, static_cast<int>(pixel.size()));
  for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = pixel[i % pixel.size()];
  return image;
}

struct References : ::testing::Test {
  References() { testing::make_demo_split(folder.path()); }

  /// The findings of a fresh reading: of the split, then of its references.
  Findings find(std::string_view background = "black") {
    split = read_split(folder.path());
    Findings findings = split.findings;
    const Findings more = keep_usable_references(split, background);
    findings.insert(findings.end(), more.begin(), more.end());
    return findings;
  }
  void expect_one(const std::string& kind, const std::string& part) {
    const Findings findings = find();
    ASSERT_EQ(findings.size(), 1U) << kind;
    EXPECT_EQ(findings[0].kind, kind) << findings[0].detail;
    EXPECT_THAT(findings[0].detail, HasSubstr(part));
    EXPECT_THAT(findings[0].detail, ::testing::StartsWith("IP alpha: "));
  }
  std::filesystem::path reference() const { return folder / "alpha_ref.png"; }

  testing::TemporaryFolder folder;
  Split split;
};

TEST_F(References, OfASoundSplitAreKeptAndNothingIsSaid) {
  EXPECT_THAT(find(), IsEmpty());
  EXPECT_EQ(split.ip("alpha").references.size(), 1U);
}

TEST_F(References, ThatCanNotBeReadAreNamedAndTakenOut) {
  const std::string hash = read_split(folder.path()).sha256;
  testing::cut_file(reference(), 0.5);
  const std::string damaged = read_split(folder.path()).sha256;
  EXPECT_NE(damaged, hash);
  expect_one("missing_reference", "alpha_ref.png");
  EXPECT_THAT(split.ip("alpha").references, IsEmpty());
  EXPECT_THAT(split.ip("alpha").reference_sha256, IsEmpty());
  EXPECT_EQ(split.ip("beta").references.size(), 1U);
  EXPECT_EQ(split.sha256, damaged) << "the hash says what lies there, not what of it can be used";
}

TEST_F(References, ThatShowNothingAreTakenOut) {
  const std::vector<std::pair<Image, const char*>> pictures = {
      {filled(20, 30, {200, 10, 10, 0}), "20x30 pixels, all of them transparent"},
      {filled(1, 1, {9, 90, 200}), "1x1 pixels, all of one colour"},
      {filled(16, 16, {255, 255, 255}), "all of one colour"},
      {filled(16, 16, {40, 50, 60, 255}), "all of one colour (background: black)"}};
  for (const auto& [picture, part] : pictures) {
    make_picture(reference(), picture);
    expect_one("empty_reference", part);
    EXPECT_THAT(split.ip("alpha").references, IsEmpty()) << part;
  }
  // A black figure on nothing is black all over where it is composited on black.
  Image silhouette = filled(16, 16, {0, 0, 0, 0});
  for (std::size_t i = 3; i < silhouette.bytes.size() / 2; i += 4) silhouette.bytes[i] = 255;
  make_picture(reference(), silhouette);
  expect_one("empty_reference", "(background: black)");
  for (const char* background : {"white", "gray", "mean"})
    EXPECT_THAT(find(background), IsEmpty()) << background;
  EXPECT_EQ(find("keep").size(), 1U) << "without its alpha it is black all over";
  silhouette.bytes[0] = 30;
  make_picture(reference(), silhouette);
  EXPECT_THAT(find(), IsEmpty()) << "one pixel is something";
}

TEST_F(References, AreSeenOnTheBackgroundOfTheRun) {
  Image white = filled(16, 16, {255, 255, 255, 0});  // a white figure on nothing
  for (std::size_t i = 3; i < white.bytes.size() / 2; i += 4) white.bytes[i] = 255;
  make_picture(reference(), white);
  EXPECT_THAT(find("black"), IsEmpty());
  EXPECT_THAT(find("mean"), IsEmpty());
  EXPECT_EQ(find("white").size(), 1U);
  Image hidden = filled(16, 16, {255, 255, 255, 0});  // transparent, with a picture underneath
  hidden.bytes[0] = 0;
  make_picture(reference(), hidden);
  EXPECT_EQ(find("mean").size(), 1U);
  EXPECT_THAT(find("keep"), IsEmpty());
}

TEST_F(References, OfOneColourAreSeenThroughTheNoiseOfJpeg) {
  std::filesystem::remove(reference());
  make_picture(folder / "alpha_ref.jpg", filled(40, 40, {17, 130, 61}));
  const Findings findings = find();
  EXPECT_EQ(testing::count_of(findings, "empty_reference"), 1);
}

TEST_F(References, ThatAreTurnedSayTheirOrientation) {
  const std::string png = read_text_file(reference());
  write_file_atomically(reference(), testing::with_exif(png, testing::exif_block(6, false)));
  expect_one("reference_turned", "EXIF orientation 6 says; it is 48x64 pixels now");
  EXPECT_EQ(split.ip("alpha").references.size(), 1U);
  write_file_atomically(reference(), testing::with_exif(png, testing::exif_block(1, false)));
  EXPECT_THAT(find(), IsEmpty());
}

TEST_F(References, ThatMoveOrStandForSomethingElseAreNamed) {
  const std::string png = read_text_file(reference());
  write_file_atomically(reference(), testing::with_animation_control(png, 8));
  expect_one("missing_reference", "an animated PNG");
  write_file_atomically(reference(), "GIF89a");
  expect_one("missing_reference", "a GIF");
  write_file_atomically(reference(), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
  expect_one("missing_reference", "git lfs pull");
  write_file_atomically(reference(), "<html><body>Sign in</body></html>");
  expect_one("missing_reference", "an HTML page");
}

TEST_F(References, OfTwoCharactersMayBeOnePictureAndThatIsSaid) {
  write_file_atomically(folder / "beta_ref.png", read_text_file(reference()));
  const Findings findings = find();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].kind, "shared_reference");
  EXPECT_THAT(findings[0].detail, HasSubstr("IP beta: "));
  EXPECT_THAT(findings[0].detail, HasSubstr("is the same file as a reference of IP alpha"));
  EXPECT_EQ(split.ip("beta").references.size(), 1U);
}

TEST_F(References, OfAnotherNameAreUsedWhenOnlyOneCanBeMeant) {
  const std::string png = read_text_file(reference());
  const Image pixels = read_image(reference());
  std::filesystem::remove(reference());
  for (const char* name : {"Alpha_Ref.PNG", "alpha_ref.JPG", "alpha_REF.webp"}) {
    write_file_atomically(folder / name, png);
    expect_one("other_file_used", name);
    ASSERT_EQ(split.ip("alpha").references.size(), 1U) << name;
    EXPECT_EQ(read_image(split.ip("alpha").references[0]), pixels);
    std::filesystem::remove(folder / name);
  }
}

TEST_F(References, AreNotGuessedAmongSeveralOrFromOtherNames) {
  const std::string png = read_text_file(reference());
  std::filesystem::remove(reference());
  expect_one("missing_reference", "alpha_ref.png: no such file");
  write_file_atomically(folder / "alpha_ref.jpg", png);
  write_file_atomically(folder / "alpha_ref.webp", png);
  expect_one("missing_reference", "several could stand for it: alpha_ref.jpg, alpha_ref.webp");
  std::filesystem::remove(folder / "alpha_ref.jpg");
  std::filesystem::remove(folder / "alpha_ref.webp");
  write_file_atomically(folder / "alpha-reference.gif", png);
  expect_one("missing_reference", "There is alpha-reference.gif");
  EXPECT_THAT(split.ip("alpha").references, IsEmpty());
}

TEST(TestSetReferences, AreFoundAndNamedInTheIpsFolder) {
  const testing::TemporaryFolder folder;
  testing::make_test_set_split(folder.path());
  const auto move = [&](const char* from, const char* to) {
    std::filesystem::rename(folder / "one" / from, folder / "one" / to);
  };
  move("reference.png", "reference.jpeg");
  EXPECT_EQ(testing::count_of(read_split(folder.path()).findings, "other_file_used"), 1);
  move("reference.jpeg", "character.png");
  const Findings findings = read_split(folder.path()).findings;
  ASSERT_EQ(testing::count_of(findings, "missing_reference"), 1);
  EXPECT_THAT(findings[0].detail, HasSubstr("There is character.png"));
}

TEST_F(References, OfCharactersAreCheckedLikeThoseOfIps) {
  split = read_split(folder.path());
  Story& story = split.stories.front();
  Character& ant = story.characters.emplace_back();
  ant.id = "Ant";
  ant.references = {folder / "plain.png", split.ips.front().references.front()};
  ant.reference_sha256 = {"0", split.ips.front().reference_sha256.front()};
  make_picture(folder / "plain.png", filled(8, 8, {9, 9, 9}));
  const Findings findings = keep_usable_references(split, "black");
  ASSERT_EQ(findings.size(), 2U);
  for (const Finding& finding : findings) EXPECT_EQ(finding.story, story.id);
  EXPECT_EQ(findings[0].kind, "empty_reference");
  EXPECT_THAT(findings[0].detail, ::testing::StartsWith("character Ant: "));
  EXPECT_EQ(findings[1].kind, "shared_reference");
  EXPECT_THAT(findings[1].detail, HasSubstr("a reference of IP alpha"));
  EXPECT_EQ(ant.references.size(), 1U);
  EXPECT_EQ(ant.reference_sha256.size(), 1U);
}

}  // namespace
}  // namespace asbench::loaders
