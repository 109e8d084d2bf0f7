// What conditions and latents depend on, without goldens (docs/design/animeshootergen.md 10).
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/multimodal_conditions.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "core/error.h"
#include "models/layers/runtime.h"
#include "models/samplers/shot_noise.h"
#include "tests/baselines/animeshooter_gen/llm_lora.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using asbench::testing::TinyGenerator;
using asbench::testing::write_llm_lora;
using asbench::testing::write_tiny_generator;
using ::testing::AllOf;
using ::testing::HasSubstr;

Image picture(int height, int width, unsigned salt) {
  Image image(height, width, 3);
  for (std::size_t i = 0; i < image.bytes.size(); ++i)
    image.bytes[i] = static_cast<std::uint8_t>((i * salt) % 253U);
  return image;
}

template <typename Work>
std::string problem_of(Work work) {
  try {
    work();
  } catch (const Error& problem) {
    return problem.what();
  }
  return {};
}

class Conditions : public ::testing::Test {
 protected:
  EnginePlan plan(const TinyGenerator& options = {}, const EngineOverrides& overrides = {}) {
    return plan_animeshooter_gen(
        write_tiny_generator(folder_ / fmt::format("model{}", models_++), options), overrides);
  }
  std::unique_ptr<ConditionModel> load(const TinyGenerator& options = {}) {
    return load_conditions(plan(options), c10::kCPU);
  }
  /// Conditions of a story with these captions, always the same pictures.
  static std::vector<at::Tensor> story(const ConditionModel& model,
                                       const std::vector<std::string>& captions) {
    const auto conditions = model.begin_story();
    std::vector<at::Tensor> made;
    for (std::size_t i = 0; i < captions.size(); ++i) {
      made.push_back(
          conditions->next_shot(picture(32, 48, static_cast<unsigned>(5 + 2 * i)), captions[i]));
    }
    return made;
  }
  std::vector<at::Tensor> story_with(const Json& manifest, bool text_encoder = false) {
    return story(*load({.manifest = manifest, .text_encoder = text_encoder}), {"one", "two"});
  }

  const models::InferenceScope scope_;
  TemporaryFolder folder_;

 private:
  int models_ = 0;
};

TEST_F(Conditions, HaveTheNullConditionFirst) {
  const auto made = story(*load(), {"one", "two"});
  for (const at::Tensor& condition : made) {
    EXPECT_EQ(condition.sizes(), at::IntArrayRef({2, 10, 24}));
    EXPECT_EQ(condition.scalar_type(), at::kFloat);
    EXPECT_FALSE(condition[0].equal(condition[1]));
  }
}

TEST_F(Conditions, AChangedCaptionChangesNothingBeforeIt) {
  const auto model = load();
  const auto one = story(*model, {"one", "two", "three"});
  const auto other = story(*model, {"one", "two", "another one"});
  EXPECT_TRUE(one[0].equal(other[0]));
  EXPECT_TRUE(one[1].equal(other[1]));
  EXPECT_FALSE(one[2][1].equal(other[2][1]));
  // Captions are not in the null condition's sequence.
  EXPECT_TRUE(one[2][0].equal(other[2][0]));
}

TEST_F(Conditions, AnEarlierCaptionStaysInTheSequence) {
  const auto model = load();
  EXPECT_FALSE(story(*model, {"one", "two"})[1][1].equal(story(*model, {"another", "two"})[1][1]));
}

TEST_F(Conditions, StoriesDoNotSeeEachOther) {
  const auto model = load();
  const auto first = model->begin_story();
  const auto second = model->begin_story();
  const Image reference = picture(32, 48, 5);
  const at::Tensor alone = story(*model, {"one"})[0];
  EXPECT_TRUE(first->next_shot(reference, "one").equal(alone));
  EXPECT_TRUE(second->next_shot(reference, "one").equal(alone));
}

/// The Q-Former reads the newest queries' states, which see the picture.
TEST_F(Conditions, DependOnThePicture) {
  const auto model = load();
  const auto conditions = model->begin_story();
  const at::Tensor one = conditions->next_shot(picture(32, 48, 5), "one");
  const at::Tensor other = model->begin_story()->next_shot(picture(32, 48, 9), "one");
  EXPECT_FALSE(one[1].equal(other[1]));
  // The reference is blank in the null sequence.
  EXPECT_TRUE(one[0].equal(other[0]));
}

