// The whole generator against diffusers and transformers: tests/golden/animeshootergen.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "core/hash.h"
#include "models/layers/runtime.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;

/// Of the largest value: many layers in a row, in float32, of which each has its own rounding
/// (docs/design/animeshootergen.md 10).
constexpr double kTolerance = 1e-4;

fs::path golden_folder() {
  return asbench::testing::source_folder() / "tests/golden/animeshootergen";
}

Image picture_of(const at::Tensor& levels) {
  return frame_of(levels.unsqueeze(0), 0);
}

double distance(const at::Tensor& is, const at::Tensor& expected) {
  EXPECT_EQ(is.sizes(), expected.sizes());
  const at::Tensor wide = expected.to(at::kDouble);
  return ((is.to(at::kDouble) - wide).abs().max() / wide.abs().max()).item<double>();
}

int level_distance(const at::Tensor& is, const at::Tensor& expected) {
  return (is.to(at::kInt) - expected.to(at::kInt)).abs().max().item<int>();
}

/// Reads the golden and holds the tiny model.
class EngineGolden : public ::testing::Test {
 protected:
  EngineGolden()
      : golden_(golden_folder() / "expected.safetensors"),
        plan_(plan_animeshooter_gen(asbench::testing::write_tiny_generator(folder_ / "model"), {})),
        video_(load_video_model(plan_.video, c10::kCPU)) {}

  at::Tensor golden(const std::string& name, models::DType type, std::size_t axes) {
    return golden_.take(name, type, axes);
  }
  at::Tensor condition(int shot) {
    return golden(fmt::format("shot{}.condition", shot), models::DType::f32, 3);
  }
  at::Tensor noise(int shot) { return golden("noise", models::DType::f32, 6)[shot - 1]; }
  at::Tensor frames(int shot) {
    return golden(fmt::format("shot{}.frames", shot), models::DType::u8, 4);
  }
  Image reference() { return picture_of(golden("reference", models::DType::u8, 3)); }

  at::Tensor latents(const at::Tensor& condition_of_shot, int shot,
                     const AfterStep& after_step = {}) {
    return denoise(video_, plan_.sampling,
                   {.condition = condition_of_shot, .noise = noise(shot), .draw = {}}, after_step);
  }

  const std::vector<std::string> captions_ = {"a cat sleeps", "it wakes up",
                                              "the cat jumps on a box", "it looks back"};
  const models::InferenceScope scope_;
  TemporaryFolder folder_;
  TensorReader golden_;
  EnginePlan plan_;
  VideoModel video_;
};

TEST_F(EngineGolden, IsOfTheScriptThatLiesBesideIt) {
  const auto file = models::SafetensorsFile::open(golden_folder() / "expected.safetensors");
  EXPECT_EQ(file.metadata().at("script"), sha256_file(golden_folder() / "generate.py"));
  std::string captions;
  for (const std::string& caption : captions_) captions += (captions.empty() ? "" : "\n") + caption;
  EXPECT_EQ(file.metadata().at("captions"), captions);
  for (const char* part : {"condition", "velocities", "latents", "video", "text_condition"}) {
    const std::string apart = file.metadata().at(std::string("fp64_distance.") + part);
    EXPECT_LE(10 * std::stod(apart), kTolerance) << part;
  }
}

/// Conditions of four shots, each beginning with the golden's last frame: the sequence that grows
/// in the caches gives what the whole sequence gives.
TEST_F(EngineGolden, ConditionsOfAStory) {
  const auto model = load_conditions(plan_, c10::kCPU);
  ASSERT_TRUE(model->hands_frames_on());
  const auto story = model->begin_story();
  Image picture = reference();
  for (int shot = 1; shot <= 4; ++shot) {
    const at::Tensor made =
        story->next_shot(picture, captions_[static_cast<std::size_t>(shot - 1)]);
    const double apart = distance(made, condition(shot));
    RecordProperty(fmt::format("shot{}", shot), fmt::format("{}", apart));
    EXPECT_LE(apart, kTolerance) << shot;
    picture = picture_of(frames(shot)[-1]);
  }
}

