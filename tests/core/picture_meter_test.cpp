// The pictures themselves: docs/design/metrics.md 15. Tests of whole clips with planted faults are
// in tests/baselines/picture_faults_test.cpp.
#include "core/picture_meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/luma_picture.h"
#include "tests/support/paths.h"

namespace asbench {
namespace {

// Whole-number sums against numpy's means: both in double, in another order.
constexpr double kDoubleRounding = 1e-12;

LumaPicture noise(int width, int height, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  LumaPicture picture(width, height);
  for (auto& value : picture.luma) value = static_cast<std::uint8_t>(random());
  return picture;
}

/// A textured ground, the same in every frame, with `by` added.
LumaPicture ground(int width, int height, int by = 0) {
  LumaPicture picture(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      picture.row(y)[x] = static_cast<std::uint8_t>(90 + (x * 7 + y * 13) % 41 + by);
  }
  return picture;
}

void fill(LumaPicture& picture, int left, int top, int width, int height, int value) {
  for (int y = std::max(top, 0); y < std::min(top + height, picture.height); ++y) {
    for (int x = std::max(left, 0); x < std::min(left + width, picture.width); ++x)
      picture.row(y)[x] = static_cast<std::uint8_t>(value);
  }
}

PictureStatistics measured(const std::vector<LumaPicture>& frames) {
  PictureMeter meter;
  for (const auto& frame : frames) meter.add(frame);
  return meter.result();
}

// ---- reduction

double shared(double a0, double a1, double b0, double b1) {
  return std::max(0.0, std::min(a1, b1) - std::max(a0, b0));
}

double naive_mean(const LumaPicture& picture, int i, int j, int width, int height) {
  const double scale_x = static_cast<double>(width) / picture.width;
  const double scale_y = static_cast<double>(height) / picture.height;
  double sum = 0.0;
  for (int y = 0; y < picture.height; ++y) {
    const double rows = shared(j, j + 1, y * scale_y, (y + 1) * scale_y);
    for (int x = 0; x < picture.width && rows > 0.0; ++x)
      sum += rows * shared(i, i + 1, x * scale_x, (x + 1) * scale_x) * picture.row(y)[x];
  }
  return sum;
}

TEST(LumaReducer, KeepsTheAspectAtAShorterSideOf240AndTakesMeansByArea) {
  struct Case {
    int width, height, to_width, to_height;
  };
  constexpr double kRoundedOnce = 0.5 + 1e-9;
  LumaReducer reducer;  // one for all: it must notice a new size
  for (const Case& c : {Case{720, 480, 360, 240}, Case{1280, 720, 427, 240},
                        Case{400, 700, 240, 420}, Case{853, 481, 426, 240},
                        Case{250, 300, 240, 288}, Case{300, 70, 300, 70}, Case{1, 1, 1, 1}}) {
    const LumaPicture picture = noise(c.width, c.height, 7);
    const LumaPicture small =
        reducer.reduce(LumaPlane{picture.luma.data(), c.width, c.width, c.height});
    ASSERT_EQ(small.width, c.to_width) << c.width;
    ASSERT_EQ(small.height, c.to_height) << c.width;
    for (const auto& [i, j] : {std::pair{0, 0},
                               {small.width - 1, small.height - 1},
                               {small.width / 3, small.height / 2}}) {
      EXPECT_NEAR(small.row(j)[i], naive_mean(picture, i, j, small.width, small.height),
                  kRoundedOnce)
          << c.width << "x" << c.height << " at " << i << "," << j;
    }
  }
}

TEST(LumaReducer, SumsOfTallPicturesDoNotOverflow) {
  LumaPicture white(3, 16384);
  std::fill(white.luma.begin(), white.luma.end(), std::uint8_t{255});
  LumaReducer reducer;
  const LumaPicture tall = reducer.reduce(LumaPlane{white.luma.data(), 3, 3, 16384});
  EXPECT_EQ(tall, white) << "the shorter side is 3";
  LumaPicture huge(241, 16383);
  std::fill(huge.luma.begin(), huge.luma.end(), std::uint8_t{255});
  const LumaPicture reduced = reducer.reduce(LumaPlane{huge.luma.data(), 241, 241, 16383});
  EXPECT_EQ(reduced.width, 240);
  EXPECT_EQ(*std::min_element(reduced.luma.begin(), reduced.luma.end()), 255);
}

TEST(LumaReducer, PaddedRowsAreSkippedAndRgbBecomesLuma) {
  const std::vector<std::uint8_t> padded = {10, 20, 99, 30, 40, 99};
  LumaReducer reducer;
  const LumaPicture picture = reducer.reduce(LumaPlane{padded.data(), 3, 2, 2});
  EXPECT_EQ(picture.luma, (std::vector<std::uint8_t>{10, 20, 30, 40}));
  Image rgb(1, 3, 3);
  rgb.bytes = {255, 0, 0, 0, 255, 0, 0, 0, 255};
  EXPECT_EQ(reducer.reduce(rgb).luma, (std::vector<std::uint8_t>{76, 150, 29}));
}

// ---- sharpness

TEST(PictureMeter, LaplacianByHand) {
  // One bright pixel in the middle of 5 x 5: the nine inner Laplacians are 40, four times -10, 0.
  LumaPicture picture(5, 5);
  picture.row(2)[2] = 10;
  const double mean = (40.0 - 4 * 10.0) / 9.0;
  EXPECT_NEAR(measured({picture}).laplacian, (1600.0 + 4 * 100.0) / 9.0 - mean * mean,
              kDoubleRounding);
  // Halved: {0, 0; 0, round(10 / 4)} has no pixel with four neighbours.
  EXPECT_EQ(measured({picture}).band_pass, 0.0);
}

TEST(PictureMeter, LaplacianOfWideNoiseEqualsANaiveLoop) {
  const LumaPicture picture = noise(2600, 5, 3);  // wider than the loop's chunks
  double sum = 0.0;
  double squares = 0.0;
  for (int y = 1; y < 4; ++y) {
    for (int x = 1; x < 2599; ++x) {
      const double value = 4.0 * picture.row(y)[x] - picture.row(y - 1)[x] - picture.row(y + 1)[x] -
                           picture.row(y)[x - 1] - picture.row(y)[x + 1];
      sum += value;
      squares += value * value;
    }
  }
  const double count = 2598.0 * 3.0;
  const double expected = squares / count - sum / count * (sum / count);
  EXPECT_NEAR(measured({picture}).laplacian, expected, kDoubleRounding * expected);
}

// ---- flicker

TEST(PictureMeter, AlternatingBrightnessHasItsDifferenceAndAFadeNone) {
  std::vector<LumaPicture> alternating;
  std::vector<LumaPicture> fade;
  for (int t = 0; t < 9; ++t) {
    alternating.push_back(ground(64, 48, t % 2 == 0 ? -5 : 5));
    fade.push_back(ground(64, 48, 6 * t));
  }
  EXPECT_NEAR(measured(alternating).flicker.value(), 10.0 / 255.0, kDoubleRounding);
  EXPECT_EQ(measured(alternating).still_area, 1.0);
  EXPECT_NEAR(measured(fade).flicker.value(), 0.0, kDoubleRounding);
}

TEST(PictureMeter, FlickerOfAPartCountsByItsArea) {
  // The left half alternates by 8 levels; blocks at its edge have neighbours that change too, but
  // each block of its own stays a pattern plus a constant.
  std::vector<LumaPicture> frames;
  for (int t = 0; t < 6; ++t) {
    LumaPicture frame = ground(64, 48);
    const LumaPicture brighter = ground(64, 48, t % 2 == 0 ? 8 : 0);
    for (int y = 0; y < 48; ++y) std::copy_n(brighter.row(y), 32, frame.row(y));
    frames.push_back(frame);
  }
  EXPECT_NEAR(measured(frames).flicker.value(), 4.0 / 255.0, kDoubleRounding);
}

TEST(PictureMeter, APlainObjectThatMovesIsNoFlicker) {
  std::vector<LumaPicture> frames;
  for (int t = 0; t < 10; ++t) {
    LumaPicture frame(192, 128);
    fill(frame, 0, 0, 192, 128, 100);
    fill(frame, 12 * t, 30, 40, 40, 220);  // plain on plain, more than a block a frame
    frames.push_back(frame);
  }
  const auto statistics = measured(frames);
  EXPECT_EQ(statistics.flicker, 0.0);
  EXPECT_GT(statistics.still_area, 0.5);
}

TEST(PictureMeter, WhereNothingStandsStillThereIsNoFlicker) {
  std::vector<LumaPicture> frames;
  for (std::uint64_t t = 0; t < 5; ++t) frames.push_back(noise(64, 48, t));
  EXPECT_FALSE(measured(frames).flicker);
  EXPECT_EQ(measured(frames).still_area, 0.0);
  EXPECT_FALSE(measured({ground(64, 48), ground(64, 48, 9)}).flicker) << "two frames";
}

// ---- repeats

TEST(PictureMeter, ARepeatedFrameMayDifferByNoiseButNotInOneBlock) {
  LumaPicture first = ground(64, 48);
  LumaPicture again = first;
  for (std::size_t i = 0; i < again.luma.size(); ++i)
    again.luma[i] = static_cast<std::uint8_t>(again.luma[i] + (i % 3 == 0 ? 2 : -1));
  fill(again, 24, 16, 8, 8, 0);
  for (int y = 16; y < 24; ++y) {  // one block by 5 levels: an edge that is compressed again
    for (int x = 24; x < 32; ++x) again.row(y)[x] = static_cast<std::uint8_t>(first.row(y)[x] + 5);
  }
  EXPECT_EQ(measured({first, again}).repeats, 1);
  EXPECT_EQ(measured({first, ground(64, 48, 2)}).repeats, 0) << "a fade";
  fill(again, 24, 16, 8, 8, 160);  // an eye that closes
  EXPECT_EQ(measured({first, again}).repeats, 0);
  EXPECT_EQ(measured({first, first, again, again, again}).repeats, 3);
  EXPECT_EQ(measured({first}).repeats, 0);
}

// ---- bars

TEST(PictureMeter, BarsAreDarkOrOfOneColour) {
  const auto with_bars = [](int top, int bottom, int upper, int lower) {
    std::vector<LumaPicture> frames;
    for (int t = 0; t < 4; ++t) {
      LumaPicture frame = ground(96, 60, 3 * t);
      fill(frame, 0, 0, 96, top, upper);
      fill(frame, 0, 60 - bottom, 96, bottom, lower);
      frames.push_back(frame);
    }
    return measured(frames);
  };
  EXPECT_EQ(with_bars(0, 0, 0, 0).bar_rows, 0.0);
  EXPECT_NEAR(with_bars(9, 6, 0, 0).bar_rows, 0.25, kDoubleRounding);
  EXPECT_EQ(with_bars(9, 6, 0, 0).bar_columns, 0.0);
  EXPECT_NEAR(with_bars(9, 6, 200, 202).bar_rows, 0.25, kDoubleRounding);
  EXPECT_NEAR(with_bars(9, 0, 16, 0).bar_rows, 0.15, kDoubleRounding) << "dark: may stand alone";
  EXPECT_EQ(with_bars(9, 0, 200, 0).bar_rows, 0.0) << "a plain sky";
  EXPECT_EQ(with_bars(9, 6, 200, 100).bar_rows, 0.0) << "a plain sky above a plain floor";
  EXPECT_NEAR(with_bars(9, 6, 10, 100).bar_rows, 0.15, kDoubleRounding) << "the dark one only";
}

TEST(PictureMeter, WhatIsPlainInOneFrameOnlyIsNoBar) {
  LumaPicture black(96, 60);
  EXPECT_EQ(measured({black, ground(96, 60), black}).bar_rows, 0.0);
  EXPECT_EQ(measured({black, black}).bar_rows, 1.0);
}

TEST(PictureMeter, RefusesAFrameOfAnotherSize) {
  PictureMeter meter;
  meter.add(LumaPicture(8, 8));
  EXPECT_THROW(meter.add(LumaPicture(8, 9)), InternalError);
}

// ---- golden

/// Frame t as tests/golden/picture/generate.py draws it.
LumaPicture golden_frame(int width, int height, int t, const std::string& kind) {
  LumaPicture picture(width, height);
  const int step = kind == "twos" ? t / 2 : t;
  const bool moves = kind == "moving" || kind == "twos";
  const int left = (3 + 4 * step) % width;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      int value = 60 + (x * 7 + y * 13) % 41 + (x * y) % 17;
      if (moves && x >= left && x < left + 9 && y >= 5 && y < 14) value = 200 - (x + y) % 5;
      if (kind == "alternating") value += t % 2 == 1 ? 6 : -6;
      if (kind == "fade") value += 5 * t;
      if (kind == "bars") {
        value = y < 6 || y >= height - 9 ? 2 : value + 3 * t;
        if (x < 4 || x >= width - 8) value = 3;
      }
      if (kind.ends_with("white side") || kind == "white sides") {
        if (x < 11) value = 240;
        if (kind == "white sides" && x >= width - 7) value = 243;
      }
      picture.row(y)[x] = static_cast<std::uint8_t>(value);
    }
  }
  return picture;
}

