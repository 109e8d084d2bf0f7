#include "loaders/video/mat_image.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace asbench::loaders {
namespace {

/// Every byte tells its row, column and channel: rows, columns, channels and padding all differ.
constexpr int kRows = 5;
constexpr int kColumns = 7;

cv::Mat counted(int channels) {
  cv::Mat mat(kRows, kColumns, CV_MAKETYPE(CV_8U, channels));
  for (int y = 0; y < kRows; ++y) {
    for (int x = 0; x < kColumns; ++x) {
      for (int c = 0; c < channels; ++c) {
        mat.ptr<std::uint8_t>(y)[x * channels + c] = static_cast<std::uint8_t>(40 * y + 5 * x + c);
      }
    }
  }
  return mat;
}

TEST(MatToImage, SwapsBlueAndRedAndKeepsTheAxes) {
  const Image image = to_image(counted(3));
  ASSERT_EQ(image.height, kRows);
  ASSERT_EQ(image.width, kColumns);
  ASSERT_EQ(image.channels, 3);
  for (int y = 0; y < kRows; ++y) {
    for (int x = 0; x < kColumns; ++x) {
      for (int c = 0; c < 3; ++c) EXPECT_EQ(image.row(y)[3 * x + c], 40 * y + 5 * x + 2 - c);
    }
  }
}

TEST(MatToImage, ReadsRowsThatArePadded) {
  const cv::Mat whole = counted(3);
  const cv::Mat part = whole(cv::Rect(2, 1, 4, 3));
  ASSERT_FALSE(part.isContinuous());
  const Image image = to_image(part);
  ASSERT_EQ(image.height, 3);
  ASSERT_EQ(image.width, 4);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) {
      for (int c = 0; c < 3; ++c) {
        EXPECT_EQ(image.row(y)[3 * x + c], 40 * (y + 1) + 5 * (x + 2) + 2 - c);
      }
    }
  }
}

TEST(MatToImage, KeepsAlphaAndExpandsGrey) {
  const Image rgba = to_image(counted(4));
  ASSERT_EQ(rgba.channels, 4);
  EXPECT_EQ(rgba.row(2)[4 * 3 + 0], 80 + 15 + 2);
  EXPECT_EQ(rgba.row(2)[4 * 3 + 3], 80 + 15 + 3);
  const Image grey = to_image(counted(1));
  ASSERT_EQ(grey.channels, 3);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(grey.row(4)[3 * 6 + c], 160 + 30);
}

TEST(MatToImage, IsUndoneByToMat) {
  for (const int channels : {3, 4}) {
    const Image image = to_image(counted(channels));
    EXPECT_EQ(to_image(to_mat(image)), image);
  }
}

TEST(MatToImage, RefusesOtherTypes) {
  EXPECT_THROW(static_cast<void>(to_image(cv::Mat())), InternalError);
  EXPECT_THROW(static_cast<void>(to_image(cv::Mat(2, 2, CV_16UC3))), InternalError);
  EXPECT_THROW(static_cast<void>(to_image(cv::Mat(2, 2, CV_8UC2))), InternalError);
}

TEST(FlattenOnBlack, MultipliesByAlphaWithRounding) {
  for (int c = 0; c < 256; ++c) {
    Image row(1, 256, 4);
    for (int a = 0; a < 256; ++a) {
      row.bytes[static_cast<std::size_t>(4 * a)] = static_cast<std::uint8_t>(c);
      row.bytes[static_cast<std::size_t>(4 * a + 3)] = static_cast<std::uint8_t>(a);
    }
    const Image flat = flatten_on_black(row);
    ASSERT_EQ(flat.channels, 3);
    for (int a = 0; a < 256; ++a) {
      ASSERT_EQ(flat.bytes[static_cast<std::size_t>(3 * a)], (2 * c * a + 255) / 510)
          << c << " * " << a;
    }
  }
}

}  // namespace
}  // namespace asbench::loaders
