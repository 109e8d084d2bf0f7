// The geometry of tiled decoding and its blends.
#include "models/cogvideox/tile_plan.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

VaeConfig sized(std::int64_t height, std::int64_t width) {
  VaeConfig config;
  config.sample_height = height;
  config.sample_width = width;
  return config;
}

TEST(TilePlan, OfThePublishedSizeIsThePublishedOne) {
  const TilePlan plan = plan_tiles(VaeConfig(), "vae");
  EXPECT_EQ(plan.rows.tile, 30);
  EXPECT_EQ(plan.rows.stride, 25);
  EXPECT_EQ(plan.rows.blend, 40);
  EXPECT_EQ(plan.rows.keep, 200);
  EXPECT_EQ(plan.columns.tile, 45);
  EXPECT_EQ(plan.columns.stride, 36);
  EXPECT_EQ(plan.columns.blend, 72);
  EXPECT_EQ(plan.columns.keep, 288);
  EXPECT_TRUE(plan.applies_to(60, 90));
  EXPECT_TRUE(plan.applies_to(31, 1));
  EXPECT_TRUE(plan.applies_to(1, 46));
  EXPECT_FALSE(plan.applies_to(30, 45));
}

// Tiles of 6 n x 5 n latents always fit; between them only those whose roundings agree.
TEST(TilePlan, RefusesSizesWhosePixelsKeptAreNotTheStride) {
  for (std::int64_t latents = 1; latents <= 60; ++latents) {
    const bool rows_fit = latents % 6 == 0;
    const bool columns_fit = latents % 5 == 0;
    const std::int64_t side = 16 * latents;
    if (rows_fit) {
      EXPECT_EQ(plan_tiles(sized(side, 720), "vae").rows.stride, latents / 6 * 5) << side;
    } else {
      expect_error([&] { static_cast<void>(plan_tiles(sized(side, 720), "the vae")); },
                   {"the vae", "sample_height is " + std::to_string(side)});
    }
    if (columns_fit) {
      EXPECT_EQ(plan_tiles(sized(480, side), "vae").columns.stride, latents / 5 * 4) << side;
    } else {
      expect_error([&] { static_cast<void>(plan_tiles(sized(480, side), "the vae")); },
                   {"the vae", "sample_width is " + std::to_string(side)});
    }
  }
}

TEST(TilePlan, RefusesTilesWithoutALatent) {
  expect_error([] { static_cast<void>(plan_tiles(sized(1, 720), "vae")); }, {"sample_height is 1"});
  expect_error([] { static_cast<void>(plan_tiles(sized(480, 15), "vae")); },
               {"sample_width is 15"});
}

at::Tensor tile_of(std::vector<float> rows) {
  return at::tensor(rows).view({1, 1, 1, static_cast<std::int64_t>(rows.size()), 1}).clone();
}

TEST(TileBlend, FadesFromTheOldToTheNew) {
  at::Tensor tile = tile_of({8, 8, 8, 8, 8});
  const at::Tensor before = tile_of({7, 0, 4, 0, 4});
  blend_in(tile, last_lines(before, 3, 4), 3, 4);
  // Old lines 0, 4, 0, 4 with weights 1, 3/4, 1/2, 1/4.
  EXPECT_TRUE(at::equal(tile.flatten(), at::tensor({0.F, 5.F, 4.F, 7.F, 8.F})));
}

TEST(TileBlend, IsLimitedByBothTiles) {
  at::Tensor small = tile_of({8, 8});
  blend_in(small, tile_of({1, 2, 3, 4}), 3, 4);  // the last two lines, 3 and 4
  EXPECT_TRUE(at::equal(small.flatten(), at::tensor({3.F, 6.F})));
  at::Tensor large = tile_of({8, 8, 8, 8});
  const at::Tensor strip = last_lines(tile_of({3, 4}), 3, 4);
  EXPECT_EQ(strip.size(3), 2);
  blend_in(large, strip, 3, 4);
  EXPECT_TRUE(at::equal(large.flatten(), at::tensor({3.F, 6.F, 8.F, 8.F})));
}

TEST(TileBlend, WorksAlongColumns) {
  at::Tensor tile = at::full({1, 1, 1, 2, 3}, 8.0);
  const at::Tensor before = at::zeros({1, 1, 1, 2, 2});
  blend_in(tile, before, 4, 2);
  EXPECT_TRUE(at::equal(tile[0][0][0], at::tensor({0.F, 4.F, 8.F}).expand({2, 3})));
}

}  // namespace
}  // namespace asbench::models
