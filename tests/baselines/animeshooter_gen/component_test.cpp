// The generator's parts from outside: docs/design/animeshootergen.md 8.
#include "baselines/animeshooter_gen/component.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <memory>

#include "baselines/animeshooter_gen/tensor_file.h"
#include "core/error.h"
#include "models/cogvideox/transformer.h"
#include "models/cogvideox/vae_decoder.h"
#include "models/layers/runtime.h"
#include "models/samplers/guidance.h"
#include "models/samplers/shot_noise.h"
#include "models/weights/checkpoint.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using models::DType;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Tensors = std::map<std::string, at::Tensor>;

at::Tensor random(at::IntArrayRef sizes, std::uint64_t seed = 3) {
  return models::ShotNoise(seed).draw(sizes);
}

at::Tensor integers(std::initializer_list<std::int64_t> values) {
  return at::tensor(std::vector<std::int64_t>(values), at::kLong);
}

class Component : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    models_ = std::make_unique<TemporaryFolder>();
    asbench::testing::write_tiny_generator(models_->path() / "model", {.text_encoder = true});
    // The same without a manifest: parts at the usual places.
    asbench::testing::write_tiny_generator(models_->path() / "plain");
    fs::remove(models_->path() / "plain/animeshootergen.json");
  }
  static void TearDownTestSuite() { models_.reset(); }

  static fs::path model() { return models_->path() / "model"; }
  [[nodiscard]] fs::path out() const { return folder_ / "out.safetensors"; }

  void call(const std::string& name, const Tensors& in, const fs::path& folder = model()) const {
    write_tensors(folder_ / "in.safetensors", in);
    fs::remove(out());
    run_component({.name = name, .model = folder, .in = folder_ / "in.safetensors", .out = out()});
  }
  [[nodiscard]] TensorReader made(const std::string& name, const Tensors& in) const {
    call(name, in);
    return TensorReader(out());
  }
  /// The message; nothing may be written.
  [[nodiscard]] std::string problem(const std::string& name, const Tensors& in) const {
    try {
      call(name, in);
    } catch (const BadInput& error) {
      EXPECT_FALSE(fs::exists(out()));
      return error.what();
    } catch (const UsageError& error) {
      EXPECT_FALSE(fs::exists(out()));
      return error.what();
    }
    return {};
  }

  const models::InferenceScope scope_;
  TemporaryFolder folder_;

 private:
  static inline std::unique_ptr<TemporaryFolder> models_;
};

Tensors transformer_inputs() {
  return {{"hidden_states", random({2, 5, 4, 4, 6})},
          {"encoder_hidden_states", random({2, 10, 24}, 4)},
          {"timestep", integers({999, 19})}};
}

TEST_F(Component, Transformer) {
  const Tensors in = transformer_inputs();
  TensorReader file = made("transformer", in);
  const at::Tensor sample = file.take("sample", DType::f32, 5);
  file.finish();
  const auto network = models::load_cogvideox_transformer(model() / "transformer");
  EXPECT_TRUE(sample.equal(models::run(
      network, {in.at("hidden_states"), in.at("encoder_hidden_states"), in.at("timestep")})));
}

TEST_F(Component, VaeDecoderAndEncoder) {
  const at::Tensor latents = random({1, 4, 3, 4, 6});
  TensorReader file = made("vae_decoder", {{"latents", latents}});
  const at::Tensor sample = file.take("sample", DType::f32, 5);
  file.finish();
  EXPECT_EQ(sample.sizes(), at::IntArrayRef({1, 3, 9, 32, 48}));
  TensorReader whole = made("vae_decoder", {{"latents", latents}, {"tiling", integers({0})}});
  EXPECT_TRUE(whole.take("sample", DType::f32, 5).equal(sample));
  EXPECT_THAT(problem("vae_decoder", {{"latents", latents}, {"tiling", integers({2})}}),
              HasSubstr("tiling"));

  TensorReader back = made("vae_encoder", {{"sample", sample.clamp(-1, 1)}});
  EXPECT_EQ(back.take("mean", DType::f32, 5).sizes(), at::IntArrayRef({1, 4, 3, 4, 6}));
  EXPECT_EQ(back.take("logvar", DType::f32, 5).sizes(), at::IntArrayRef({1, 4, 3, 4, 6}));
  back.finish();
}