TEST_F(Conditions, NullConditionKeepsTheStorysFrames) {
  const auto model = load();
  const auto one = model->begin_story();
  const auto other = model->begin_story();
  static_cast<void>(one->next_shot(picture(32, 48, 5), "one"));
  static_cast<void>(other->next_shot(picture(32, 48, 5), "one"));
  EXPECT_FALSE(one->next_shot(picture(32, 48, 7), "two")[0].equal(
      other->next_shot(picture(32, 48, 9), "two")[0]));
}

TEST_F(Conditions, NullConditionsOfTheManifest) {
  const auto blank = story_with(Json::object());
  const auto zeros = story_with({{"null_condition", "zeros"}});
  const auto text = story_with({{"null_condition", "t5_empty"}}, true);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(zeros[i][0].equal(at::zeros({10, 24})));
    EXPECT_TRUE(text[i][0].equal(text[0][0]));
    EXPECT_FALSE(text[i][0].equal(zeros[i][0]));
    EXPECT_TRUE(blank[i][1].equal(zeros[i][1]));
    EXPECT_TRUE(blank[i][1].equal(text[i][1]));
  }
}

TEST_F(Conditions, BlankPixelsAreWhatTheyAreCalled) {
  const auto black = story_with({{"blank_pixel", 0}});
  const auto white = story_with({{"blank_pixel", 255}});
  const auto middle = story_with({{"blank_pixel", 127}});
  const auto zero = story_with({{"blank_pixel", "zero_normalised"}});
  EXPECT_TRUE(black[0].equal(story_with(Json::object())[0]));
  EXPECT_FALSE(black[0][0].equal(white[0][0]));
  // 127 is (127 / 255 - 0.5) / 0.5 = -0.004: near zero, but not it.
  EXPECT_FALSE(middle[0][0].equal(zero[0][0]));
  EXPECT_LT((middle[0][0] - zero[0][0]).abs().max().item<double>(),
            (white[0][0] - zero[0][0]).abs().max().item<double>());
}

TEST_F(Conditions, TheManifestDecidesWhatIsRead) {
  const auto usual = story_with(Json::object());
  const Json changes[] = {{{"hidden_state", {{"layer", 2}}}},
                          {{"hidden_state", {{"final_norm", false}}}},
                          {{"hidden_state", {{"layer", 0}, {"final_norm", false}}}},
                          {{"template", {{"prefix", "look: "}}}},
                          {{"template", {{"before_queries", "!"}}}},
                          {{"tiling", "dynamic_s2_reference"}}};
  for (const Json& change : changes)
    EXPECT_FALSE(story_with(change)[0][1].equal(usual[0][1])) << change.dump();
  // Layer 3 is the last one of three.
  EXPECT_TRUE(story_with({{"hidden_state", {{"layer", 3}}}})[0].equal(usual[0]));
  // Only the reference in tiles: the second shot's picture is not, but it follows the reference.
  EXPECT_FALSE(story_with({{"tiling", "dynamic_s2_all"}})[1][1].equal(
      story_with({{"tiling", "dynamic_s2_reference"}})[1][1]));
  EXPECT_TRUE(story_with({{"tiling", "dynamic_s2_all"}})[0].equal(
      story_with({{"tiling", "dynamic_s2_reference"}})[0]));
}

TEST_F(Conditions, OneAndTwoThreadsAgree) {
  const auto model = load();
  models::configure_runtime(1);
  const auto one = story(*model, {"one", "two"});
  models::configure_runtime(2);
  const auto two = story(*model, {"one", "two"});
  models::configure_runtime(0);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_LE((one[i] - two[i]).abs().max().item<double>(),
              1e-5 * one[i].abs().max().item<double>());
  }
}

TEST_F(Conditions, ALoraOfTheLanguageModelIsMergedWithItsScale) {
  const auto with = [&](double scale) {
    const Json lora = {{"lora", {{"llm", {{"path", "lora/llm"}, {"scale", scale}}}}}};
    const fs::path folder =
        write_tiny_generator(folder_ / fmt::format("adapted{}", scale), {.manifest = lora});
    write_llm_lora(folder / "lora/llm");
    const auto model = load_conditions(plan_animeshooter_gen(folder, {}), c10::kCPU);
    return story(*model, {"one"})[0];
  };
  const at::Tensor base = story(*load(), {"one"})[0];
  EXPECT_TRUE(with(0.0).equal(base)) << "to the last bit";
  const at::Tensor adapted = with(1.0);
  for (const int branch : {0, 1}) EXPECT_FALSE(adapted[branch].equal(base[branch])) << branch;
}

