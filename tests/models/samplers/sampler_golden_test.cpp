// diffusers' schedulers and its pipeline's loop. tests/golden/schedulers/README.md says how the
// data was made.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "core/error.h"
#include "core/hash.h"
#include "models/samplers/guidance.h"
#include "models/samplers/sampler.h"
#include "models/samplers/sampler_steps.h"
#include "models/samplers/shot_noise.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

/// docs/design/animeshootergen.md 10.
constexpr double kTableTolerance = 1e-12;
/// The same, for float32 latents of size 1.
constexpr double kStepTolerance = 1e-6;
/// LibTorch computes logarithm and cosine by vector or one by one, depending on the CPU.
constexpr double kStreamTolerance = 2e-6;

const std::filesystem::path kFolder = testing::source_folder() / "tests/golden/schedulers";

const std::map<std::string, at::Tensor>& tensors() {
  static const auto all = read_tensors(kFolder / "schedulers.safetensors");
  return all;
}

const Json& expected() {
  static const Json document = read_json_file(kFolder / "schedulers.json");
  return document;
}

SchedulerConfig config_of(const std::string& name) {
  return parse_scheduler_config(expected().at("configs").at(name), name);
}

double distance(const at::Tensor& value, const at::Tensor& wanted) {
  EXPECT_EQ(value.sizes(), wanted.sizes());
  return (value.to(at::kDouble) - wanted.to(at::kDouble)).abs().max().item<double>();
}

at::Tensor nothing_drawn(at::IntArrayRef) {
  throw InternalError("more noise was drawn than the published scheduler draws");
}

/// The saved draws, in order.
class SavedDraws {
 public:
  explicit SavedDraws(const at::Tensor& draws) : draws_(draws) {}
  at::Tensor operator()(at::IntArrayRef sizes) {
    if (next_ == draws_.size(0)) return nothing_drawn(sizes);
    return draws_.select(0, next_++);
  }
  [[nodiscard]] std::int64_t left() const { return draws_.size(0) - next_; }

 private:
  at::Tensor draws_;
  std::int64_t next_ = 0;
};

TEST(SamplerGolden, WasMadeByTheScriptBesideIt) {
  EXPECT_EQ(expected().at("script_sha256"), sha256_file(kFolder / "generate.py"));
}

TEST(SamplerGolden, TablesAgree) {
  ASSERT_GE(expected().at("configs").size(), 4U);
  for (const auto& [name, config] : expected().at("configs").items()) {
    SCOPED_TRACE(name);
    const std::vector<double> alphas = alphas_cumprod(parse_scheduler_config(config, name));
    const at::Tensor table = tensors().at("alphas." + name);
    ASSERT_EQ(table.scalar_type(), at::kDouble);
    const at::Tensor ours = at::tensor(at::ArrayRef<double>(alphas), at::kDouble);
    const double apart = distance(ours, table);
    RecordProperty(name, fmt::format("{:.2e}", apart));
    EXPECT_LE(apart, kTableTolerance);
  }
}

TEST(SamplerGolden, TimesAgreeForEveryNumberOfSteps) {
  Sha256 hash;
  std::vector<std::int64_t> unusable;
  for (std::int64_t steps = 1; steps <= 1000; ++steps) {
    if (classify_steps(steps, 1000) == StepCount::unusable) {
      unusable.push_back(steps);
      continue;
    }
    const auto times = trailing_timesteps(steps, 1000, UnevenSteps::allow);
    hash.update(std::as_bytes(std::span(times)));
  }
  EXPECT_EQ(unusable, expected().at("longer_lists").get<std::vector<std::int64_t>>());
  EXPECT_EQ(hash.hex_digest(), expected().at("timesteps_sha256"));
  for (const auto& [name, wanted] : expected().at("timesteps").items()) {
    const std::int64_t steps = std::stoll(name);
    EXPECT_EQ(trailing_timesteps(steps, 1000, UnevenSteps::allow),
              wanted.get<std::vector<std::int64_t>>())
        << steps;
  }
}