/// What the transformer gives in every step, the latents and the decoded video of the first shot.
TEST_F(EngineGolden, StepsOfAShot) {
  const at::Tensor expected = golden("shot1.velocities", models::DType::f32, 6);
  double apart = 0.0;
  const at::Tensor made = latents(
      condition(1), 1, [&](std::size_t step, const at::Tensor& velocities, const at::Tensor&) {
        apart = std::max(apart, distance(velocities, expected[static_cast<std::int64_t>(step)]));
      });
  RecordProperty("velocities", fmt::format("{}", apart));
  EXPECT_LE(apart, kTolerance);
  EXPECT_LE(distance(made, golden("shot1.latents", models::DType::f32, 5)), kTolerance);
  const at::Tensor video = decode(video_, made);
  ASSERT_EQ(video.size(2), 17);
  const at::Tensor some = video.index_select(2, at::tensor({0, 8, 16}, at::kLong));
  EXPECT_LE(distance(some, golden("shot1.video", models::DType::f32, 5)), kTolerance);
}

TEST_F(EngineGolden, FramesOfAStory) {
  for (int shot = 1; shot <= 4; ++shot) {
    const at::Tensor made = latents(condition(shot), shot);
    EXPECT_LE(distance(made, golden(fmt::format("shot{}.latents", shot), models::DType::f32, 5)),
              kTolerance)
        << shot;
    EXPECT_LE(level_distance(levels_of(decode(video_, made)), frames(shot)), 1) << shot;
  }
}

/// On its own, without the golden's frames: a level that rounds the other way feeds later shots, so
/// only the first must agree; how far the others are goes into the report.
TEST_F(EngineGolden, AStoryOnItsOwn) {
  const auto model = load_conditions(plan_, c10::kCPU);
  const auto story = model->begin_story();
  Image picture = reference();
  for (int shot = 1; shot <= 4; ++shot) {
    const at::Tensor made_condition =
        story->next_shot(picture, captions_[static_cast<std::size_t>(shot - 1)]);
    const at::Tensor levels = levels_of(decode(video_, latents(made_condition, shot)));
    const int apart = level_distance(levels, frames(shot));
    RecordProperty(fmt::format("shot{}", shot), apart);
    if (shot == 1) {
      EXPECT_LE(apart, 2);
    }
    picture = frame_of(levels, levels.size(0) - 1);
  }
}

/// In float32 without TF32, of the CPU's numbers (docs/design/animeshootergen.md 10).
TEST_F(EngineGolden, TheFirstShotOfAGpu) {
  if (const auto reason = models::load_cuda()) GTEST_SKIP() << "no GPU: " << *reason;
  constexpr double kGpuTolerance = 1e-3;
  models::configure_runtime();
  const c10::Device gpu(c10::kCUDA, 0);
  const auto model = load_conditions(plan_, gpu);
  EXPECT_LE(distance(model->begin_story()->next_shot(reference(), captions_[0]), condition(1)),
            kGpuTolerance);
  const VideoModel video = load_video_model(plan_.video, gpu);
  const at::Tensor made =
      denoise(video, plan_.sampling, {.condition = condition(1), .noise = noise(1), .draw = {}});
  EXPECT_LE(distance(made.cpu(), golden("shot1.latents", models::DType::f32, 5)), kGpuTolerance);
  const at::Tensor some =
      decode(video, made).cpu().index_select(2, at::tensor({0, 8, 16}, at::kLong));
  EXPECT_LE(distance(some, golden("shot1.video", models::DType::f32, 5)), kGpuTolerance);
}

/// T5, its tokenizer and the same video model.
TEST_F(EngineGolden, CogVideoFromItsCaption) {
  const EnginePlan plan = plan_cogvideo_lora(
      asbench::testing::write_tiny_cogvideo(folder_ / "cogvideo"), {"cat"}, {.steps = 4});
  const auto model = load_conditions(plan, c10::kCPU);
  EXPECT_FALSE(model->hands_frames_on());
  const at::Tensor made = model->begin_story()->next_shot({}, "a cat");
  EXPECT_LE(distance(made, golden("text.condition", models::DType::f32, 3)), kTolerance);
  const VideoModel video = load_video_model(plan.video, c10::kCPU);
  const at::Tensor latents_of_text =
      denoise(video, plan.sampling, {.condition = made, .noise = noise(1), .draw = {}});
  EXPECT_LE(distance(latents_of_text, golden("text.latents", models::DType::f32, 5)), kTolerance);
}

}  // namespace
}  // namespace asbench::baselines