TEST(PictureMeter, EqualsThePlainFormulasInNumpy) {
  const auto folder = testing::source_folder() / "tests/golden/picture";
  const Json golden = read_json_file(folder / "golden.json");
  EXPECT_EQ(golden.at("script_sha256").get<std::string>(), sha256_file(folder / "generate.py"));
  for (const Json& clip : golden.at("clips")) {
    const auto name = clip.at("name").get<std::string>();
    std::vector<LumaPicture> frames;
    for (int t = 0; t < clip.at("frames").get<int>(); ++t) {
      frames.push_back(golden_frame(clip.at("width").get<int>(), clip.at("height").get<int>(), t,
                                    clip.at("kind").get<std::string>()));
    }
    const PictureStatistics statistics = measured(frames);
    const Json& expected = clip.at("expected");
    const auto expect_near = [&](const char* field, double actual) {
      const double value = expected.at(field).get<double>();
      EXPECT_NEAR(actual, value, kDoubleRounding * std::max(1.0, value)) << name << " " << field;
    };
    EXPECT_EQ(statistics.frames, expected.at("frames").get<int>()) << name;
    EXPECT_EQ(statistics.repeats, expected.at("repeats").get<int>()) << name;
    expect_near("laplacian", statistics.laplacian);
    expect_near("band_pass", statistics.band_pass);
    expect_near("still_area", statistics.still_area);
    expect_near("bar_rows", statistics.bar_rows);
    expect_near("bar_columns", statistics.bar_columns);
    ASSERT_EQ(statistics.flicker.has_value(), !expected.at("flicker").is_null()) << name;
    if (statistics.flicker) expect_near("flicker", *statistics.flicker);
  }
}

}  // namespace
}  // namespace asbench
