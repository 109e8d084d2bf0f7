// Weight files that do not fit: every message names the file and the tensor.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "core/error.h"
#include "core/json.h"
#include "models/layers/runtime.h"
#include "models/weights/safetensors.h"
#include "tests/baselines/animeshooter_gen/llm_lora.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using asbench::testing::write_tiny_generator;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Views = std::map<std::string, models::TensorView>;

/// What loading every network of a generator says; nothing if it can be loaded.
std::string problem_of(const fs::path& model) {
  const models::InferenceScope scope;
  try {
    const EnginePlan engine = plan_animeshooter_gen(model, {});
    static_cast<void>(load_conditions(engine, c10::kCPU));
    static_cast<void>(load_video_model(engine.video, c10::kCPU));
    static_cast<void>(load_encoder(engine.video, c10::kCPU));
  } catch (const Error& problem) {
    return problem.what();
  }
  return {};
}

/// Writes the file again with other tensors.
void change(const fs::path& file, const std::function<void(Views&)>& edit) {
  const auto stored = models::SafetensorsFile::open(file, models::ReadMode::copied);
  Views views;
  for (const std::string& name : stored.names()) views[name] = stored.find(name).value();
  edit(views);
  models::write_safetensors(file, views);
}

void cut_off(const fs::path& file) {
  fs::resize_file(file, fs::file_size(file) - 1);
}

/// A network of the generator: where its weights are, and one of its tensors.
struct NetworkFile {
  const char* name;
  const char* folder;
  const char* tensor;
};

std::string name_of(const ::testing::TestParamInfo<NetworkFile>& chosen) {
  return chosen.param.name;
}

const auto kNetworks = ::testing::Values(
    NetworkFile{"T5", "text_encoder", "encoder.final_layer_norm.weight"},
    NetworkFile{"Qwen2", "mllm/llm", "model.norm.weight"},
    NetworkFile{"Siglip", "mllm/vision_tower", "vision_model.post_layernorm.weight"},
    NetworkFile{"Projector", "mllm/mm_projector", "layers.4.bias"},
    NetworkFile{"QFormer", "qformer", "qformer.layernorm.bias"},
    NetworkFile{"Transformer", "transformer", "proj_out.bias"},
    NetworkFile{"VaeDecoder", "vae", "decoder.conv_out.conv.bias"},
    NetworkFile{"VaeEncoder", "vae", "encoder.norm_out.weight"});

/// A model whose networks are all loaded, and the file of one of them, which a test damages.
class NetworkFiles : public ::testing::TestWithParam<NetworkFile> {
 protected:
  NetworkFiles() {
    write_tiny_generator(model(),
                         {.manifest = {{"null_condition", "t5_empty"}}, .text_encoder = true});
  }

  [[nodiscard]] fs::path model() const { return folder_ / "model"; }
  [[nodiscard]] fs::path part() const { return model() / GetParam().folder; }
  [[nodiscard]] fs::path file() const {
    const fs::path ours = part() / "model.safetensors";
    return fs::exists(ours) ? ours : part() / "diffusion_pytorch_model.safetensors";
  }
  [[nodiscard]] std::string problem() const { return problem_of(model()); }

  const std::string tensor_ = GetParam().tensor;

 private:
  TemporaryFolder folder_;
};

TEST_P(NetworkFiles, AreLoadedAsTheyAre) {
  EXPECT_EQ(problem(), "");
}

TEST_P(NetworkFiles, ThatAreCutOffAreNamed) {
  cut_off(file());
  EXPECT_THAT(problem(), HasSubstr(file().string()));
}

TEST_P(NetworkFiles, WithoutATensorAreNamedWithIt) {
  change(file(), [&](Views& views) { views.erase(tensor_); });
  EXPECT_THAT(problem(), AllOf(HasSubstr(file().string()), HasSubstr("1 missing:\n  " + tensor_)));
}

TEST_P(NetworkFiles, WithATensorTooManyAreNamedWithIt) {
  change(file(), [&](Views& views) { views[tensor_ + ".surplus"] = views.at(tensor_); });
  EXPECT_THAT(problem(), AllOf(HasSubstr(file().string()),
                               HasSubstr("1 unexpected:\n  " + tensor_ + ".surplus: ")));
}

