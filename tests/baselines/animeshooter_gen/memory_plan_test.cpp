// The plan of a run's memory against what the process took, on a model whose weights and
// activations are larger than what else the process does. Each run is a process of its own.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "core/json.h"
#include "tests/baselines/animeshooter_gen/tiny_story.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

using asbench::testing::TemporaryFolder;

constexpr double kTolerance = 0.15;

/// T5 of 63 MB, a transformer of 90 MB, shots of 17 frames of 240 x 192 pixels: decoded in one
/// piece they take more than the weights, in tiles of 120 x 96 less.
class MemoryPlanOfARun : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    asbench::testing::write_tiny_split(*folder_ / "split", /*shots=*/1);
    asbench::testing::write_tiny_cogvideo(*folder_ / "warm");
    asbench::testing::write_tiny_cogvideo(
        *folder_ / "model",
        {.transformer = {{"num_attention_heads", 8},
                         {"attention_head_dim", 64},
                         {"num_layers", 6},
                         {"time_embed_dim", 64},
                         {"text_embed_dim", 512},
                         {"sample_height", 24},
                         {"sample_width", 30}},
         .vae = {{"block_out_channels", {16, 32, 32, 64}},
                 {"sample_height", 192},
                 {"sample_width", 240}},
         .text_encoder_config = {
             {"d_model", 512}, {"d_kv", 64}, {"d_ff", 1024}, {"num_heads", 8}, {"num_layers", 6}}});
  }
  static void TearDownTestSuite() { delete folder_; }

  /// @returns bytes planned
  static double expect_planned(const std::string& offload, const std::string& tile) {
    const auto at = [](const std::string& name) { return (*folder_ / name).string(); };
    const auto run = asbench::testing::run_program(
        (asbench::testing::build_folder() / "bin/asbench_memory_probe").string(),
        {at("warm"), at("model"), at("split"), at(offload + "-" + tile), offload, tile});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    if (run.exit_code != 0) return 0.0;
    const Json peak = parse_json(run.out, "stdout");
    const auto planned = peak.at("planned").get<double>();
    const auto measured = peak.at("measured").get<double>();
    std::printf("offload %s, tile %s: planned %.1f MB, measured %.1f MB, ratio %.3f\n",
                offload.c_str(), tile.c_str(), planned * 1e-6, measured * 1e-6, planned / measured);
    EXPECT_NEAR(planned / measured, 1.0, kTolerance);
    return planned;
  }

  static inline TemporaryFolder* folder_ = nullptr;
};

TEST_F(MemoryPlanOfARun, IsWhatItTakes) {
  const double whole = expect_planned("none", "off");
  const double tiled = expect_planned("none", "on");
  const double staged = expect_planned("stage", "off");
  const double both = expect_planned("stage", "on");
  EXPECT_LT(tiled, whole);
  EXPECT_LT(staged, whole);
  EXPECT_LE(both, staged);
}

}  // namespace
}  // namespace asbench::baselines
