// `asbench component scheduler` on folders as they are published: docs/design/animeshootergen.md 8.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "baselines/animeshooter_gen/component.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "core/error.h"
#include "models/layers/runtime.h"
#include "models/samplers/noise_schedule.h"
#include "models/samplers/sampler.h"
#include "models/samplers/scheduler_config.h"
#include "models/samplers/shot_noise.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using models::DType;
using ::testing::HasSubstr;
using Tensors = std::map<std::string, at::Tensor>;

class PublishedScheduler : public ::testing::Test {
 protected:
  [[nodiscard]] TensorReader made(const Tensors& in) const {
    write_tensors(folder_ / "in.safetensors", in);
    run_component({.name = "scheduler",
                   .model = folder_ / "model",
                   .in = folder_ / "in.safetensors",
                   .out = folder_ / "out.safetensors"});
    return TensorReader(folder_ / "out.safetensors");
  }
  [[nodiscard]] std::string problem(const Tensors& in) const {
    try {
      static_cast<void>(made(in));
    } catch (const BadInput& error) {
      return error.what();
    }
    return {};
  }
  static at::Tensor random(at::IntArrayRef sizes, std::uint64_t seed) {
    return models::ShotNoise(seed).draw(sizes);
  }
  static at::Tensor steps(std::int64_t count) {
    return at::full({1}, count, at::TensorOptions().dtype(at::kLong));
  }

  const models::InferenceScope scope_;
  TemporaryFolder folder_;
};

/// DPM draws twice a step, once in the first and in the last; of two the first is thrown away.
TEST_F(PublishedScheduler, OfSecondOrderTakesItsNoise) {
  asbench::testing::write_tiny_image_to_video(folder_ / "model");
  const at::Tensor latents = random({1, 2, 1, 2, 2}, 3);
  const at::Tensor outputs = random({4, 1, 2, 1, 2, 2}, 4);
  const at::Tensor draws = random({6, 1, 2, 1, 2, 2}, 5);
  Tensors in = {{"num_inference_steps", steps(4)},
                {"latents", latents},
                {"model_output", outputs},
                {"noise", draws}};
  TensorReader file = made(in);
  const at::Tensor trajectory = file.take("trajectory", DType::f32, 6);

  const auto config = models::read_scheduler_config(folder_ / "model/scheduler");
  std::int64_t drawn = 0;
  models::Sampler sampler(models::SamplerKind::dpm, models::NoiseSchedule(config, 4),
                          [&](at::IntArrayRef) { return draws.select(0, drawn++); });
  at::Tensor sample = latents;
  for (std::int64_t i = 0; i < 4; ++i) {
    sample = sampler.step(sample, outputs.select(0, i));
    EXPECT_TRUE(trajectory[i].equal(sample)) << i;
  }
  ASSERT_EQ(drawn, 6);
  in["noise"] = draws.narrow(0, 0, 5).contiguous();
  EXPECT_THAT(problem(in), HasSubstr("draw 6 of [1, 2, 1, 2, 2] is needed"));
  in["noise"] = random({6, 1, 1, 1, 2, 2}, 5);
  EXPECT_THAT(problem(in), HasSubstr("draw 1 of"));
  in.erase("noise");
  EXPECT_THAT(problem(in), HasSubstr("\"noise\" is missing"));
}

TEST_F(PublishedScheduler, OfFirstOrderDrawsNone) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  const Tensors in = {{"num_inference_steps", steps(4)},
                      {"latents", random({1, 2, 1, 2, 2}, 3)},
                      {"model_output", random({4, 1, 2, 1, 2, 2}, 4)},
                      {"noise", random({6, 1, 2, 1, 2, 2}, 5)}};
  EXPECT_THAT(problem(in), HasSubstr("this one draws none"));
}

/// As `generate` runs it: docs/design/animeshootergen.md 5.
TEST_F(PublishedScheduler, GoesByTrailingTimestepsWhateverItsFolderStates) {
  const Tensors in = {{"num_inference_steps", steps(16)}};
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  TensorReader trailing = made(in);
  const at::Tensor expected = trailing.take("timesteps", DType::i64, 1);
  asbench::testing::write_tiny_cogvideo(folder_ / "model",
                                        {.scheduler = {{"timestep_spacing", "linspace"}}});
  TensorReader other = made(in);
  EXPECT_TRUE(other.take("timesteps", DType::i64, 1).equal(expected));
  // A manifest's own scheduler is taken at its word.
  asbench::testing::write_tiny_generator(folder_ / "model",
                                         {.scheduler = {{"timestep_spacing", "linspace"}}});
  EXPECT_THAT(problem(in), HasSubstr("timestep_spacing"));
}

}  // namespace
}  // namespace asbench::baselines
