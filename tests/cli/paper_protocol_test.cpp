// The protocol `animeshooter-paper` through the program, with a tiny seeded DreamSim: a third role
// beside CLIP and DINO, one decode for all of them, and Table 2 with the paper's rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/schema.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/seeded_checkpoint.h"

namespace asbench::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kShots = 12;  // 3 stories of 4
constexpr int kFrames = 5;
constexpr int kReferences = 1;  // those of both IPs are equal, so they are encoded once

class PaperProtocol : public WithMiniBenchmark {
 protected:
  static void SetUpTestSuite() {
    WithMiniBenchmark::SetUpTestSuite();
    write_seeded_checkpoint(mini().root() / "weights", "ssundaram21/dreamsim-ensemble",
                            CheckpointSize::tiny);
    run_ = new ProgramResult(mini().score("paper", {"--protocol", "animeshooter-paper"}));
  }
  static void TearDownTestSuite() {
    delete run_;
    WithMiniBenchmark::TearDownTestSuite();
  }
  static const ProgramResult& run() { return *run_; }
  static Json dreamsim() { return mini().document("paper").at("metrics").at("dreamsim"); }

 private:
  static const ProgramResult* run_;
};
const ProgramResult* PaperProtocol::run_ = nullptr;

TEST_F(PaperProtocol, ScoresDreamSimAsADistance) {
  ASSERT_EQ(run().exit_code, 0) << run().err;
  const Json document = mini().document("paper");
  check_schema(document, "result", "paper.json");
  EXPECT_EQ(document.at("protocol").at("name"), "animeshooter-paper");
  // The seeded CLIP is not the pinned one; nothing else differs from the protocol.
  ASSERT_EQ(document.at("overrides").size(), 1U);
  EXPECT_THAT(document.at("overrides")[0].get<std::string>(), HasSubstr("weights of clip"));
  EXPECT_EQ(dreamsim().at("direction"), "lower");
  EXPECT_EQ(dreamsim().at("description").at("title"), "Distance to the reference under DreamSim");
  EXPECT_EQ(dreamsim().at("description").at("roles"), Json::array({"dreamsim"}));
  const auto signature = dreamsim().at("signature").get<std::string>();
  EXPECT_THAT(signature, HasSubstr("dreamsim@1 | enc=ssundaram21/dreamsim-ensemble#"));
  EXPECT_THAT(signature, HasSubstr("prep=dreamsim[squash224,bicubic,nonorm] | frames=midpoint:5 | "
                                   "bg=black | refs=mean"));
  EXPECT_EQ(document.at("provenance").at("weights").at("dreamsim").at("id"),
            "ssundaram21/dreamsim-ensemble");
}

// Mean, HarMeanP and the columns by shot from the frames' distances, by plain loops.
TEST_F(PaperProtocol, ItsNumbersFollowFromTheFramesDistances) {
  ASSERT_EQ(run().exit_code, 0) << run().err;
  const Json document = mini().document("paper");
  ASSERT_EQ(document.at("stories").size(), 3U);
  std::vector<double> by_shot(4, 0.0);
  double mean = 0.0;
  double harmeanp = 0.0;
  for (const Json& story : document.at("stories")) {
    const Json& values = story.at("metrics").at("dreamsim");
    double sum = 0.0;
    double inverse = 0.0;
    double smallest = 2.0;
    ASSERT_EQ(values.at("shots").size(), 4U);
    for (std::size_t s = 0; s < 4; ++s) {
      const Json& shot = values.at("shots")[s];
      double frames = 0.0;
      ASSERT_EQ(shot.at("frames").size(), static_cast<std::size_t>(kFrames));
      for (const Json& frame : shot.at("frames")) {
        EXPECT_GT(frame.get<double>(), 1e-4);
        EXPECT_LT(frame.get<double>(), 1.0);
        frames += frame.get<double>();
      }
      const double value = frames / kFrames;
      EXPECT_NEAR(shot.at("value").get<double>(), value, 1e-12);
      sum += value;
      inverse += 1.0 / (1.0 - value);
      smallest = std::min(smallest, 1.0 - value);
      by_shot[s] += value / 3.0;
    }
    EXPECT_NEAR(values.at("mean").get<double>(), sum / 4.0, 1e-12);
    EXPECT_NEAR(values.at("harmeanp").get<double>(), 1.0 - 4.0 / inverse * smallest, 1e-12);
    mean += sum / 12.0;
    harmeanp += (1.0 - 4.0 / inverse * smallest) / 3.0;
  }
  EXPECT_NEAR(dreamsim().at("mean").get<double>(), mean, 1e-12);
  EXPECT_NEAR(dreamsim().at("harmeanp").get<double>(), harmeanp, 1e-12);
  for (std::size_t s = 0; s < 4; ++s) {
    EXPECT_NEAR(dreamsim().at("per_shot_index")[s].get<double>(), by_shot[s], 1e-12);
  }
}