/// Anchors of docs/design/animeshootergen.md 5.
TEST_F(Component, SchedulerTables) {
  TensorReader file = made("scheduler", {{"num_inference_steps", integers({16})}});
  const at::Tensor alphas = file.take("alphas_cumprod", DType::f64, 1);
  const at::Tensor times = file.take("timesteps", DType::i64, 1);
  file.finish();
  ASSERT_EQ(alphas.numel(), 1000);
  EXPECT_NEAR(alphas[0].item<double>(), 0.9974543276430069, 1e-12);
  EXPECT_NEAR(alphas[499].item<double>(), 0.0959695616907354, 1e-12);
  EXPECT_EQ(alphas[999].item<double>(), 0.0);
  EXPECT_TRUE(times.narrow(0, 0, 5).equal(integers({999, 937, 874, 811, 749})));
  EXPECT_THAT(problem("scheduler", {{"num_inference_steps", integers({61})}}), HasSubstr("61"));
}

TEST_F(Component, SchedulerStepsWithGivenOutputs) {
  const at::Tensor latents = at::full({1, 1, 1, 1, 1}, 0.5);
  const at::Tensor outputs = at::full({50, 1, 1, 1, 1, 1}, -0.25);
  TensorReader file = made(
      "scheduler",
      {{"num_inference_steps", integers({50})}, {"latents", latents}, {"model_output", outputs}});
  const at::Tensor trajectory = file.take("trajectory", DType::f32, 6);
  EXPECT_EQ(trajectory.sizes(), at::IntArrayRef({50, 1, 1, 1, 1, 1}));
  EXPECT_NEAR(trajectory[0].item<double>(), 0.50129694, 1e-6);
  // Two branches, guided by 3: -1 + 3 (-0.75 + 1) = -0.25.
  at::Tensor two = at::empty({50, 2, 1, 1, 1, 1});
  two.select(1, 0).fill_(-1.0);
  two.select(1, 1).fill_(-0.75);
  const Tensors guided = {{"num_inference_steps", integers({50})},
                          {"latents", latents},
                          {"model_output", two},
                          {"guidance_scale", at::full({1}, 3.0, at::kDouble)}};
  TensorReader again = made("scheduler", guided);
  EXPECT_TRUE(again.take("trajectory", DType::f32, 6).allclose(trajectory, 1e-5, 1e-6));
  Tensors wrong = guided;
  wrong.erase("guidance_scale");
  EXPECT_THAT(problem("scheduler", wrong), HasSubstr("guidance_scale"));
  wrong = guided;
  wrong["model_output"] = outputs;
  EXPECT_THAT(problem("scheduler", wrong), HasSubstr("guidance_scale")) << "one branch";
  wrong = guided;
  wrong["model_output"] = two.narrow(0, 0, 49).contiguous();
  EXPECT_THAT(problem("scheduler", wrong), HasSubstr("model_output"));
  wrong = guided;
  wrong.erase("model_output");
  EXPECT_THAT(problem("scheduler", wrong), HasSubstr("encoder_hidden_states"));
}

TEST_F(Component, SchedulerRunsTheTransformer) {
  const at::Tensor latents = random({1, 5, 4, 4, 6});
  const at::Tensor text = random({2, 10, 24}, 4);
  TensorReader file = made("scheduler", {{"num_inference_steps", integers({2})},
                                         {"latents", latents},
                                         {"encoder_hidden_states", text},
                                         {"guidance_scale", at::full({1}, 6.0, at::kDouble)}});
  const at::Tensor trajectory = file.take("trajectory", DType::f32, 6);
  // At t = 999 x0 is -v, and the sample after the step follows from the next alpha alone.
  const auto network = models::load_cogvideox_transformer(model() / "transformer");
  const at::Tensor v = models::guide(
      models::run(network, {latents.expand({2, 5, 4, 4, 6}), text, integers({999, 999})}), 6.0);
  const double a = file.take("alphas_cumprod", DType::f64, 1)[499].item<double>();
  const double keep = std::sqrt(1.0 - a);
  const at::Tensor expected = keep * latents - std::sqrt(a) * v;
  EXPECT_TRUE(trajectory[0].allclose(expected, 1e-4, 1e-5));
}