TEST_F(Conditions, PartsThatDoNotFitAreNamedWithBothSides) {
  const auto loading = [&](const TinyGenerator& options) {
    return problem_of([&] { static_cast<void>(load(options)); });
  };
  EXPECT_THAT(loading({.manifest = {{"qformer", {{"condition_length", 12}}}}}), HasSubstr("12"));
  EXPECT_THAT(loading({.transformer = {{"max_text_seq_length", 12}}}),
              AllOf(HasSubstr("condition_length"), HasSubstr("max_text_seq_length"),
                    HasSubstr("12"), HasSubstr("10")));
  EXPECT_THAT(loading({.transformer = {{"text_embed_dim", 32}}}),
              AllOf(HasSubstr("text_embed_dim"), HasSubstr("32"), HasSubstr("24")));
  EXPECT_THAT(loading({.transformer = {{"temporal_compression_ratio", 8}}}),
              HasSubstr("temporal_compression_ratio"));
  EXPECT_THAT(loading({.transformer = {{"in_channels", 8}}}),
              AllOf(HasSubstr("in_channels"), HasSubstr("latent_channels")));
  EXPECT_THAT(loading({.scheduler = {{"_class_name", "CogVideoXDPMScheduler"}}}),
              AllOf(HasSubstr("ddim"), HasSubstr("CogVideoXDPMScheduler")));
  EXPECT_THAT(loading({.manifest = {{"sampling", {{"scheduler", "dpm"}}}}}),
              AllOf(HasSubstr("dpm"), HasSubstr("CogVideoXDDIMScheduler")));
  EXPECT_THAT(loading({.manifest = {{"null_condition", "t5_empty"}}}), HasSubstr("text_encoder"));
  EXPECT_THAT(loading({.manifest = {{"hidden_state", {{"layer", 4}}}}}),
              AllOf(HasSubstr("hidden_state.layer"), HasSubstr("4"), HasSubstr("3")));
  EXPECT_THAT(loading({.manifest = {{"clip", {{"frames", 18}}}}}), HasSubstr("clip.frames"));
  EXPECT_THAT(loading({.manifest = {{"lora", {{"llm", {{"path", "lora/llm"}}}}}}}),
              HasSubstr("lora/llm"));
}

TEST_F(Conditions, MissingPartsAreNamed) {
  for (const char* part :
       {"transformer", "vae", "scheduler/scheduler_config.json", "mllm/llm", "mllm/vision_tower",
        "mllm/mm_projector", "mllm/config.json", "qformer", "tokenizer"}) {
    const fs::path folder = write_tiny_generator(folder_ / "broken");
    fs::remove_all(folder / part);
    EXPECT_THAT(problem_of([&] {
                  static_cast<void>(load_conditions(plan_animeshooter_gen(folder, {}), c10::kCPU));
                }),
                HasSubstr(part));
  }
}

class Denoising : public Conditions {
 protected:
  static at::Tensor noise() { return models::ShotNoise(7).draw({1, 5, 4, 4, 6}); }
  static at::Tensor condition() { return models::ShotNoise(8).draw({2, 10, 24}); }
  static at::Tensor run(const VideoModel& video, const SamplingSettings& sampling,
                        const at::Tensor& conditions, const AfterStep& after_step = {}) {
    models::ShotNoise random(9);
    return denoise(video, sampling,
                   {.condition = conditions,
                    .noise = noise(),
                    .draw = [&](at::IntArrayRef sizes) { return random.draw(sizes); }},
                   after_step);
  }
};

TEST_F(Denoising, WithoutGuidanceIsTheConditionalBranchAlone) {
  const EnginePlan engine = plan();
  const VideoModel video = load_video_model(engine.video, c10::kCPU);
  SamplingSettings sampling = engine.sampling;
  sampling.guidance.scale = 1.0;
  std::size_t steps = 0;
  const at::Tensor made = run(video, sampling, condition(),
                              [&](std::size_t, const at::Tensor& velocities, const at::Tensor&) {
                                ++steps;
                                EXPECT_EQ(velocities.size(0), 1);
                              });
  EXPECT_EQ(steps, 4U);
  at::Tensor other_null = condition();
  other_null[0].fill_(3.0);
  EXPECT_TRUE(run(video, sampling, other_null).equal(made));
  EXPECT_FALSE(run(video, engine.sampling, other_null).equal(made));
}

TEST_F(Denoising, TheCallersNoiseStays) {
  const EnginePlan engine = plan();
  const VideoModel video = load_video_model(engine.video, c10::kCPU);
  const at::Tensor given = noise();
  static_cast<void>(
      denoise(video, engine.sampling, {.condition = condition(), .noise = given, .draw = {}}));
  EXPECT_TRUE(given.equal(noise()));
}