TEST_P(NetworkFiles, WithATensorOfAnotherShapeAreNamedWithIt) {
  change(file(), [&](Views& views) { views.at(tensor_).shape.push_back(1); });
  EXPECT_THAT(problem(),
              AllOf(HasSubstr(file().string()), HasSubstr("1 misshaped:\n  " + tensor_ + ": ")));
}

INSTANTIATE_TEST_SUITE_P(All, NetworkFiles, kNetworks, name_of);

/// The same with one network's file in two; the tensor is in the second.
class NetworkShards : public NetworkFiles {
 protected:
  NetworkShards() {
    const fs::path whole = file();
    stem_ = whole.stem().string();
    const auto stored = models::SafetensorsFile::open(whole, models::ReadMode::copied);
    Views first, second;
    for (const std::string& name : stored.names()) {
      const bool of_first = name != tensor_ && first.size() <= second.size();
      (of_first ? first : second)[name] = stored.find(name).value();
      map_[name] = shard(of_first ? 1 : 2).filename().string();
    }
    models::write_safetensors(shard(1), first);
    models::write_safetensors(shard(2), second);
    fs::remove(whole);
    write_index();
  }

  [[nodiscard]] fs::path shard(int number) const {
    return part() / fmt::format("{}-{:05}-of-00002.safetensors", stem_, number);
  }
  void write_index() const {
    write_json_file(part() / (stem_ + ".safetensors.index.json"),
                    Json{{"metadata", Json::object()}, {"weight_map", map_}});
  }
  /// "tensor in model-00002-of-00002.safetensors"
  [[nodiscard]] std::string in_shard(const std::string& tensor) const {
    return tensor + " in " + shard(2).filename().string();
  }

  std::string stem_;
  std::map<std::string, std::string> map_;
};

TEST_P(NetworkShards, AreLoadedAsOneFileIs) {
  EXPECT_EQ(problem(), "");
}

TEST_P(NetworkShards, ThatAreCutOffAreNamed) {
  cut_off(shard(2));
  EXPECT_THAT(problem(), AllOf(HasSubstr(shard(2).string()), Not(HasSubstr(shard(1).string()))));
}

TEST_P(NetworkShards, ThatAreNotThereAreNamed) {
  fs::remove(shard(2));
  EXPECT_THAT(problem(), AllOf(HasSubstr(part().string()), HasSubstr(shard(2).filename().string()),
                               HasSubstr("missing")));
}

TEST_P(NetworkShards, WithoutATensorThatTheIndexNamesAreNamedWithIt) {
  change(shard(2), [&](Views& views) { views.erase(tensor_); });
  EXPECT_THAT(problem(), AllOf(HasSubstr(part().string()), HasSubstr(tensor_),
                               HasSubstr(shard(2).filename().string())));
}

/// No file can be said to lack it: the folder does.
TEST_P(NetworkShards, WithoutATensorAreNamedByTheirFolder) {
  change(shard(2), [&](Views& views) { views.erase(tensor_); });
  map_.erase(tensor_);
  write_index();
  EXPECT_THAT(problem(), AllOf(HasSubstr(part().string()), HasSubstr("1 missing:\n  " + tensor_)));
}

TEST_P(NetworkShards, WithATensorTooManyAreNamedWithIt) {
  const std::string surplus = tensor_ + ".surplus";
  change(shard(2), [&](Views& views) { views[surplus] = views.at(tensor_); });
  map_[surplus] = map_.at(tensor_);
  write_index();
  EXPECT_THAT(problem(), AllOf(HasSubstr(part().string()),
                               HasSubstr("1 unexpected:\n  " + in_shard(surplus) + ": ")));
}

TEST_P(NetworkShards, WithATensorOfAnotherShapeAreNamedWithIt) {
  change(shard(2), [&](Views& views) { views.at(tensor_).shape.push_back(1); });
  EXPECT_THAT(problem(), AllOf(HasSubstr(part().string()),
                               HasSubstr("1 misshaped:\n  " + in_shard(tensor_) + ": ")));
}

TEST_P(NetworkShards, WithATensorTwiceAreNamedWithIt) {
  const auto second = models::SafetensorsFile::open(shard(2), models::ReadMode::copied);
  change(shard(1), [&](Views& views) { views[tensor_] = second.find(tensor_).value(); });
  EXPECT_THAT(problem(), AllOf(HasSubstr(part().string()), HasSubstr(tensor_),
                               HasSubstr(shard(1).filename().string()),
                               HasSubstr(shard(2).filename().string())));
}

