#include "core/thumbnail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "core/error.h"

namespace asbench {
namespace {

constexpr double kFloatOf255 = 2e-5;  // half a float32 step at 255

Image random_picture(int width, int height, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Image image(height, width, 3);
  for (auto& byte : image.bytes) byte = static_cast<std::uint8_t>(random());
  return image;
}

double luma_at(const Image& image, int x, int y) {
  const std::uint8_t* pixel = image.row(y) + 3 * x;
  return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
}

double shared(double a0, double a1, double b0, double b1) {
  return std::max(0.0, std::min(a1, b1) - std::max(a0, b0));
}

/// The area-weighted mean straight from the definition: the picture lies at [left, left + w
/// scale_x) x [top, top + h scale_y) of the thumbnail, background elsewhere.
double naive_pixel(const Image& image, int i, int j, double scale_x, double scale_y, double left,
                   double top, double background) {
  double sum = 0.0;
  double covered = 0.0;
  for (int y = 0; y < image.height; ++y) {
    const double rows = shared(j, j + 1, top + y * scale_y, top + (y + 1) * scale_y);
    if (rows == 0.0) continue;
    for (int x = 0; x < image.width; ++x) {
      const double area = rows * shared(i, i + 1, left + x * scale_x, left + (x + 1) * scale_x);
      sum += area * luma_at(image, x, y);
      covered += area;
    }
  }
  return sum + (1.0 - covered) * background;
}

void expect_equals_naive(const Image& image, const Thumbnail& thumbnail, double scale_x,
                         double scale_y, double left, double top, double background) {
  ASSERT_EQ(thumbnail.luma.size(), 360U * 240U);
  for (const auto& [i, j] :
       {std::pair{0, 0}, {359, 239}, {17, 101}, {180, 120}, {359, 0}, {3, 238}}) {
    EXPECT_NEAR(static_cast<double>(thumbnail.luma[static_cast<std::size_t>(j * 360 + i)]),
                naive_pixel(image, i, j, scale_x, scale_y, left, top, background), kFloatOf255)
        << image.width << "x" << image.height << " at " << i << "," << j;
  }
}

TEST(Thumbnail, OfTwiceTheSizeIsTheMeanOfFourPixels) {
  const Image image = random_picture(720, 480, 1);
  const Thumbnail thumbnail = make_thumbnail(image);
  for (const auto& [x, y] : {std::pair{0, 0}, {5, 7}, {359, 239}}) {
    double sum = 0.0;
    for (const auto& [dx, dy] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
      sum += luma_at(image, 2 * x + dx, 2 * y + dy);
    }
    EXPECT_NEAR(static_cast<double>(thumbnail.luma[static_cast<std::size_t>(y * 360 + x)]), sum / 4,
                kFloatOf255);
  }
}

TEST(Thumbnail, OfAnySizeIsTheAreaWeightedMean) {
  for (const auto& [width, height] :
       {std::pair{720, 480}, {1280, 720}, {361, 239}, {97, 53}, {1, 1}, {2, 900}, {3840, 2160}}) {
    const Image image = random_picture(width, height, 2);
    expect_equals_naive(image, make_thumbnail(image), 360.0 / width, 240.0 / height, 0, 0, 0);
  }
}

TEST(Thumbnail, LetterboxedKeepsTheAspectAndCentresBetweenBackground) {
  for (const auto& [width, height] :
       {std::pair{720, 480}, {512, 512}, {1280, 720}, {101, 307}, {1, 7}, {30, 20}, {2000, 3}}) {
    const Image image = random_picture(width, height, 3);
    const double scale = std::min(360.0 / width, 240.0 / height);
    const double grey = 0.299 * 10 + 0.587 * 200 + 0.114 * 90;
    expect_equals_naive(image, make_letterboxed_thumbnail(image, {10, 200, 90}), scale, scale,
                        (360 - width * scale) / 2, (240 - height * scale) / 2, grey);
  }
}

TEST(Thumbnail, LetterboxingThreeToTwoIsTheThumbnailItself) {
  const Image image = random_picture(720, 480, 4);
  EXPECT_EQ(make_letterboxed_thumbnail(image, {255, 0, 0}).luma, make_thumbnail(image).luma);
}

TEST(Thumbnail, OfOneColourIsThatColourEverywhere) {
  for (const int size : {1, 7, 360, 1000}) {
    Image image(size, size, 3);
    std::fill(image.bytes.begin(), image.bytes.end(), std::uint8_t{255});
    for (const float value : make_thumbnail(image).luma) ASSERT_EQ(value, 255.0F);
    for (const float value : make_letterboxed_thumbnail(image, {255, 255, 255}).luma) {
      ASSERT_EQ(value, 255.0F);
    }
  }
}

TEST(Thumbnail, CellsAreTheMeansOfEightByEightPixels) {
  const Thumbnail thumbnail = make_thumbnail(random_picture(720, 480, 5));
  const auto cells = thumbnail_cells(thumbnail);
  ASSERT_EQ(cells.size(), 1350U);
  for (const auto& [column, row] : {std::pair{0, 0}, {44, 29}, {13, 8}}) {
    double sum = 0.0;
    for (int y = 8 * row; y < 8 * row + 8; ++y) {
      for (int x = 8 * column; x < 8 * column + 8; ++x) {
        sum += static_cast<double>(thumbnail.luma[static_cast<std::size_t>(y * 360 + x)]);
      }
    }
    EXPECT_NEAR(static_cast<double>(cells[static_cast<std::size_t>(row * 45 + column)]), sum / 64,
                kFloatOf255);
  }
}

TEST(Thumbnail, MotionIsTheMeanAbsoluteDifferenceOverTheFullRange) {
  Image black(480, 720, 3);
  Image white = black;
  std::fill(white.bytes.begin(), white.bytes.end(), std::uint8_t{255});
  EXPECT_EQ(thumbnail_motion(make_thumbnail(black), make_thumbnail(white)), 1.0);
  EXPECT_EQ(thumbnail_motion(make_thumbnail(white), make_thumbnail(white)), 0.0);
  Image half = black;
  std::fill(half.bytes.begin(),
            half.bytes.begin() + static_cast<std::ptrdiff_t>(half.bytes.size() / 2),
            std::uint8_t{51});
  EXPECT_NEAR(thumbnail_motion(make_thumbnail(half), make_thumbnail(black)), 0.1, 1e-7);
}

TEST(Thumbnail, RefusesOtherShapesAndUnequalLengths) {
  EXPECT_THROW((void)make_thumbnail(Image(4, 4, 4)), BadInput);
  EXPECT_THROW((void)make_thumbnail(Image(0, 4, 3)), BadInput);
  EXPECT_THROW((void)make_letterboxed_thumbnail(Image(4, 70000, 3), {0, 0, 0}), BadInput);
  EXPECT_THROW((void)mean_absolute_difference({}, {}), InternalError);
}

}  // namespace
}  // namespace asbench