TEST_F(Component, VisionTowerAndProjector) {
  TensorReader seen = made("vision_tower", {{"pixel_values", random({2, 3, 56, 56})}});
  const at::Tensor features = seen.take("features", DType::f32, 3);
  EXPECT_EQ(features.sizes(), at::IntArrayRef({2, 16, 32}));
  TensorReader projected =
      made("projector", {{"features", at::cat({features, features, features}, 2)}});
  EXPECT_EQ(projected.take("embeds", DType::f32, 3).sizes(), at::IntArrayRef({2, 4, 64}));
  projected.finish();
  EXPECT_THAT(problem("projector", {{"features", features}}), HasSubstr("96"));
}

TEST_F(Component, LanguageModelInPieces) {
  const at::Tensor ids = integers({1, 2, 3, 4, 5, 6}).reshape({1, 6});
  TensorReader whole = made("llm", {{"input_ids", ids}});
  const at::Tensor states = whole.take("hidden_states", DType::f32, 4);
  whole.finish();
  EXPECT_EQ(states.sizes(), at::IntArrayRef({4, 1, 6, 64}));
  TensorReader pieces = made("llm", {{"inputs_embeds", states[0]}, {"split", integers({1, 3, 2})}});
  EXPECT_TRUE(pieces.take("hidden_states", DType::f32, 4).allclose(states, 1e-5, 1e-6));
  EXPECT_THAT(problem("llm", {{"input_ids", ids}, {"split", integers({1, 3})}}),
              AllOf(HasSubstr("split"), HasSubstr("6")));
  EXPECT_THAT(problem("llm", {{"input_ids", ids}, {"split", integers({7, -1})}}),
              HasSubstr("split"));
  EXPECT_THAT(problem("llm", {{"input_ids", ids}, {"inputs_embeds", states[0]}}),
              HasSubstr("one of"));
}

TEST_F(Component, QFormer) {
  const at::Tensor states = random({2, 8, 64});
  TensorReader file = made("qformer", {{"encoder_hidden_states", states}});
  const at::Tensor last = file.take("last_hidden_state", DType::f32, 3);
  EXPECT_EQ(last.sizes(), at::IntArrayRef({2, 10, 48}));
  EXPECT_EQ(file.take("condition", DType::f32, 3).sizes(), at::IntArrayRef({2, 10, 24}));
  file.finish();
  TensorReader own =
      made("qformer", {{"encoder_hidden_states", states}, {"query_embeds", random({1, 5, 48}, 5)}});
  EXPECT_EQ(own.take("last_hidden_state", DType::f32, 3).size(1), 5);
  // Without a manifest the file's tensors say what there is.
  call("qformer", {{"encoder_hidden_states", states}}, model().parent_path() / "plain");
  EXPECT_TRUE(TensorReader(out()).take("last_hidden_state", DType::f32, 3).equal(last));
}

TEST_F(Component, T5) {
  TensorReader file = made("t5", {{"input_ids", integers({5, 6, 1, 0}).reshape({2, 2})}});
  EXPECT_EQ(file.take("last_hidden_state", DType::f32, 3).sizes(), at::IntArrayRef({2, 2, 24}));
  file.finish();
}

TEST_F(Component, TensorsMustBeExactlyThose) {
  Tensors in = transformer_inputs();
  in["mask"] = at::ones({1});
  EXPECT_THAT(problem("transformer", in), HasSubstr("mask"));
  in = transformer_inputs();
  in.erase("timestep");
  EXPECT_THAT(problem("transformer", in), HasSubstr("timestep"));
  in = transformer_inputs();
  in["timestep"] = at::ones({2});
  EXPECT_THAT(problem("transformer", in), AllOf(HasSubstr("timestep"), HasSubstr("I64")));
  in = transformer_inputs();
  in["hidden_states"] = random({5, 4, 4, 6});
  EXPECT_THAT(problem("transformer", in), AllOf(HasSubstr("hidden_states"), HasSubstr("5 axes")));
  in = transformer_inputs();
  in["encoder_hidden_states"].fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(problem("transformer", in), HasSubstr("not finite"));
  EXPECT_THAT(problem("unet", transformer_inputs()), HasSubstr("vae_decoder"));
}

TEST_F(Component, NeedsItsOwnFolderAlone) {
  const fs::path lonely = folder_ / "lonely";
  fs::create_directories(lonely);
  fs::copy(model() / "transformer", lonely / "transformer", fs::copy_options::recursive);
  EXPECT_NO_THROW(call("transformer", transformer_inputs(), lonely));
  EXPECT_THROW(call("vae_decoder", {{"latents", random({1, 4, 3, 4, 6})}}, lonely), BadInput);
}

}  // namespace
}  // namespace asbench::baselines
