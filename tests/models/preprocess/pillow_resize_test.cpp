#include "models/preprocess/pillow_resize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <numbers>

#include "core/error.h"
#include "tests/models/preprocess/pictures.h"

namespace asbench::models {
namespace {

using asbench::testing::picture;
using Bytes = std::vector<std::uint8_t>;

/// One row (or, turned, one column) of grey levels resized to `length`.
Bytes resized_row(const Bytes& row, int length, Filter filter) {
  Image image(1, static_cast<int>(row.size()), 1);
  image.bytes = row;
  return resize_pillow(image, length, 1, filter).bytes;
}

Bytes resized_column(const Bytes& column, int length, Filter filter) {
  Image image(static_cast<int>(column.size()), 1, 1);
  image.bytes = column;
  return resize_pillow(image, 1, length, filter).bytes;
}

/// docs/design/metrics.md 1.1 word by word, one pixel at a time, 64-bit sums: the reference for the
/// fast path.
Bytes naive_pass(const Bytes& in, int lines, int length, int channels, int out, Filter filter) {
  Bytes result(static_cast<std::size_t>(lines * out * channels));
  const double scale = static_cast<double>(length) / out, fs = std::max(scale, 1.0);
  const double unscaled = filter == Filter::lanczos ? 3.0 : (filter == Filter::bicubic ? 2.0 : 1.0);
  const double support = unscaled * fs;
  const auto weight = [filter](double t) {
    t = std::abs(t);
    if (filter == Filter::lanczos) {
      const double x = t * std::numbers::pi;
      if (t == 0.0) return 1.0;
      return t < 3 ? std::sin(x) / x * (std::sin(x / 3) / (x / 3)) : 0.0;
    }
    if (filter == Filter::bilinear) return t < 1 ? 1 - t : 0.0;
    const double a = -0.5;
    if (t < 1) return ((a + 2) * t - (a + 3)) * (t * t) + 1;
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0.0;
  };
  for (int x = 0; x < out; ++x) {
    const double center = (x + 0.5) * scale;
    const int begin = std::max(0, static_cast<int>(std::trunc(center - support + 0.5)));
    const int end = std::min(length, static_cast<int>(std::trunc(center + support + 0.5)));
    double sum = 0;
    for (int j = begin; j < end; ++j) sum += weight((j - center + 0.5) * (1 / fs));
    for (int line = 0; line < lines; ++line) {
      for (int c = 0; c < channels; ++c) {
        std::int64_t total = 1 << 21;
        for (int j = begin; j < end; ++j) {
          const double v = weight((j - center + 0.5) * (1 / fs)) / sum * 4194304.0;
          const auto k = static_cast<std::int64_t>(std::trunc(v < 0 ? v - 0.5 : v + 0.5));
          total += k * in[static_cast<std::size_t>((line * length + j) * channels + c)];
        }
        const std::int64_t level = total >> 22;
        result[static_cast<std::size_t>((line * out + x) * channels + c)] =
            static_cast<std::uint8_t>(
                std::min<std::int64_t>(255, std::max<std::int64_t>(0, level)));
      }
    }
  }
  return result;
}

/// Swaps rows and columns.
Bytes turned(const Bytes& in, int height, int width, int channels) {
  Bytes out(in.size());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        out[static_cast<std::size_t>((x * height + y) * channels + c)] =
            in[static_cast<std::size_t>((y * width + x) * channels + c)];
      }
    }
  }
  return out;
}

Image naive_resize(const Image& image, int height, int width, Filter filter) {
  Image result(height, width, image.channels);
  Bytes bytes = image.bytes;
  if (width != image.width) {
    bytes = naive_pass(bytes, image.height, image.width, image.channels, width, filter);
  }
  if (height != image.height) {
    bytes = turned(bytes, image.height, width, image.channels);
    bytes = naive_pass(bytes, width, image.height, image.channels, height, filter);
    bytes = turned(bytes, width, height, image.channels);
  }
  result.bytes = bytes;
  return result;
}

TEST(PillowResize, BicubicStepGivesThePublishedRows) {
  const Bytes step{0, 0, 0, 0, 255, 255, 255, 255};
  const Bytes three{0, 127, 255}, five{0, 0, 128, 255, 255};
  const Bytes twelve{0, 0, 0, 0, 0, 31, 224, 255, 255, 255, 255, 255};
  for (const auto& resize : {resized_row, resized_column}) {
    EXPECT_EQ(resize(step, 3, Filter::bicubic), three);
    EXPECT_EQ(resize(step, 5, Filter::bicubic), five);
    EXPECT_EQ(resize(step, 12, Filter::bicubic), twelve);
  }
}

