// Tiles and maps: by hand, and against the plain NumPy of tests/golden/multimodal/generate.py.
#include "models/multimodal/tiles.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/hash.h"
#include "models/multimodal/tile_maps.h"
#include "models/weights/safetensors.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

/// Means of a few float32 values.
constexpr double kMeanTolerance = 1e-6;

std::filesystem::path golden_file() {
  return testing::source_folder() / "tests/golden/multimodal/geometry.safetensors";
}

const std::map<std::string, at::Tensor>& golden() {
  static const std::map<std::string, at::Tensor> tensors = read_tensors(golden_file());
  return tensors;
}

TileOptions small_tiles(int tile) {
  return {tile, {tile, 2 * tile, 3 * tile}, 12};
}

/// Every pixel another colour.
Image coloured(int width, int height, int channels) {
  Image image(height, width, channels);
  for (std::size_t i = 0; i < image.bytes.size(); ++i) {
    image.bytes[i] = static_cast<std::uint8_t>(i * 37 % 251);
  }
  return image;
}

TEST(TileGolden, IsWhatItsScriptWrites) {
  const auto metadata = SafetensorsFile::open(golden_file()).metadata();
  EXPECT_EQ(metadata.at("script_sha256"), sha256_file(golden_file().parent_path() / "generate.py"));
  EXPECT_EQ(metadata.at("shared_sha256"),
            sha256_file(golden_file().parent_path().parent_path() / "mllm_golden.py"));
}

TEST(TileGrid, IsTheNearestOne) {
  const at::Tensor& grids = golden().at("grids");
  ASSERT_GE(grids.size(0), 100);
  for (std::int64_t i = 0; i < grids.size(0); ++i) {
    const auto value = [&](std::int64_t column) {
      return static_cast<int>(grids[i][column].item<std::int64_t>());
    };
    EXPECT_EQ(choose_tile_grid(value(0), value(1), {}), (TileGrid{value(2), value(3)}))
        << value(0) << " x " << value(1);
  }
}

TEST(TileGrid, OfTheBenchmarksFramesHasTwelveTiles) {
  EXPECT_EQ(choose_tile_grid(720, 480, {}), (TileGrid{4, 3}));
  EXPECT_EQ(zero_tiles(720, 480, Tiling::dynamic_s2, small_tiles(2)).pixels.size(0), 17);
}

// 11 : 4 lies halfway between 5 x 2 and 6 x 2.
TEST(TileGrid, OfTwoEquallyNearOnesIsTheLaterForLargePictures) {
  EXPECT_EQ(choose_tile_grid(11, 4, {}), (TileGrid{5, 2}));
  EXPECT_EQ(choose_tile_grid(2750, 1000, {}), (TileGrid{6, 2}));
}

TEST(Tiles, AreTheSinglePictureResizedAndNormalised) {
  const PictureTiles tiles = cut_tiles(coloured(14, 14, 3), Tiling::single, small_tiles(14));
  ASSERT_EQ(tiles.pixels.sizes().vec(), (std::vector<std::int64_t>{1, 3, 14, 14}));
  const Image picture = coloured(14, 14, 3);  // of the tile's size, so nothing is resized
  for (int y = 0; y < 14; ++y) {
    for (int x = 0; x < 14; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double level = picture.row(y)[3 * x + c];
        EXPECT_FLOAT_EQ(tiles.pixels[0][c][y][x].item<float>(),
                        static_cast<float>((level / 255.0 - 0.5) / 0.5));
      }
    }
  }
  EXPECT_EQ(tiles.grid, (TileGrid{1, 1}));
}

TEST(Tiles, ShowBlackWhereAPictureIsTransparent) {
  Image picture = coloured(9, 9, 4);
  for (std::size_t i = 3; i < picture.bytes.size(); i += 4) picture.bytes[i] = 0;
  EXPECT_TRUE(at::equal(cut_tiles(picture, Tiling::single, small_tiles(6)).pixels,
                        at::full({1, 3, 6, 6}, -1.0F)));
}