TEST_F(Denoising, OneAndTwoThreadsAgree) {
  const EnginePlan engine = plan();
  const VideoModel video = load_video_model(engine.video, c10::kCPU);
  models::configure_runtime(1);
  const at::Tensor one = decode(video, run(video, engine.sampling, condition()));
  models::configure_runtime(2);
  const at::Tensor two = decode(video, run(video, engine.sampling, condition()));
  models::configure_runtime(0);
  EXPECT_LE((one - two).abs().max().item<double>(), 1e-5 * one.abs().max().item<double>());
}

TEST_F(Denoising, DpmTakesItsOwnNoise) {
  const Json dpm = {{"_class_name", "CogVideoXDPMScheduler"}};
  const EnginePlan engine =
      plan({.manifest = {{"sampling", {{"scheduler", "dpm"}}}}, .scheduler = dpm});
  const VideoModel video = load_video_model(engine.video, c10::kCPU);
  const at::Tensor made = run(video, engine.sampling, condition());
  EXPECT_TRUE(made.isfinite().all().item<bool>());
  EXPECT_TRUE(made.equal(run(video, engine.sampling, condition())));
  const VideoModel other = load_video_model(plan().video, c10::kCPU);
  EXPECT_FALSE(made.equal(run(other, plan().sampling, condition())));
}

TEST_F(Denoising, ALoraOfScaleZeroIsTheBase) {
  const Json zero = {{"lora", {{"transformer", {{"path", "lora"}, {"scale", 0.0}}}}}};
  const Json full = {{"lora", {{"transformer", {{"path", "lora"}}}}}};
  const auto with = [&](const Json& manifest) {
    const fs::path folder = folder_ / fmt::format("lora{}", manifest.dump().size());
    asbench::testing::write_tiny_lora(folder / "lora");
    write_tiny_generator(folder, {.manifest = manifest});
    const EnginePlan engine = plan_animeshooter_gen(folder, {});
    return run(load_video_model(engine.video, c10::kCPU), engine.sampling, condition());
  };
  const EnginePlan base = plan();
  const at::Tensor expected =
      run(load_video_model(base.video, c10::kCPU), base.sampling, condition());
  EXPECT_TRUE(with(zero).equal(expected));
  EXPECT_FALSE(with(full).equal(expected));
}

/// In bfloat16, as on a GPU: within 3e-2 a forward pass, and latents stay float32 unless the
/// reference is to be matched.
TEST_F(Denoising, Bfloat16IsNear) {
  const EnginePlan engine = plan({}, {.steps = 1});
  const models::Placement narrow(c10::Device(c10::kCPU), models::Precision::bf16);
  const VideoModel wide = load_video_model(engine.video, c10::kCPU);
  const VideoModel video = load_video_model(engine.video, narrow);
  at::Tensor expected, is;
  run(wide, engine.sampling, condition(),
      [&](std::size_t, const at::Tensor& velocities, const at::Tensor&) { expected = velocities; });
  const auto type_of_latents = [&](bool match_reference) {
    SamplingSettings sampling = engine.sampling;
    sampling.match_reference = match_reference;
    c10::ScalarType type = at::kFloat;
    run(video, sampling, condition(),
        [&](std::size_t, const at::Tensor& velocities, const at::Tensor& latents) {
          is = velocities;
          type = latents.scalar_type();
        });
    return type;
  };
  EXPECT_EQ(type_of_latents(true), at::kBFloat16);
  EXPECT_EQ(type_of_latents(false), at::kFloat);
  EXPECT_LE((is - expected).norm().item<double>(), 3e-2 * expected.norm().item<double>());
}

TEST(Levels, AreRoundedToTheEvenNumber) {
  // x / 2 + 1/2 = 0.5 / 255 and 1.5 / 255: halves, exactly only where float32 has them.
  const at::Tensor video =
      at::tensor({-2.0, -1.0, 0.0, 1.0, 2.0, 0.25}, at::kFloat).reshape({1, 3, 1, 1, 2});
  const at::Tensor levels = levels_of(video);
  EXPECT_EQ(levels.sizes(), at::IntArrayRef({1, 1, 2, 3}));
  // 0.5 * 255 = 127.5 is halfway between 127 and 128.
  EXPECT_TRUE(levels.flatten().equal(at::tensor({0, 128, 255, 0, 255, 159}, at::kByte)));
}

}  // namespace
}  // namespace asbench::baselines
