#include "loaders/image_file.h"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "core/error.h"
#include "core/json.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::made_frame;
using testing::TemporaryFolder;

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string refusal(const std::filesystem::path& path) {
  try {
    const Image image = read_image(path);
    return "was read with " + std::to_string(image.channels) + " channels";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(ReadImage, GivesThePixelsOfAPng) {
  const TemporaryFolder folder;
  const Image rgb = made_frame({.width = 13, .height = 7}, 2);
  testing::make_picture(folder / "rgb.png", rgb);
  EXPECT_EQ(read_image(folder / "rgb.png"), rgb);
  Image rgba(3, 5, 4);
  for (std::size_t i = 0; i < rgba.bytes.size(); ++i) {
    rgba.bytes[i] = static_cast<std::uint8_t>(4 * i + 3);
  }
  testing::make_picture(folder / "rgba.png", rgba);
  EXPECT_EQ(read_image(folder / "rgba.png"), rgba);
}

TEST(ReadImage, ReadsJpegAndWebP) {
  const TemporaryFolder folder;
  const Image image = made_frame({.width = 32, .height = 24}, 0);
  for (const char* name : {"a.jpg", "a.webp"}) {
    testing::make_picture(folder / name, image);
    const Image read = read_image(folder / name);
    EXPECT_EQ(read.width, 32);
    EXPECT_EQ(read.height, 24);
    EXPECT_EQ(read.channels, 3);
  }
}

TEST(ReadImage, ExpandsGrey) {
  const TemporaryFolder folder;
  cv::Mat grey(2, 3, CV_8UC1);
  for (int i = 0; i < 6; ++i) grey.data[i] = static_cast<std::uint8_t>(40 * i);
  cv::imwrite((folder / "grey.png").string(), grey);
  const Image image = read_image(folder / "grey.png");
  ASSERT_EQ(image.channels, 3);
  EXPECT_EQ(image.row(1)[3], 160);
  EXPECT_EQ(image.row(1)[5], 160);
}

// Written by Pillow 11.3.0 from two pixels or levels each; hexadecimal.
TEST(ReadImage, ExpandsPalettesAndTransparentColours) {
  const TemporaryFolder folder;
  struct Case {
    const char* name;
    const char* hex;
    Image expected;
  };
  const auto pixels = [](int channels, std::vector<std::uint8_t> bytes) {
    Image image(1, 2, channels);
    image.bytes = std::move(bytes);
    return image;
  };
  const std::vector<Case> cases = {
#include "tests/loaders/small_pngs.inc"
  };
  ASSERT_GE(cases.size(), 5U);
  for (const Case& entry : cases) {
    write_file_atomically(folder / entry.name, from_hex(entry.hex));
    EXPECT_EQ(read_image(folder / entry.name), entry.expected) << entry.name;
  }
}

TEST(ReadImage, RefusesSixteenBits) {
  const TemporaryFolder folder;
  cv::imwrite((folder / "deep.png").string(), cv::Mat(4, 4, CV_16UC3, cv::Scalar(1, 2, 3)));
  EXPECT_NE(refusal(folder / "deep.png").find("16 bits per channel"), std::string::npos);
}

TEST(ReadImage, RefusesPicturesThatAreCutAnywhere) {
  const TemporaryFolder folder;
  const Image image = made_frame({.width = 64, .height = 48}, 1);
  for (const char* name : {"a.png", "a.jpg", "a.webp"}) {
    for (const double share : {0.0, 0.01, 0.3, 0.6, 0.95, 0.999}) {
      testing::make_picture(folder / name, image);
      testing::cut_file(folder / name, share);
      EXPECT_EQ(refusal(folder / name).find("was read"), std::string::npos) << name << share;
    }
  }
}

TEST(ReadImage, RefusesAPngWithAFlippedBit) {
  const TemporaryFolder folder;
  testing::make_picture(folder / "a.png", made_frame({}, 1));
  std::string bytes = read_text_file(folder / "a.png");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file_atomically(folder / "a.png", bytes);
  EXPECT_NE(refusal(folder / "a.png").find("wrong checksum"), std::string::npos);
}

TEST(ReadImage, RefusesAnAbsurdSizeBeforeDecoding) {
  const TemporaryFolder folder;
  // An IHDR of 40000 x 40000 with its right checksum, and an end.
  write_file_atomically(
      folder / "a.png",
      from_hex("89504e470d0a1a0a0000000d4948445200009c4000009c400802000000de6e99520000"
               "000049454e44ae426082"));
  EXPECT_NE(refusal(folder / "a.png").find("impossible size 40000x40000"), std::string::npos)
      << refusal(folder / "a.png");
}

TEST(ReadImage, NamesWhatIsNoPicture) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a.png", "hello, world");
  EXPECT_NE(refusal(folder / "a.png").find("not a PNG, JPEG or WebP"), std::string::npos);
  write_file_atomically(folder / "empty.png", "");
  EXPECT_NE(refusal(folder / "empty.png").find("empty file"), std::string::npos);
  EXPECT_NE(refusal(folder / "absent.png").find("no such file"), std::string::npos);
  EXPECT_NE(refusal(folder.path()).find("this is a folder"), std::string::npos);
}

}  // namespace
}  // namespace asbench::loaders