TEST(Tiles, OfTheZeroPictureHaveTheSameShape) {
  for (const Tiling tiling : {Tiling::single, Tiling::dynamic_s2}) {
    const PictureTiles zero = zero_tiles(30, 17, tiling, small_tiles(6));
    const PictureTiles cut = cut_tiles(coloured(30, 17, 3), tiling, small_tiles(6));
    EXPECT_EQ(zero.pixels.sizes(), cut.pixels.sizes());
    EXPECT_EQ(zero.grid, cut.grid);
    EXPECT_EQ(zero.tiling, tiling);
    EXPECT_EQ(zero.pixels.abs().max().item<float>(), 0.0F);
  }
}

TEST(Tiles, RefuseEmptyPictures) {
  expect_error([] { static_cast<void>(choose_tile_grid(0, 5, {})); }, {"0 x 5"});
  expect_error([] { static_cast<void>(cut_tiles(Image(), Tiling::single, {})); }, {});
  expect_error([] { static_cast<void>(cut_tiles(coloured(3, 3, 1), Tiling::single, {})); }, {});
}

class MergedScales : public ::testing::TestWithParam<TileGrid> {};

TEST_P(MergedScales, AreThoseOfPlainLoops) {
  const std::string name =
      std::to_string(GetParam().columns) + "x" + std::to_string(GetParam().rows);
  const at::Tensor merged =
      merge_scales(golden().at(name + ".features"), GetParam(), small_tiles(3));
  const at::Tensor& expected = golden().at(name + ".merged");
  ASSERT_EQ(merged.sizes(), expected.sizes());
  EXPECT_LE((merged - expected).abs().max().item<double>(), kMeanTolerance);
}

INSTANTIATE_TEST_SUITE_P(Grids, MergedScales,
                         ::testing::Values(TileGrid{4, 3}, TileGrid{3, 4}, TileGrid{3, 3},
                                           TileGrid{11, 1}, TileGrid{2, 5}));

TEST(MergedTiles, AreRowsOverTheWholePicture) {
  // Two tiles side by side, 2 x 2 tokens each.
  const at::Tensor tiles = at::arange(8, at::kFloat).view({2, 4, 1});
  EXPECT_TRUE(at::equal(merge_tiles(tiles, {2, 1}).flatten(),
                        at::tensor({0.F, 1.F, 4.F, 5.F, 2.F, 3.F, 6.F, 7.F})));
  // One above the other they are already in order.
  EXPECT_TRUE(at::equal(merge_tiles(tiles, {1, 2}).flatten(), tiles.flatten()));
}

TEST(RepeatedScales, AreTheChannelsOnceMore) {
  const at::Tensor features = at::arange(6, at::kFloat).view({1, 3, 2});
  const at::Tensor repeated = repeat_for_scales(features, 3);
  EXPECT_TRUE(at::equal(repeated[0][1], at::tensor({2.F, 3.F, 2.F, 3.F, 2.F, 3.F})));
}

TEST(Maps, RefuseWhatMakesNone) {
  expect_error([] { static_cast<void>(side_of_map(5)); }, {"5 tokens", "square"});
  expect_error(
      [] {
        static_cast<void>(merge_scales(at::zeros({16, 4, 2}), {4, 3}, small_tiles(2)));
      },
      {"[16, 4, 2]", "17 tiles"});
  expect_error(
      [] {
        static_cast<void>(merge_scales(at::zeros({17, 6, 2}), {4, 3}, small_tiles(2)));
      },
      {"6 tokens"});
  expect_error(
      [] {
        static_cast<void>(merge_tiles(at::zeros({3, 4, 2}), {2, 2}));
      },
      {"[3, 4, 2]", "4 tiles"});
}

}  // namespace
}  // namespace asbench::models