TEST(PillowResize, BilinearStepGivesThePublishedRows) {
  const Bytes step{0, 0, 0, 0, 255, 255, 255, 255};
  const Bytes three{0, 128, 255}, five{0, 0, 128, 255, 255};
  const Bytes twelve{0, 0, 0, 0, 0, 43, 212, 255, 255, 255, 255, 255};
  for (const auto& resize : {resized_row, resized_column}) {
    EXPECT_EQ(resize(step, 3, Filter::bilinear), three);
    EXPECT_EQ(resize(step, 5, Filter::bilinear), five);
    EXPECT_EQ(resize(step, 12, Filter::bilinear), twelve);
  }
}

TEST(PillowResize, SevenUnevenLevelsGiveThePublishedRows) {
  const Bytes levels{10, 200, 30, 90, 250, 0, 128};
  const Bytes cubic3{90, 120, 101}, cubic4{95, 82, 157, 74};
  const Bytes cubic10{0, 122, 177, 34, 52, 155, 246, 46, 44, 136};
  const Bytes linear3{96, 115, 99}, linear4{92, 81, 155, 79};
  const Bytes linear10{10, 114, 158, 38, 69, 146, 238, 63, 58, 128};
  for (const auto& resize : {resized_row, resized_column}) {
    EXPECT_EQ(resize(levels, 3, Filter::bicubic), cubic3);
    EXPECT_EQ(resize(levels, 4, Filter::bicubic), cubic4);
    EXPECT_EQ(resize(levels, 10, Filter::bicubic), cubic10);
    EXPECT_EQ(resize(levels, 3, Filter::bilinear), linear3);
    EXPECT_EQ(resize(levels, 4, Filter::bilinear), linear4);
    EXPECT_EQ(resize(levels, 10, Filter::bilinear), linear10);
  }
}

TEST(PillowResize, WeightsOfFourToEightAreThePublishedIntegers) {
  const AxisWeights axis = axis_weights(4, 8, Filter::bicubic);
  const std::vector<std::vector<std::int32_t>> expected{
      {4564390, -370086}, {3398305, 887845, -91846}, {928510, 3553952, -288158}};
  for (int x = 0; x < 3; ++x) {
    const WeightsView view = axis.view(x);
    EXPECT_EQ(axis.first[static_cast<std::size_t>(x)], 0);
    EXPECT_EQ(std::vector<std::int32_t>(view.coefficients, view.coefficients + view.taps),
              expected[static_cast<std::size_t>(x)]);
  }
}

TEST(PillowResize, PairsOfHalvesAddUpToTheCoefficients) {
  for (const int in : {3, 4, 720, 3840}) {
    const AxisWeights axis = axis_weights(in, 224, Filter::bicubic);
    for (int x = 0; x < 224; ++x) {
      const WeightsView view = axis.view(x);
      for (int j = 0; j < 2 * ((view.taps + 1) / 2); ++j) {
        const int shift = j % 2 == 0 ? 0 : 16;
        const auto half = [shift](std::int32_t pair) {
          return static_cast<std::int16_t>(static_cast<std::uint32_t>(pair) >> shift);
        };
        const int whole = half(view.high_pairs[j / 2]) * 4096 + half(view.low_pairs[j / 2]);
        EXPECT_EQ(whole, j < view.taps ? view.coefficients[j] : 0);
      }
    }
  }
}

struct Sizes {
  int height, width, new_height, new_width;
};

TEST(PillowResize, BothInstructionSetsGiveTheBytesOfTheNaiveLoop) {
  const std::vector<Sizes> all{
      {48, 72, 22, 33}, {61, 47, 24, 40}, {7, 5, 19, 23},  {1, 40, 9, 90},  {33, 1, 12, 12},
      {1, 1, 3, 4},     {2, 3, 1, 1},     {65, 31, 65, 7}, {31, 70, 9, 70}, {20, 20, 20, 20},
      {97, 11, 5, 11},  {16, 16, 33, 31}, {130, 6, 2, 3}};
  std::vector<Instructions> sets{Instructions::portable};
  if (has_avx2()) sets.push_back(Instructions::avx2);
  for (const Sizes& size : all) {
    for (const int channels : {1, 3, 4}) {
      for (const char* kind : {"noise", "blocks"}) {
        for (const Filter filter : {Filter::bilinear, Filter::bicubic, Filter::lanczos}) {
          const Image image = picture(kind, size.height, size.width, channels, 5);
          const Image expected = naive_resize(image, size.new_height, size.new_width, filter);
          for (const Instructions set : sets) {
            Bytes out(expected.bytes.size());
            Resizer(set).resize(image, size.new_height, size.new_width, filter,
                                {0, 0, size.new_height, size.new_width}, out);
            ASSERT_EQ(out, expected.bytes)
                << kind << ' ' << size.height << 'x' << size.width << 'x' << channels << " to "
                << size.new_height << 'x' << size.new_width << ' ' << to_string(filter)
                << (set == Instructions::portable ? " portable" : " avx2");
          }
        }
      }
    }
  }
}

