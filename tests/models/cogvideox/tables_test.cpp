// Timestep embedding, position table and rotary table against diffusers 0.42.1
// (tests/golden/cogvideox_transformer) and against the anchors of
// docs/design/animeshootergen.md 4.7.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "models/cogvideox/timestep_embedding.h"
#include "models/cogvideox/video_positions.h"
#include "models/layers/runtime.h"
#include "tests/models/cogvideox/generator_golden.h"

namespace asbench::models {
namespace {

/// Of the anchors: four decimals, or five.
constexpr double kFourDecimals = 5e-5;
constexpr double kFiveDecimals = 5e-6;

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return a.sizes() == b.sizes() ? (a - b).abs().max().item<double>() : 1.0;
}

class CogVideoXTables : public ::testing::Test {
 protected:
  GeneratorGolden golden_{"cogvideox_transformer/tables.safetensors"};
  InferenceScope scope_;
};

TEST_F(CogVideoXTables, AreWhatTheirScriptWrites) {
  expect_written_by(golden_, "cogvideox_transformer/generate.py");
}

/// The golden's exponentials are those of the CPU that it was made on: a few of them are rounded
/// the other way, by one unit in the last place of a frequency f <= 1, so that an angle t f is off
/// by up to t 2^-23.
TEST_F(CogVideoXTables, TimestepsMatchTheGolden) {
  const at::Tensor times = at::tensor({999, 500, 19}, at::kLong);
  for (const std::int64_t width : {1920, 32}) {
    const at::Tensor ours = timestep_embedding(times, width, true, 0.0);
    const at::Tensor& expected = golden_.at("timestep." + std::to_string(width));
    ASSERT_EQ(ours.sizes(), expected.sizes());
    const at::Tensor differences = (ours - expected).abs();
    const at::Tensor allowed = times.to(at::kFloat).mul(0x1p-23).add(kTableTolerance).unsqueeze(1);
    EXPECT_TRUE(differences.le(allowed).all().item<bool>()) << width;
    const auto off = differences.gt(kTableTolerance).sum().item<std::int64_t>();
    EXPECT_LE(off, ours.numel() / 100) << width;
  }
  EXPECT_LE(largest_difference(timestep_embedding(times, 32, false, 1.0),
                               golden_.at("timestep.sines_first_shifted")),
            kTableTolerance);
}

/// Whatever the CPU: functions of the C library in double, rounded.
TEST_F(CogVideoXTables, TimestepsAreRoundedFromDouble) {
  for (const std::int64_t width : {1920, 32, 48}) {
    const at::Tensor ours = timestep_embedding(at::tensor({999, 19}, at::kLong), width, true, 0.0);
    const std::int64_t half = width / 2;
    for (std::int64_t k = 0; k < half; ++k) {
      const float exponent =
          static_cast<float>(k) * static_cast<float>(-std::log(10000.0)) / static_cast<float>(half);
      const auto frequency = static_cast<float>(std::exp(static_cast<double>(exponent)));
      for (std::int64_t i = 0; i < 2; ++i) {
        const double angle = static_cast<double>((i == 0 ? 999.0F : 19.0F) * frequency);
        ASSERT_EQ(ours[i][k].item<float>(), static_cast<float>(std::cos(angle))) << k;
        ASSERT_EQ(ours[i][half + k].item<float>(), static_cast<float>(std::sin(angle))) << k;
      }
    }
  }
}

TEST_F(CogVideoXTables, TimestepsHaveTheCosinesFirst) {
  const at::Tensor row = timestep_embedding(at::tensor({999}, at::kLong), 1920, true, 0.0)[0];
  EXPECT_NEAR(row[0].item<double>(), 0.9996, kFourDecimals);
  EXPECT_NEAR(row[960].item<double>(), -0.0265, kFourDecimals);
  // Angles in double would be 7e-5 away at this timestep: the tolerance sees them.
  double furthest = 0.0;
  for (std::int64_t k = 0; k < 960; ++k) {
    const double exact = std::cos(999.0 * std::pow(10000.0, -static_cast<double>(k) / 960.0));
    furthest = std::max(furthest, std::abs(row[k].item<double>() - exact));
  }
  EXPECT_GT(furthest, 10 * kTableTolerance);
  EXPECT_LT(furthest, 2e-4);
}

/// [tokens, D] of a small grid: the table as it is added to zeros.
at::Tensor whole_table(const PatchGrid& grid, std::int64_t width,
                       const InterpolationScales& scales) {
  const at::Tensor table = at::zeros({1, grid.count(), width});
  add_video_sines(table, video_sines(grid, width, scales), grid);
  return table[0];
}

TEST_F(CogVideoXTables, PositionsMatchTheGolden) {
  const VideoSines sines = video_sines({13, 30, 45}, 1920, {1.875, 1.0});
  const at::Tensor& tokens = golden_.at("tokens");
  for (std::int64_t i = 0; i < tokens.size(0); ++i) {
    const auto place = [&](std::int64_t axis) { return tokens[i][axis].item<std::int64_t>(); };
    const at::Tensor row =
        at::cat({sines.time[place(0)], sines.columns[place(2)], sines.rows[place(1)]});
    EXPECT_LE(largest_difference(row, golden_.at("sines.2b")[i]), kTableTolerance) << i;
  }
  EXPECT_LE(largest_difference(whole_table({5, 2, 3}, 32, {1.875, 1.0}), golden_.at("sines.t1")),
            kTableTolerance);
  EXPECT_LE(largest_difference(whole_table({3, 3, 5}, 32, {1.3, 0.7}), golden_.at("sines.scaled")),
            kTableTolerance);
}

TEST_F(CogVideoXTables, PositionsAreTimeThenColumnThenRow) {
  const VideoSines sines = video_sines({2, 2, 2}, 1920, {1.875, 1.0});
  EXPECT_NEAR(sines.time[1][0].item<double>(), 0.84147, kFiveDecimals);
  EXPECT_NEAR(sines.columns[1][0].item<double>(), 0.5084, kFourDecimals);
  EXPECT_NEAR(sines.rows[1][0].item<double>(), 0.5084, kFourDecimals);
  const at::Tensor table = whole_table({2, 2, 2}, 1920, {1.875, 1.0});
  const auto at_channel = [&](std::int64_t frame, std::int64_t row, std::int64_t column,
                              std::int64_t channel) {
    return table[(frame * 2 + row) * 2 + column][channel].item<double>();
  };
  EXPECT_NEAR(at_channel(1, 0, 0, 0), 0.84147, kFiveDecimals);
  EXPECT_NEAR(at_channel(0, 0, 1, 480), 0.5084, kFourDecimals);
  EXPECT_NEAR(at_channel(0, 1, 0, 1200), 0.5084, kFourDecimals);
  // At place 0 the sines, which come first, are 0 and the cosines 1.
  EXPECT_EQ(at_channel(0, 1, 0, 480), 0.0);
  EXPECT_EQ(at_channel(0, 0, 1, 1200), 0.0);
  EXPECT_EQ(at_channel(0, 0, 0, 240), 1.0);
}

/// Diffusers has each angle twice, for both channels of a pair.
at::Tensor one_of_each_pair(const at::Tensor& table) {
  const at::Tensor pairs = table.unflatten(1, {-1, 2});
  EXPECT_TRUE(pairs.select(2, 0).equal(pairs.select(2, 1)));
  return pairs.select(2, 0);
}

TEST_F(CogVideoXTables, RotationsMatchTheGolden) {
  const Rotation table = video_rotation({13, 30, 45}, {13, 30, 45}, 64);
  const at::Tensor& tokens = golden_.at("tokens");
  for (std::int64_t i = 0; i < tokens.size(0); ++i) {
    const auto place = [&](std::int64_t axis) { return tokens[i][axis].item<std::int64_t>(); };
    const std::int64_t token = (place(0) * 30 + place(1)) * 45 + place(2);
    EXPECT_LE(largest_difference(table.cosines[token],
                                 one_of_each_pair(golden_.at("rotary.5b.cosines"))[i]),
              kTableTolerance)
        << i;
    EXPECT_LE(
        largest_difference(table.sines[token], one_of_each_pair(golden_.at("rotary.5b.sines"))[i]),
        kTableTolerance)
        << i;
  }
}

TEST_F(CogVideoXTables, RotationsOfOtherSizesAreStretchedToTheOwnOne) {
  std::size_t compared = 0;
  for (const auto& [height, width] : {std::pair{4, 6}, {10, 6}, {4, 18}, {2, 4}, {12, 16}}) {
    const std::string name = "rotary." + std::to_string(height) + "x" + std::to_string(width);
    const Rotation table = video_rotation({3, height / 2, width / 2}, {5, 2, 3}, 16);
    EXPECT_LE(largest_difference(table.cosines, one_of_each_pair(golden_.at(name + ".cosines"))),
              kTableTolerance)
        << name;
    EXPECT_LE(largest_difference(table.sines, one_of_each_pair(golden_.at(name + ".sines"))),
              kTableTolerance)
        << name;
    ++compared;
  }
  EXPECT_EQ(compared, 5U);
}

}  // namespace
}  // namespace asbench::models