TEST(SamplerGolden, RunsAgreeStepByStep) {
  const Json& runs = expected().at("runs");
  ASSERT_GE(runs.size(), 10U);
  double worst = 0.0;
  for (const auto& [name, run] : runs.items()) {
    SCOPED_TRACE(name);
    const bool dpm = run.at("sampler") == "dpm";
    const NoiseSchedule schedule(config_of(run.at("config")), run.at("steps").get<std::int64_t>(),
                                 UnevenSteps::allow);
    const at::Tensor velocities = tensors().at(name + ".velocities");
    const at::Tensor trajectory = tensors().at(name + ".trajectory");
    SavedDraws draws(dpm ? tensors().at(name + ".draws") : at::Tensor(at::empty({0})));
    Sampler free(dpm ? SamplerKind::dpm : SamplerKind::ddim, schedule, std::ref(draws));
    at::Tensor latents = tensors().at(name + ".latents");
    for (std::size_t i = 0; i < schedule.steps(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      latents = free.step(latents, velocities.select(0, row));
      const double apart = distance(latents, trajectory.select(0, row));
      worst = std::max(worst, apart);
      ASSERT_LE(apart, kStepTolerance) << "step " << i;
    }
    EXPECT_EQ(draws.left(), 0);
  }
  RecordProperty("worst", fmt::format("{:.2e}", worst));
}

TEST(SamplerGolden, SingleDdimStepsAgree) {
  for (const auto& [name, run] : expected().at("runs").items()) {
    if (run.at("sampler") != "ddim") continue;
    SCOPED_TRACE(name);
    const NoiseSchedule schedule(config_of(run.at("config")), run.at("steps").get<std::int64_t>(),
                                 UnevenSteps::allow);
    const at::Tensor trajectory = tensors().at(name + ".trajectory");
    const at::Tensor velocities = tensors().at(name + ".velocities");
    for (std::size_t i = 0; i < schedule.steps(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      const at::Tensor before =
          i == 0 ? tensors().at(name + ".latents") : trajectory.select(0, row - 1);
      const at::Tensor picture =
          predict_picture(before, velocities.select(0, row), schedule.alpha(i));
      const at::Tensor after = ddim_step(before, picture, ddim_coefficients(schedule, i));
      ASSERT_LE(distance(after, trajectory.select(0, row)), kStepTolerance) << "step " << i;
    }
  }
}

/// `coefficient * sample` as LibTorch's CPU computes it when the coefficient, a tensor without
/// axes, stands first: rounded to the sample's type.
at::Tensor scaled_on_cpu(double coefficient, const at::Tensor& sample) {
  return at::mul(at::scalar_tensor(coefficient, at::kDouble), sample);
}

TEST(SamplerGolden, Bfloat16StepsAreThePublishedButForTheCpusRoundingOfCoefficients) {
  const NoiseSchedule schedule(config_of("two_b"), 4);
  const at::Tensor velocities = tensors().at("rounded.velocities");
  const at::Tensor trajectory = tensors().at("rounded.trajectory");
  at::Tensor latents = tensors().at("rounded.latents").to(at::kBFloat16);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    const VelocityToPicture to_picture = velocity_to_picture(schedule.alpha(i));
    const DdimCoefficients numbers = ddim_coefficients(schedule, i);
    const at::Tensor velocity = velocities.select(0, row);
    const at::Tensor picture =
        at::sub(scaled_on_cpu(to_picture.signal, latents), at::mul(velocity, to_picture.noise));
    const at::Tensor published =
        at::add(scaled_on_cpu(numbers.keep, latents), at::mul(picture, numbers.add))
            .to(at::kBFloat16);
    EXPECT_EQ(distance(published, trajectory.select(0, row)), 0.0) << "step " << i;
    latents = published;
  }
}

/// On a GPU, where people run it, the published code does not round coefficients, and neither do
/// we: a product with the sample and the result are rounded, nothing else.
TEST(SamplerGolden, Bfloat16StepsAreTheFormulaButForThreeRoundings) {
  constexpr double kHalfStep = 1.0 / 256.0;  // of a number that is rounded to 8 bits
  const NoiseSchedule schedule(config_of("two_b"), 4);
  const at::Tensor latents = tensors().at("rounded.latents").to(at::kBFloat16);
  const at::Tensor velocity = tensors().at("rounded.velocities").select(0, 0);
  Sampler sampler(SamplerKind::ddim, schedule, nothing_drawn);
  const at::Tensor ours = sampler.step(latents, velocity).to(at::kDouble);
  const VelocityToPicture to_picture = velocity_to_picture(schedule.alpha(0));
  const DdimCoefficients numbers = ddim_coefficients(schedule, 0);
  const at::Tensor signal = at::mul(latents.to(at::kDouble), to_picture.signal * numbers.add);
  const at::Tensor kept = at::mul(latents.to(at::kDouble), numbers.keep);
  const at::Tensor exact =
      signal - velocity.to(at::kDouble) * (to_picture.noise * numbers.add) + kept;
  const at::Tensor allowed = (signal.abs() + kept.abs() + exact.abs()) * kHalfStep;
  EXPECT_TRUE((ours - exact).abs().le(allowed).all().item<bool>());
}

TEST(SamplerGolden, ThePipelinesGuidedLoopAgrees) {
  const std::map<std::string, GuidanceMode> modes = {
      {"fixed", GuidanceMode::fixed}, {"diffusers_compat", GuidanceMode::diffusers_compat}};
  for (const auto& [name, loop] : expected().at("loops").items()) {
    SCOPED_TRACE(name);
    const bool dpm = loop.at("sampler") == "dpm";
    const auto steps = loop.at("steps").get<std::int64_t>();
    const NoiseSchedule schedule(config_of("two_b"), steps);
    const Guidance guidance{modes.at(loop.at("guidance_mode").get<std::string>()),
                            loop.at("scale").get<double>()};
    ShotNoise noise(loop.at("seed").get<std::uint64_t>());
    Sampler sampler(dpm ? SamplerKind::dpm : SamplerKind::ddim, schedule,
                    [&](at::IntArrayRef sizes) { return noise.draw(sizes); });
    const at::Tensor branches = tensors().at(name + ".branches");  // [N, 2, F, C, h, w]
    at::Tensor latents = noise.draw({1, 3, 2, 2, 2});
    for (std::int64_t i = 0; i < steps; ++i) {
      const double g =
          guidance.at_step(i, steps, schedule.timesteps()[static_cast<std::size_t>(i)]);
      latents = sampler.step(latents, guide(branches.select(0, i), g));
    }
    const at::Tensor wanted = tensors().at(name + ".latents");
    const double largest = wanted.abs().max().item<double>();
    EXPECT_LE(distance(latents, wanted), kStreamTolerance * largest);
  }
}

TEST(SamplerGolden, NoiseIsTorchsStream) {
  for (const auto& [name, draw] : expected().at("noise").items()) {
    SCOPED_TRACE(name);
    ShotNoise noise(draw.at("seed").get<std::uint64_t>());
    const at::Tensor wanted = tensors().at("noise." + name);
    EXPECT_LE(distance(noise.draw(wanted.sizes()), wanted), kStreamTolerance);
    const at::Tensor next = tensors().at("noise." + name + ".next");
    EXPECT_LE(distance(noise.draw(next.sizes()), next), kStreamTolerance);
  }
}

TEST(SamplerGolden, SeedsAgree) {
  ASSERT_GE(expected().at("seeds").size(), 4U);
  for (const Json& one : expected().at("seeds")) {
    EXPECT_EQ(shot_seed(one.at("run").get<std::uint64_t>(), one.at("story").get<std::string>(),
                        one.at("shot").get<std::int64_t>()),
              one.at("seed").get<std::uint64_t>())
        << one.dump();
  }
}

}  // namespace
}  // namespace asbench::models
