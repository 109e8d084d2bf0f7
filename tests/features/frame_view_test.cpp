// What encoders get of a frame that is cut by masks or boxes, and what names such a cut in keys.
#include "features/frame_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image.h"
#include "models/preprocess/composite.h"

namespace asbench::features {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = FrameView::Kind;

constexpr std::array<double, 3> kMean = {0.5, 0.25, 1.0};  // 128, 64, 255

constexpr ViewedClip kClip = {.frame_count = 8, .width = 9, .height = 9};

/// Pixel (x, y) is (10 y + x, 100 + 10 y + x, 200).
Image frame(int height, int width) {
  Image image(height, width, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.row(y) + 3 * static_cast<std::ptrdiff_t>(x);
      pixel[0] = static_cast<std::uint8_t>(10 * y + x);
      pixel[1] = static_cast<std::uint8_t>(100 + 10 * y + x);
      pixel[2] = 200;
    }
  }
  return image;
}

std::array<int, 3> at(const Image& image, int x, int y) {
  const std::uint8_t* pixel = image.row(y) + 3 * static_cast<std::ptrdiff_t>(x);
  return {pixel[0], pixel[1], pixel[2]};
}

loaders::Mask mask_of(const std::vector<std::string>& rows) {
  loaders::Mask mask;
  mask.height = static_cast<int>(rows.size());
  mask.width = static_cast<int>(rows.front().size());
  for (const auto& row : rows) {
    for (const char c : row) mask.values.push_back(c == '#' ? 1 : 0);
  }
  return mask;
}

TEST(FrameView, AMaskedSubjectStandsOnTheReferencesBackground) {
  const std::vector<Region> regions = {mask_of({"..#.", ".##.", "...."})};
  const Image black =
      cut_picture(frame(3, 4), Kind::subject, regions, models::Background::black, kMean);
  EXPECT_EQ(black.height, 3);
  EXPECT_EQ(black.width, 4);
  EXPECT_EQ(at(black, 2, 0), (std::array{2, 102, 200}));
  EXPECT_EQ(at(black, 1, 1), (std::array{11, 111, 200}));
  EXPECT_EQ(at(black, 0, 0), (std::array{0, 0, 0}));
  EXPECT_EQ(at(black, 3, 2), (std::array{0, 0, 0}));
  const Image mean =
      cut_picture(frame(3, 4), Kind::subject, regions, models::Background::mean, kMean);
  EXPECT_EQ(at(mean, 0, 0), (std::array{128, 64, 255}));
  EXPECT_EQ(at(mean, 2, 1), (std::array{12, 112, 200}));
}

TEST(FrameView, ABoxedSubjectIsCutOut) {
  const std::vector<Region> regions = {loaders::PixelBox{1, 0, 2, 3}};
  const Image cut =
      cut_picture(frame(3, 5), Kind::subject, regions, models::Background::black, kMean);
  EXPECT_EQ(cut.height, 3);
  EXPECT_EQ(cut.width, 2);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 2; ++x) EXPECT_EQ(at(cut, x, y), at(frame(3, 5), x + 1, y));
  }
}

TEST(FrameView, ABackgroundHasItsSubjectsInTheEncodersMeanColour) {
  const std::vector<Region> regions = {mask_of({"#...", "....", "...#"}),
                                       loaders::PixelBox{1, 1, 2, 1}};
  const Image rest =
      cut_picture(frame(3, 4), Kind::background, regions, models::Background::black, kMean);
  const std::array<int, 3> filled = {128, 64, 255};
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) {
      const bool is_cut =
          (x == 0 && y == 0) || (x == 3 && y == 2) || (y == 1 && (x == 1 || x == 2));
      EXPECT_EQ(at(rest, x, y), is_cut ? filled : at(frame(3, 4), x, y)) << x << " " << y;
    }
  }
}

TEST(FrameView, WithoutSubjectsTheBackgroundIsTheFrame) {
  EXPECT_EQ(cut_picture(frame(3, 4), Kind::background, {}, models::Background::black, kMean),
            frame(3, 4));
}

TEST(FrameView, ARegionThatDoesNotFitIsRefused) {
  for (const Region& region :
       {Region(mask_of({"##", "##"})), Region(loaders::PixelBox{3, 0, 2, 1}),
        Region(loaders::PixelBox{0, -1, 1, 1}), Region(loaders::PixelBox{0, 0, 0, 1})}) {
    const std::vector<Region> regions = {region};
    EXPECT_THROW(
        (void)cut_picture(frame(3, 4), Kind::background, regions, models::Background::black, kMean),
        InternalError);
  }
}

/// Found in even frames, at column `frame`.
RegionFinder in_even_frames(int width = 1) {
  return [width](int frame, int, int) -> std::optional<Region> {
    if (frame % 2 == 1) return std::nullopt;
    return loaders::PixelBox{frame, 0, width, 1};
  };
}
RegionFinder everywhere() {
  return [](int, int w, int h) -> std::optional<Region> { return loaders::PixelBox{0, 0, w, h}; };
}

TEST(FrameView, AFrameWithoutOneOfItsSubjectsHasNoPicture) {
  const std::vector<int> frames = {0, 3, 4, 7};
  EXPECT_THAT(resolve({Kind::subject, {in_even_frames()}}, frames, kClip).places(),
              ElementsAre(0, 2));
  EXPECT_THAT(resolve({Kind::background, {everywhere(), in_even_frames()}}, frames, kClip).places(),
              ElementsAre(0, 2));
  EXPECT_THAT(resolve({Kind::background, {}}, frames, kClip).places(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(resolve({Kind::subject, {in_even_frames()}}, std::vector<int>{1}, kClip).places(),
              IsEmpty());
}

TEST(FrameView, IsToldTheClipsLengthFirst) {
  int told = 0;
  const FrameView view{Kind::subject, {everywhere()}, [&](int frames) {
                         told = frames;
                         throw BadInput("too short");
                       }};
  EXPECT_THROW((void)resolve(view, std::vector<int>{1}, kClip), BadInput);
  EXPECT_EQ(told, 8);
}

TEST(FrameView, ItsHashCoversKindRegionsAndFrames) {
  const std::vector<int> frames = {0, 3, 4};
  const auto hash = [&](const FrameView& view, const std::vector<int>& of) {
    return resolve(view, of, kClip).sha256;
  };
  const std::string first = hash({Kind::subject, {in_even_frames()}}, frames);
  EXPECT_EQ(hash({Kind::subject, {in_even_frames()}}, frames), first);
  EXPECT_NE(hash({Kind::background, {in_even_frames()}}, frames), first);
  EXPECT_NE(hash({Kind::subject, {in_even_frames(2)}}, frames), first);
  EXPECT_NE(hash({Kind::subject, {in_even_frames()}}, {0, 4}), first);
  const auto masked = [&](const std::vector<std::string>& rows) {
    return hash({Kind::subject, {[&](int, int, int) { return Region(mask_of(rows)); }}}, frames);
  };
  EXPECT_NE(masked({"#.", ".."}), masked({".#", ".."}));
  EXPECT_NE(masked({"#...."}), masked({"#", ".", ".", ".", "."}));
}

}  // namespace
}  // namespace asbench::features
