// The generator's parts from outside (docs/design/animeshootergen.md 8) against the published
// implementations: run_component() on the goldens of the networks.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>

#include "baselines/animeshooter_gen/component.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "models/layers/runtime.h"
#include "models/weights/safetensors.h"
#include "models/weights/tensor_views.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using Tensors = std::map<std::string, at::Tensor>;

/// Of the largest value: what docs/design/animeshootergen.md 8 accepts.
constexpr double kTolerance = 2e-5;
/// What another result must exceed to be seen for sure.
constexpr double kSeen = 100 * kTolerance;
/// Of the largest value: the transformer and the sampler over and over
/// (docs/design/animeshootergen.md 10).
constexpr double kLoopTolerance = 1e-4;

fs::path golden(const std::string& name) {
  return asbench::testing::source_folder() / "tests/golden" / name;
}

Tensors read(const fs::path& path) {
  const auto file = std::make_shared<const models::SafetensorsFile>(
      models::SafetensorsFile::open(path, models::ReadMode::copied));
  Tensors tensors;
  for (const std::string& name : file->names()) {
    const models::TensorView view = file->find(name).value();
    tensors[name] = models::view_tensor(view.bytes, view.dtype, view.shape, file).clone();
  }
  return tensors;
}

double distance(const at::Tensor& is, const at::Tensor& expected) {
  EXPECT_EQ(is.sizes(), expected.sizes());
  if (is.sizes() != expected.sizes()) return 1.0;
  const at::Tensor wide = expected.to(at::kDouble);
  return ((is.to(at::kDouble) - wide).abs().max() / wide.abs().max()).item<double>();
}

/// A model folder that has one part alone, the golden's.
class ComponentGolden : public ::testing::Test {
 protected:
  /// @param from  below tests/golden  @param to  where a model folder has it
  void put(const std::string& from, const fs::path& to) const {
    fs::create_directories((model() / to).parent_path());
    fs::copy(golden(from), model() / to, fs::copy_options::recursive);
  }
  [[nodiscard]] fs::path model() const { return folder_ / "model"; }

  [[nodiscard]] Tensors run(const std::string& name, const Tensors& in) const {
    write_tensors(folder_ / "in.safetensors", in);
    run_component({.name = name,
                   .model = model(),
                   .in = folder_ / "in.safetensors",
                   .out = folder_ / "out.safetensors"});
    return read(folder_ / "out.safetensors");
  }
  /// That `made` is `expected`, no tensor more or less.
  void expect(const Tensors& made, const Tensors& expected, const std::string& what,
              double tolerance = kTolerance) {
    for (const auto& [name, value] : made) EXPECT_TRUE(expected.contains(name)) << name;
    for (const auto& [name, value] : expected) {
      ASSERT_TRUE(made.contains(name)) << name;
      EXPECT_EQ(made.at(name).scalar_type(), at::kFloat) << name;
      const double apart = distance(made.at(name), value);
      RecordProperty(fmt::format("{}.{}", what, name), fmt::format("{:.1e}", apart));
      EXPECT_LE(apart, tolerance) << what << " " << name;
    }
  }

  /// @param cases  of the golden in `folder`
  void expect_transformer(const std::string& folder, const std::vector<std::string>& cases) {
    put(folder, "transformer");
    const Tensors stored = read(golden(folder + "/expected.safetensors"));
    for (const std::string& name : cases) {
      const Tensors in = {
          {"hidden_states", stored.at(name + ".hidden_states")},
          {"encoder_hidden_states", stored.at(name + ".encoder_hidden_states")},
          {"timestep", stored.at(name + ".timestep").to(at::kLong)},
      };
      ASSERT_TRUE(in.at("timestep").to(at::kFloat).equal(stored.at(name + ".timestep")));
      expect(run("transformer", in), {{"sample", stored.at(name + ".output")}}, name);
    }
  }

  const models::InferenceScope scope_;
  TemporaryFolder folder_;
};

TEST_F(ComponentGolden, Transformer) {
  expect_transformer("cogvideox_transformer/base", {"default", "size"});
}

/// Rotary positions and a stored table; more channels in than out.
TEST_F(ComponentGolden, TransformerOfAnImageToVideoModel) {
  expect_transformer("cogvideox_transformer/i2v", {"default", "late"});
}

class VaeComponentGolden : public ComponentGolden {
 protected:
  VaeComponentGolden() : stored_(read(golden("cogvideox_vae/expected.safetensors"))) {
    put("cogvideox_vae", "vae");
  }
  [[nodiscard]] Tensors decoded(const std::string& name, std::optional<int> tiling = {}) const {
    Tensors in = {{"latents", stored_.at(name + ".latents")}};
    if (tiling) in["tiling"] = at::tensor({*tiling}, at::kLong);
    return run("vae_decoder", in);
  }
  /// What the golden has of a video: every n-th value.
  [[nodiscard]] at::Tensor kept(const std::string& name, const at::Tensor& video) const {
    EXPECT_TRUE(at::tensor(video.sizes()).equal(stored_.at(name + ".shape"))) << video.sizes();
    const auto step = stored_.at(name + ".sample:step").item<std::int64_t>();
    return video.flatten().slice(0, 0, std::nullopt, step);
  }
  void expect_video(const std::string& name, Tensors made) {
    ASSERT_TRUE(made.contains("sample"));
    made["sample"] = kept(name, made.at("sample"));
    expect(made, {{"sample", stored_.at(name + ".sample")}}, name);
  }

  Tensors stored_;
};