TEST(PillowResize, Avx2AndPortableAgreeOnWholeFrames) {
  if (!has_avx2()) GTEST_SKIP() << "this CPU has no AVX2";
  for (const int channels : {1, 3, 4}) {
    for (const char* kind : {"noise", "smooth", "blocks"}) {
      const Image image = picture(kind, 480, 720, channels, channels);
      for (const auto& [height, width] : {std::pair{224, 336}, {256, 384}, {501, 999}}) {
        const Region all{0, 0, height, width};
        Bytes portable(static_cast<std::size_t>(height * width * channels)), avx2(portable.size());
        Resizer(Instructions::portable)
            .resize(image, height, width, Filter::bicubic, all, portable);
        Resizer(Instructions::avx2).resize(image, height, width, Filter::bicubic, all, avx2);
        ASSERT_EQ(portable, avx2) << kind << ' ' << channels << ' ' << height;
      }
    }
  }
}

TEST(PillowResize, ARegionHasTheBytesOfTheWholePicture) {
  const Image image = picture("noise", 97, 141, 3, 3);
  Resizer resizer;
  for (const auto& [height, width] :
       {std::pair{45, 66}, {97, 66}, {45, 141}, {97, 141}, {200, 300}}) {
    const Image whole = resize_pillow(image, width, height, Filter::bicubic);
    for (const Region region :
         {Region{0, 0, 1, 1}, {3, 5, 30, 33}, {height - 7, width - 9, 7, 9}, {0, 10, height, 20}}) {
      Bytes part(static_cast<std::size_t>(region.height * region.width * 3));
      resizer.resize(image, height, width, Filter::bicubic, region, part);
      for (int y = 0; y < region.height; ++y) {
        const std::uint8_t* expected = whole.row(region.top + y) + region.left * 3;
        const std::ptrdiff_t row = region.width * 3;
        ASSERT_TRUE(std::equal(expected, expected + row, part.data() + y * row));
      }
    }
  }
}

TEST(PillowResize, AResizerForgetsNothingBetweenPicturesOfManySizes) {
  Resizer resizer;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 40; ++i) {  // more sizes than it keeps tables for
      const Image image = picture("noise", 20 + i, 90 - i, 3, i);
      Bytes out(15 * 17 * 3);
      resizer.resize(image, 15, 17, Filter::bilinear, {0, 0, 15, 17}, out);
      ASSERT_EQ(out, resize_pillow(image, 17, 15, Filter::bilinear).bytes) << i;
    }
  }
}

TEST(PillowResize, AConstantPictureStaysConstant) {
  for (const int level : {0, 1, 127, 254, 255}) {
    Image image(50, 37, 3);
    std::fill(image.bytes.begin(), image.bytes.end(), static_cast<std::uint8_t>(level));
    for (const Filter filter : {Filter::bilinear, Filter::bicubic, Filter::lanczos}) {
      for (const std::uint8_t byte : resize_pillow(image, 91, 13, filter).bytes) {
        ASSERT_EQ(byte, level);
      }
    }
  }
}

TEST(PillowResize, RefusesEmptyMalformedAndAbsurdPictures) {
  EXPECT_THROW((void)resize_pillow(Image(), 3, 3, Filter::bicubic), BadInput);
  EXPECT_THROW((void)resize_pillow(Image(4, 4, 2), 3, 3, Filter::bicubic), BadInput);
  EXPECT_THROW((void)resize_pillow(Image(4, 4, 3), 0, 3, Filter::bicubic), BadInput);
  EXPECT_THROW((void)resize_pillow(Image(4, 4, 3), 3, kMaxSide + 1, Filter::bicubic), BadInput);
  EXPECT_THROW((void)resize_pillow(Image(4, 4, 3), kMaxSide, kMaxSide, Filter::bicubic), BadInput);
  Image cut(4, 4, 3);
  cut.bytes.pop_back();
  EXPECT_THROW((void)resize_pillow(cut, 3, 3, Filter::bicubic), BadInput);
}

TEST(PillowResize, RefusesARegionOutsideTheResultAndAWrongBuffer) {
  const Image image = picture("noise", 8, 8, 3, 1);
  Resizer resizer;
  Bytes out(4 * 4 * 3);
  for (const Region region : {Region{5, 0, 4, 4}, {0, 5, 4, 4}, {-1, 0, 4, 4}, {0, 0, 4, 0}}) {
    EXPECT_THROW(resizer.resize(image, 8, 8, Filter::bicubic, region, out), BadInput);
  }
  out.pop_back();
  EXPECT_THROW(resizer.resize(image, 8, 8, Filter::bicubic, {0, 0, 4, 4}, out), BadInput);
}

}  // namespace
}  // namespace asbench::models
