#include "models/preprocess/composite.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace asbench::models {
namespace {

Image pixel(std::vector<std::uint8_t> levels) {
  Image image(1, 1, static_cast<int>(levels.size()));
  image.bytes = std::move(levels);
  return image;
}

using Bytes = std::vector<std::uint8_t>;

TEST(Composite, RoundsEveryPairOfColourAndAlphaAsDivisionBy255Does) {
  for (const auto& [background, behind] :
       {std::pair{Background::black, 0}, {Background::white, 255}, {Background::gray, 128}}) {
    for (int colour = 0; colour < 256; ++colour) {
      for (int alpha = 0; alpha < 256; ++alpha) {
        const auto c = static_cast<std::uint8_t>(colour), a = static_cast<std::uint8_t>(alpha);
        // Halves can't occur: 255 is odd.
        const int exact = (2 * (colour * alpha + behind * (255 - alpha)) + 255) / 510;
        ASSERT_EQ(composite(pixel({c, c, c, a}), background).bytes[1], exact);
      }
    }
  }
}

TEST(Composite, MeanIsTheEncodersOwnColour) {
  const std::array<double, 3> mean{.48145466, .4578275, .40821073};
  EXPECT_EQ(composite(pixel({9, 9, 9, 0}), Background::mean, mean).bytes, (Bytes{123, 117, 104}));
  EXPECT_THROW((void)composite(pixel({9, 9, 9, 0}), Background::mean), UsageError);
}

TEST(Composite, KeepTakesTheHiddenColours) {
  EXPECT_EQ(composite(pixel({9, 8, 7, 0}), Background::keep).bytes, (Bytes{9, 8, 7}));
}

TEST(Composite, OpaquePicturesAreLeftAlone) {
  EXPECT_EQ(composite(pixel({9, 8, 7}), Background::white), pixel({9, 8, 7}));
  EXPECT_EQ(composite(pixel({9, 8, 7, 255}), Background::white), pixel({9, 8, 7}));
}

TEST(Composite, NamesAreThoseOfTheOption) {
  for (const char* name : {"black", "white", "gray", "mean", "keep"}) {
    EXPECT_EQ(to_string(parse_background(name)), name);
  }
  EXPECT_THROW((void)parse_background("grey"), UsageError);
}

TEST(Composite, RefusesPicturesThatAreNotRgbOrRgba) {
  EXPECT_THROW((void)composite(pixel({1}), Background::black), BadInput);
  EXPECT_THROW((void)composite(Image(), Background::black), BadInput);
  EXPECT_THROW((void)crop_to_visible(pixel({1, 2})), BadInput);
}

TEST(CropToVisible, CutsToThePixelsWithAnyAlpha) {
  Image image(6, 9, 4);
  const auto paint = [&image](int y, int x, std::uint8_t level, std::uint8_t alpha) {
    image.row(y)[x * 4] = level;
    image.row(y)[x * 4 + 3] = alpha;
  };
  paint(1, 6, 50, 1);
  paint(4, 2, 60, 255);
  const Image cut = crop_to_visible(image);
  ASSERT_EQ(cut.height, 4);
  ASSERT_EQ(cut.width, 5);
  EXPECT_EQ(cut.row(0)[4 * 4], 50);
  EXPECT_EQ(cut.row(3)[0], 60);
}

TEST(CropToVisible, LeavesOpaquePicturesWholeAndRefusesInvisibleOnes) {
  EXPECT_EQ(crop_to_visible(Image(3, 5, 3)), Image(3, 5, 3));
  EXPECT_THROW((void)crop_to_visible(Image(3, 5, 4)), BadInput);
}

}  // namespace
}  // namespace asbench::models
