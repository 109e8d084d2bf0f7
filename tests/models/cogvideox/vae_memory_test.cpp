// The plan of a decoding's memory against what LibTorch's allocator is asked for.
#include "models/cogvideox/vae_memory.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/models/cogvideox/peak_meter.h"
#include "tests/models/cogvideox/vae_golden.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

constexpr double kTolerance = 0.15;

class VaeMemory : public ::testing::Test {
 protected:
  VaeMemory() : decoder_(load_vae_decoder(read_vae_golden().checkpoint, c10::kCPU)) {}

  [[nodiscard]] std::int64_t measured(const LatentSize& size, VaeTiling tiling) const {
    const at::Tensor latents =
        wave({size.batch, decoder_.config.latent_channels, size.frames, size.height, size.width});
    return peak_of([&] { static_cast<void>(decode_latents(decoder_, latents, tiling)); });
  }

  void expect_planned(const LatentSize& size, VaeTiling tiling) {
    const auto plan =
        static_cast<double>(decode_peak_bytes(decoder_.config, size, tiling, c10::kCPU));
    const auto real = static_cast<double>(measured(size, tiling));
    RecordProperty(fmt::format("b{}_t{}_h{}_w{}", size.batch, size.frames, size.height, size.width),
                   fmt::format("{:.4f}", plan / real));
    EXPECT_NEAR(plan / real, 1.0, kTolerance)
        << plan << " planned, " << real << " measured for " << size.frames << " frames of "
        << size.height << " x " << size.width;
  }

  VaeDecoder decoder_;
};

TEST_F(VaeMemory, OfOneBatchIsAsPlanned) {
  expect_planned({1, 1, 16, 24}, VaeTiling::off);
  expect_planned({1, 3, 16, 24}, VaeTiling::off);
  expect_planned({2, 2, 16, 12}, VaeTiling::off);
}

TEST_F(VaeMemory, OfSeveralBatchesIsAsPlanned) {
  expect_planned({1, 4, 16, 24}, VaeTiling::off);
  expect_planned({1, 7, 10, 16}, VaeTiling::off);
  expect_planned({2, 5, 10, 12}, VaeTiling::off);
}

TEST_F(VaeMemory, OfTilesIsAsPlanned) {
  expect_planned({1, 3, 22, 13}, VaeTiling::on);
  expect_planned({1, 5, 14, 5}, VaeTiling::on);
  expect_planned({1, 2, 12, 5}, VaeTiling::on);  // one tile, decoded in one piece
}

TEST_F(VaeMemory, IsLessInTilesAndInNarrowTypes) {
  const LatentSize full = {1, 13, 60, 90};
  const VaeConfig published;
  const auto plan = [&](VaeTiling tiling, const Placement& placement) {
    return decode_peak_bytes(published, full, tiling, placement);
  };
  const std::int64_t whole = plan(VaeTiling::off, c10::kCPU);
  const std::int64_t tiled = plan(VaeTiling::on, c10::kCPU);
  RecordProperty("published_whole_gb", fmt::format("{:.2f}", static_cast<double>(whole) * 1e-9));
  RecordProperty("published_tiled_gb", fmt::format("{:.2f}", static_cast<double>(tiled) * 1e-9));
  // One tensor of 256 channels x 9 x 480 x 720 is 3.2 GB, in tiles a quarter.
  EXPECT_GT(whole, 10'000'000'000);
  EXPECT_LT(whole, 16'000'000'000);
  EXPECT_LT(tiled, whole / 3);
  const std::int64_t narrow = plan(VaeTiling::off, {c10::kCPU, Precision::bf16});
  EXPECT_NEAR(static_cast<double>(narrow) / static_cast<double>(whole), 0.5, 0.02);
}

TEST_F(VaeMemory, CantBePlannedForTilesThatDontFit) {
  VaeConfig config;
  config.sample_width = 100;
  expect_error(
      [&] {
        static_cast<void>(decode_peak_bytes(config, {1, 3, 60, 90}, VaeTiling::on, c10::kCPU));
      },
      {"sample_width"});
}

}  // namespace
}  // namespace asbench::models
