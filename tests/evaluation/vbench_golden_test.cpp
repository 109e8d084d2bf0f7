// Protocol `vbench` from folders of frames to the document, against VBench's own functions
// (tests/golden/vbench) under the same seeded networks.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "core/json.h"
#include "evaluation/protocol.h"
#include "evaluation/run.h"
#include "models/encoders/encoder.h"
#include "models/weights/safetensors.h"
#include "tests/support/paths.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/vbench_frames.h"
#include "tests/support/video_maker.h"

namespace asbench::evaluation {
namespace {

namespace fs = std::filesystem;

/// What the issue promises: VBench computes in float32 throughout.
constexpr double kVbenchTolerance = 1e-5;

const std::vector<std::string> kCaptions = {"a cat", "a dog", "the fox runs", "a bear"};

class Vbench : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new testing::TemporaryFolder;
    const fs::path& root = world_->path();
    testing::write_seeded_checkpoints(root / "weights", testing::CheckpointSize::tiny);
    // Two stories of two shots: clips 0 and 1, 2 and 3.
    Json split = {{"schema", "asbench/split@1"}, {"name", "vbench"}};
    Image reference(8, 8, 3);
    std::fill(reference.bytes.begin(), reference.bytes.end(), std::uint8_t{90});
    for (int story = 0; story < 2; ++story) {
      const std::string ip = story == 0 ? "ant" : "bee";
      testing::make_picture(root / (ip + ".png"), reference);
      split["ips"].push_back({{"id", ip}, {"references", {{{"file", ip + ".png"}}}}});
      Json shots = Json::array();
      for (int shot = 0; shot < 2; ++shot) {
        const int clip = 2 * story + shot;
        shots.push_back(
            {{"number", shot + 1}, {"caption", kCaptions[static_cast<std::size_t>(clip)]}});
        const fs::path folder = root / "outputs" / ip / std::to_string(shot + 1);
        fs::create_directories(folder);
        const int frames = testing::kVbenchClips.at(static_cast<std::size_t>(clip)).frames;
        for (int t = 0; t < frames; ++t)
          testing::make_picture(folder / (std::to_string(t) + ".png"),
                                testing::vbench_frame(clip, t));
      }
      split["stories"].push_back({{"id", ip + "/story"}, {"ip", ip}, {"shots", shots}});
    }
    std::ofstream(root / "split.json") << split.dump();
    ScoreRequest request;
    request.split = root / "split.json";
    request.outputs = root / "outputs";
    request.layout.layout = "{ip}/{shot}";
    request.defaults = request.protocol = load_protocol("vbench");
    request.weights = root / "weights";
    request.store = root / "store";
    request.extraction.threads = 2;
    request.extraction.progress = Progress::Style::quiet;
    result_ = new document::Result(score(request));
    expected_ =
        new Json(read_json_file(testing::source_folder() / "tests/golden/vbench/expected.json"));
  }
  static void TearDownTestSuite() {
    delete result_;
    delete expected_;
    delete world_;
  }

  [[nodiscard]] static const document::ResultMetric& metric(const std::string& id) {
    return *result_->find_metric(id);
  }
  /// The shots' values in the order of the clips.
  [[nodiscard]] static std::vector<double> shots_of(const std::string& id) {
    std::vector<double> values;
    for (const auto& story : result_->stories)
      for (const auto& shot : story.metrics.at(id).shots) values.push_back(shot.value.value());
    return values;
  }
  static void expect_as_vbench(const std::string& id, const std::string& dimension,
                               const std::string& total) {
    SCOPED_TRACE(id);
    const document::ResultMetric& found = metric(id);
    const Json& expected = expected_->at("results").at(dimension);
    const auto shots = shots_of(id);
    ASSERT_EQ(shots.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(shots[i], expected.at("videos")[i].get<double>(), kVbenchTolerance) << i;
    EXPECT_NEAR(found.parts.at(total).value(), expected.at("total").get<double>(),
                kVbenchTolerance);
    EXPECT_NEAR(found.mean.value(), ((shots[0] + shots[1]) / 2 + (shots[2] + shots[3]) / 2) / 2,
                1e-12);
  }

  static testing::TemporaryFolder* world_;
  static document::Result* result_;
  static Json* expected_;
};
testing::TemporaryFolder* Vbench::world_ = nullptr;
document::Result* Vbench::result_ = nullptr;
Json* Vbench::expected_ = nullptr;

TEST_F(Vbench, SubjectConsistencyIsVbenchs) {
  expect_as_vbench("vbench_subject", "subject", "frame_weighted");
}

TEST_F(Vbench, BackgroundConsistencyIsVbenchs) {
  expect_as_vbench("vbench_background", "background", "frame_weighted");
}

TEST_F(Vbench, FlickeringIsVbenchs) {
  expect_as_vbench("vbench_flicker", "flicker", "clip_mean");
}

TEST_F(Vbench, ClipScoreIsTheMeanCosineOfVbenchsEightFrames) {
  const auto file = models::SafetensorsFile::open(testing::source_folder() /
                                                  "tests/golden/vbench/expected.safetensors");
  const auto encoder = models::load_text_encoder(models::open_checkpoint(
      "openai/clip-vit-base-patch32", models::default_weight_folders(world_->path() / "weights")));
  const at::Tensor texts = encoder->encode_texts(kCaptions).features;
  const auto shots = shots_of("vbench_clip_score");
  for (int clip = 0; clip < 4; ++clip) {
    const auto view = file.find("clip_score." + std::to_string(clip) + ".features").value();
    at::Tensor frames = at::empty({view.shape[0], view.shape[1]}, at::kFloat);
    std::memcpy(frames.mutable_data_ptr<float>(), view.bytes.data(), view.bytes.size());
    ASSERT_EQ(frames.size(0), 8);
    const at::Tensor text = texts[clip].to(at::kDouble);
    const at::Tensor wide = frames.to(at::kDouble);
    const double expected =
        (wide.matmul(text) / (wide.norm(2, {1}) * text.norm())).mean().item<double>();
    EXPECT_NEAR(shots[static_cast<std::size_t>(clip)], expected, kVbenchTolerance) << clip;
  }
}

TEST_F(Vbench, SignaturesSayWhichFramesAndWhichPreprocessing) {
  EXPECT_THAT(metric("vbench_subject").signature,
              ::testing::AllOf(::testing::HasSubstr("frames=all"),
                               ::testing::HasSubstr("prep=vbench-dino[short224,torch-bilinear"),
                               ::testing::HasSubstr("positions+.1")));
  EXPECT_THAT(metric("vbench_background").signature, ::testing::HasSubstr("prep=vbench-clip["));
  EXPECT_THAT(metric("vbench_flicker").signature, ::testing::HasSubstr("frames=all"));
  EXPECT_THAT(metric("vbench_clip_score").signature,
              ::testing::AllOf(::testing::HasSubstr("frames=midpoint:8"),
                               ::testing::HasSubstr("prep=vbench-viclip[")));
}

TEST_F(Vbench, TheDocumentHoldsWithTheProtocolAsItIs) {
  // Seeded weights are not the published ones; nothing else differs from the protocol.
  EXPECT_THAT(result_->overrides,
              ::testing::Each(::testing::HasSubstr("differs from the pinned file")));
  // It passes its own schema and is read back as what it was.
  document::write_result(world_->path() / "result.json", *result_);
  EXPECT_EQ(document::read_result(world_->path() / "result.json").metrics, result_->metrics);
}

}  // namespace
}  // namespace asbench::evaluation
