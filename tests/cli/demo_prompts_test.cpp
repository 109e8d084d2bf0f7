// The demo's prompts through the whole program with a network: generate, then score.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "baselines/mini_world/mini_world.h"
#include "core/json.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

TEST(DemoPrompts, AreGeneratedByTheTinyModelAndScored) {
  const TemporaryFolder folder;
  const baselines::MiniWorldOptions options;
  Progress progress("drawing", baselines::clips_in(options), Progress::Style::quiet);
  const auto world = baselines::render_mini_world(options, folder.path() / "world", progress);
  const std::string videos = (folder.path() / "videos").string();
  const fs::path model = build_folder() / "share/asbench/tiny_generator";

  const auto generated = run_program(
      asbench_program(), {"generate", "--baseline", "animeshootergen", "--model", model.string(),
                          "--split", world.split.string(), "--device", "cpu", "--out", videos});
  ASSERT_EQ(generated.exit_code, 0) << generated.err;

  const fs::path result = folder.path() / "result.json";
  const auto scored = run_program(
      asbench_program(),
      {"score", "--protocol", "demo", "--split", world.split.string(), "--outputs", videos,
       "--cache", (folder.path() / "store").string(), "--out", result.string()});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;

  const Json document = read_json_file(result);
  const auto stories = static_cast<std::size_t>(options.ips * options.stories_per_ip);
  const auto shots = static_cast<std::size_t>(options.shots_per_story);
  EXPECT_EQ(document.at("coverage").at("scored_shots"), stories * shots);
  EXPECT_EQ(document.at("coverage").at("expected_shots"), stories * shots);
  ASSERT_EQ(document.at("stories").size(), stories);
  for (const auto& story : document.at("stories")) {
    ASSERT_EQ(story.at("shots").size(), shots);
    for (const auto& shot : story.at("shots")) EXPECT_EQ(shot.at("frame_count"), 17);
    for (const char* metric : {"clip_i", "dino_i", "clip_t", "cross_shot_clip", "cross_shot_dino",
                               "faithful_consistency", "frozen_rate", "duplicate_pairs"}) {
      EXPECT_TRUE(story.at("metrics").at(metric).at("mean").is_number())
          << story.at("id") << " " << metric;
    }
  }
}

}  // namespace
}  // namespace asbench::testing