INSTANTIATE_TEST_SUITE_P(All, NetworkShards, kNetworks, name_of);

/// An adaptation of the generator: its file, one adapted module as the file calls it and as the
/// network does, and the number of that module's inputs.
struct LoraFile {
  const char* name;
  const char* file;
  const char* prefix;
  const char* module;
  std::int64_t inputs;
};

/// A model with both adaptations, and the file of one of them, which a test damages.
class LoraFiles : public ::testing::TestWithParam<LoraFile> {
 protected:
  LoraFiles() {
    write_tiny_generator(folder_ / "model",
                         {.manifest = {{"lora",
                                        {{"transformer", {{"path", "lora/transformer"}}},
                                         {"llm", {{"path", "lora/llm"}}}}}}});
    asbench::testing::write_tiny_lora(folder_ / "model/lora/transformer");
    asbench::testing::write_llm_lora(folder_ / "model/lora/llm");
  }

  [[nodiscard]] fs::path file() const { return folder_ / "model" / GetParam().file; }
  [[nodiscard]] std::string problem() const { return problem_of(folder_ / "model"); }

  const std::string down_ = std::string(GetParam().prefix) + GetParam().module + ".lora_A.weight";
  const std::string up_ = std::string(GetParam().prefix) + GetParam().module + ".lora_B.weight";
  /// What the network calls the weight that is adapted.
  const std::string target_ = std::string(GetParam().module) + ".weight";

 private:
  TemporaryFolder folder_;
};

TEST_P(LoraFiles, AreMergedAsTheyAre) {
  EXPECT_EQ(problem(), "");
}

TEST_P(LoraFiles, ThatAreCutOffAreNamed) {
  cut_off(file());
  EXPECT_THAT(problem(), HasSubstr(file().string()));
}

TEST_P(LoraFiles, WithoutATensorAreNamedWithIt) {
  change(file(), [&](Views& views) { views.erase(up_); });
  EXPECT_THAT(problem(), AllOf(HasSubstr(file().string()), HasSubstr(up_ + " is missing")));
}

TEST_P(LoraFiles, WithATensorTooManyAreNamedWithIt) {
  change(file(), [&](Views& views) { views[up_ + ".surplus"] = views.at(up_); });
  EXPECT_THAT(problem(), AllOf(HasSubstr(file().string()), HasSubstr("unexpected tensor"),
                               HasSubstr(up_ + ".surplus")));
}

TEST_P(LoraFiles, ForALayerThatTheNetworkLacksAreNamedWithIt) {
  const auto of_layer_9 = [](std::string name) { return name.replace(name.find(".0."), 3, ".9."); };
  change(file(), [&](Views& views) {
    for (const std::string& name : {down_, up_}) views[of_layer_9(name)] = views.at(name);
  });
  EXPECT_THAT(problem(), AllOf(HasSubstr(file().string()), HasSubstr(of_layer_9(target_))));
}

TEST_P(LoraFiles, WithATensorOfAnotherShapeAreNamedWithIt) {
  change(file(), [&](Views& views) { views.at(up_).shape.push_back(1); });
  EXPECT_THAT(problem(), AllOf(HasSubstr(file().string()), HasSubstr(up_ + " is [")));
}

/// A and B go together, but not with the network.
TEST_P(LoraFiles, WithATensorThatDoesNotFitTheNetworkAreNamedWithIt) {
  change(file(), [&](Views& views) {
    models::TensorView& down = views.at(down_);
    ASSERT_EQ(down.shape, (std::vector<std::int64_t>{2, GetParam().inputs}));
    --down.shape[1];
    down.bytes = down.bytes.first(down.bytes.size() - 2 * sizeof(float));
  });
  EXPECT_THAT(problem(), AllOf(HasSubstr(file().string()), HasSubstr(target_ + " is ["),
                               HasSubstr(fmt::format(", {}]", GetParam().inputs - 1))));
}

INSTANTIATE_TEST_SUITE_P(
    All, LoraFiles,
    ::testing::Values(LoraFile{"Transformer", "lora/transformer/pytorch_lora_weights.safetensors",
                               "transformer.", "transformer_blocks.0.attn1.to_q", 32},
                      LoraFile{"Qwen2", "lora/llm/adapter_model.safetensors", "base_model.model.",
                               "model.layers.0.self_attn.q_proj", 64}),
    [](const auto& chosen) { return std::string(chosen.param.name); });

}  // namespace
}  // namespace asbench::baselines