TEST_F(PaperProtocol, ThreeRolesShareOneDecodeAndEachEncodesAFrameOnce) {
  Json protocol = read_json_file(source_folder() / "configs/protocols/animeshooter-v1.json");
  protocol["name"] = "three-roles";
  protocol["encoders"]["dreamsim"] = "ssundaram21/dreamsim-ensemble";
  // The paper's protocol declares `dreamsim`; any other may do the same.
  const Json paper = read_json_file(source_folder() / "configs/protocols/animeshooter-paper.json");
  protocol["metrics"] = {"clip_i", "dino_i", paper.at("metrics")[1]};
  write_json_file(mini().root() / "three-roles-protocol.json", protocol);
  const std::vector<std::string> options = {"--protocol",
                                            (mini().root() / "three-roles-protocol.json").string(),
                                            "--cache", (mini().root() / "own-cache").string()};
  const auto cold = mini().score("three", options);
  ASSERT_EQ(cold.exit_code, 0) << cold.err;
  const auto stages = [&](const char* name) {
    return mini().document(name).at("provenance").at("stages");
  };
  EXPECT_EQ(stages("three").at("clips_decoded"), kShots);
  EXPECT_EQ(stages("three").at("images_encoded"), 3 * (kShots * kFrames + kReferences));
  // The paper's protocol then finds all of its features there.
  const auto warm = mini().score("warm", {"--protocol", "animeshooter-paper", "--cache",
                                          (mini().root() / "own-cache").string()});
  ASSERT_EQ(warm.exit_code, 0) << warm.err;
  EXPECT_EQ(stages("warm").at("images_encoded"), 0);
  EXPECT_EQ(mini().document("three").at("metrics").at("dreamsim").at("mean"),
            dreamsim().at("mean"));
  EXPECT_EQ(mini().document("warm").at("metrics").at("dreamsim").at("mean"), dreamsim().at("mean"));
}

TEST_F(PaperProtocol, Table2HasTheMeasuredRowAndThePapers) {
  ASSERT_EQ(run().exit_code, 0) << run().err;
  const auto table =
      run_program(asbench_program(), {"report", (mini().root() / "paper.json").string(), "--table",
                                      "paper2", "--digits", "4", "--format", "csv"});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  // Means are followed by the ends of their intervals.
  const auto row = [&](const char* metric) {
    const Json values = mini().document("paper").at("metrics").at(metric);
    std::string text;
    for (const Json& shot : values.at("per_shot_index")) text += shot.dump() + ",";
    return text + values.at("mean").dump() + ",";
  };
  EXPECT_THAT(table.out, HasSubstr("mini,submission," + row("clip_i")));
  EXPECT_THAT(table.out, HasSubstr("," + row("dreamsim")));
  EXPECT_THAT(table.out, HasSubstr("AnimeShooterGen,reported,0.8022,0.7949,0.797,0.7986,0.7982,"));
  EXPECT_THAT(table.out, HasSubstr(",0.3484,0.382,0.3799,0.3764,0.3717,"));
}

TEST_F(PaperProtocol, AnotherProfileThanItsOwnIsRefused) {
  const auto refused = mini().score(
      "refused", {"--protocol", "animeshooter-paper", "--preprocess", "dreamsim=dino-eval"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("not normalised"));
}

}  // namespace
}  // namespace asbench::testing