TEST_F(VaeComponentGolden, Decoder) {
  for (const char* name : {"decode.1", "decode.2", "decode.3", "decode.4", "decode.5", "decode.13"})
    expect_video(name, decoded(name));
}

TEST_F(VaeComponentGolden, DecoderInTiles) {
  expect_video("tiled.4", decoded("tiled.4", 1));
  const at::Tensor& tiled = stored_.at("tiled.4.sample");
  for (const std::optional<int> tiling : {std::optional<int>(0), std::optional<int>()}) {
    const at::Tensor whole = kept("tiled.4", decoded("tiled.4", tiling).at("sample"));
    EXPECT_GT(distance(whole, tiled), kSeen) << "tiles make another video than one piece";
  }
}

TEST_F(VaeComponentGolden, Encoder) {
  for (const std::string name : {"encode.1", "encode.8", "encode.9", "encode.17", "encode.odd"}) {
    expect(run("vae_encoder", {{"sample", stored_.at(name + ".sample")}}),
           {{"mean", stored_.at(name + ".mean")}, {"logvar", stored_.at(name + ".logvar")}}, name);
  }
}

TEST_F(ComponentGolden, VisionTowerAndProjector) {
  for (const std::string name : {"t1", "odd"}) {
    fs::remove_all(model());
    put("multimodal/" + name + "/vision_tower", "mllm/vision_tower");
    put("multimodal/" + name + "/mm_projector", "mllm/mm_projector");
    const Tensors stored = read(golden("multimodal/" + name + "/expected.safetensors"));
    expect(run("vision_tower", {{"pixel_values", stored.at("pixel_values")}}),
           {{"features", stored.at("features")}}, name);
    expect(run("projector", {{"features", stored.at("projector_features")}}),
           {{"embeds", stored.at("projector_embeds")}}, name);
  }
}

/// All states, h_N after the final norm; from embeddings and from ids, whole and in pieces.
TEST_F(ComponentGolden, LanguageModel) {
  for (const std::string name : {"t1", "gqa3"}) {
    fs::remove_all(model());
    put("qwen2/" + name, "mllm/llm");
    const Tensors stored = read(golden("qwen2/" + name + "/expected.safetensors"));
    const at::Tensor& states = stored.at("hidden_states");
    const Tensors inputs[] = {
        {{"inputs_embeds", stored.at("inputs_embeds")}},
        {{"input_ids", stored.at("input_ids")}},
        {{"inputs_embeds", stored.at("inputs_embeds")}, {"split", stored.at("split")}},
        {{"input_ids", stored.at("input_ids")}, {"split", stored.at("split")}}};
    for (const Tensors& in : inputs) {
      const Tensors made = run("llm", in);
      ASSERT_EQ(made.size(), 1U);
      const at::Tensor& made_states = made.at("hidden_states");
      ASSERT_EQ(made_states.sizes(), states.sizes());
      // Each of its own largest value: a large state must hide no small one.
      for (std::int64_t i = 0; i < states.size(0); ++i)
        EXPECT_LE(distance(made_states[i], states[i]), kTolerance) << name << " h_" << i;
      EXPECT_GT(distance(made_states[-1], stored.at("last_without_norm")), kSeen)
          << "the last state is after the norm";
    }
  }
}

/// What there is follows from the file's tensors: a linear projection; an MLP with a norm; none,
/// and the states are the queries.
TEST_F(ComponentGolden, QFormer) {
  for (const std::string name : {"t1", "every_layer", "llm"}) {
    fs::remove_all(model());
    put("qformer/" + name, "qformer");
    const Tensors stored = read(golden("qformer/" + name + "/expected.safetensors"));
    Tensors expected = {{"last_hidden_state", stored.at("last_hidden_state")}};
    if (name != "llm") expected["condition"] = stored.at("condition");
    expect(run("qformer", {{"encoder_hidden_states", stored.at("encoder_hidden_states")}}),
           expected, name);
  }
}

TEST_F(ComponentGolden, T5) {
  for (const std::string name : {"b32", "b16"}) {
    fs::remove_all(model());
    put("t5/" + name, "text_encoder");
    const Tensors stored = read(golden("t5/" + name + "/expected.safetensors"));
    expect(run("t5", {{"input_ids", stored.at("ids")}}), {{"last_hidden_state", stored.at("out")}},
           name);
  }
}

/// The steps of the first shot of tests/golden/animeshootergen: with what the transformer gave
/// there, and with what it gives here.
TEST_F(ComponentGolden, Scheduler) {
  asbench::testing::write_tiny_generator(model());
  const Tensors stored = read(golden("animeshootergen/expected.safetensors"));
  Tensors in = {{"num_inference_steps", at::tensor({4}, at::kLong)},
                {"latents", stored.at("noise")[0].contiguous()},
                {"guidance_scale", at::full({1}, 6.0, at::kDouble)}};
  in["model_output"] = stored.at("shot1.velocities");
  const at::Tensor& expected = stored.at("shot1.latents");
  const at::Tensor given = run("scheduler", in).at("trajectory");
  ASSERT_EQ(given.size(0), 4);
  EXPECT_LE(distance(given[-1], expected), kTolerance);
  in.erase("model_output");
  in["encoder_hidden_states"] = stored.at("shot1.condition");
  EXPECT_LE(distance(run("scheduler", in).at("trajectory")[-1], expected), kLoopTolerance);
  in["guidance_scale"].fill_(5.9);
  EXPECT_GT(distance(run("scheduler", in).at("trajectory")[-1], expected), 10 * kLoopTolerance);
}

}  // namespace
}  // namespace asbench::baselines
