// Loading from folders: strictly, from every stored type, in shards.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/json.h"
#include "models/cogvideox/transformer.h"
#include "models/layers/runtime.h"
#include "tests/models/cogvideox/generator_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;
using ::asbench::testing::TemporaryFolder;

namespace fs = std::filesystem;

constexpr const char* kWeights = "diffusion_pytorch_model.safetensors";

class CogVideoXLoading : public ::testing::Test {
 protected:
  CogVideoXLoading()
      : source_(golden_folder("cogvideox_transformer/base")),
        stored_(read_stored(source_ / kWeights)) {
    fs::copy_file(source_ / "config.json", folder_ / "config.json");
  }

  void write() const { write_stored(folder_ / kWeights, stored_); }
  [[nodiscard]] CogVideoXTransformer load() const {
    return load_cogvideox_transformer(folder_.path());
  }
  void set(const char* field, const Json& value) const {
    Json config = read_json_file(folder_ / "config.json");
    config[field] = value;
    write_json_file(folder_ / "config.json", config);
  }

  [[nodiscard]] static at::Tensor output(const CogVideoXTransformer& network) {
    const InferenceScope scope;
    const auto waves = [](at::IntArrayRef shape, std::int64_t count) {
      return at::arange(count, at::kFloat).mul_(0.7).sin_().view(shape);
    };
    return run(network,
               {waves({1, 5, 4, 4, 6}, 480), waves({1, 10, 24}, 240), at::tensor({500.0F})});
  }

  fs::path source_;
  StoredTensors stored_;
  TemporaryFolder folder_;
};

TEST_F(CogVideoXLoading, ListsEveryMissingExtraAndMisshapedKeyAtOnce) {
  stored_.erase("proj_out.bias");
  stored_.erase("transformer_blocks.1.attn1.norm_k.weight");
  stored_["transformer_blocks.2.norm1.norm.weight"] = at::ones({32});
  stored_["patch_embed.pos_embedding"] = at::ones({1, 40, 32});
  stored_["time_embedding.linear_1.weight"] = at::ones({32, 16});
  write();
  expect_error([&] { static_cast<void>(load()); },
               {folder_.path().string(), "2 missing", "proj_out.bias",
                "transformer_blocks.1.attn1.norm_k.weight", "2 unexpected",
                "transformer_blocks.2.norm1.norm.weight", "patch_embed.pos_embedding",
                "1 misshaped", "time_embedding.linear_1.weight", "[32, 16]", "[16, 32]"});
}

TEST_F(CogVideoXLoading, NamesAFieldThatIsNotImplemented) {
  write();
  set("patch_size_t", 2);
  expect_error([&] { static_cast<void>(load()); },
               {"config.json of ", folder_.path().string(), "patch_size_t is 2"});
}

TEST_F(CogVideoXLoading, RefusesMoreLayersThanTheFileCanHold) {
  write();
  set("num_layers", 9'000'000);
  expect_error([&] { static_cast<void>(load()); }, {"num_layers is 9000000", "tensors"});
}

TEST_F(CogVideoXLoading, NamesWhatAFolderLacks) {
  expect_error([&] { static_cast<void>(load()); },
               {folder_.path().string(), "weights are missing", kWeights});
  expect_error([&] { static_cast<void>(load_cogvideox_transformer(folder_ / "transformer")); },
               {"transformer", "no such folder"});
}

TEST_F(CogVideoXLoading, ShardsAreAsGoodAsOneFile) {
  StoredTensors parts[2];
  Json map = Json::object();
  int i = 0;
  for (const auto& [name, tensor] : stored_) {
    const int part = i++ % 2;
    parts[part][name] = tensor;
    map[name] = fmt::format("diffusion_pytorch_model-0000{}-of-00002.safetensors", part + 1);
  }
  for (int part = 0; part < 2; ++part) {
    write_stored(
        folder_ / fmt::format("diffusion_pytorch_model-0000{}-of-00002.safetensors", part + 1),
        parts[part]);
  }
  write_json_file(folder_ / "diffusion_pytorch_model.safetensors.index.json",
                  {{"metadata", Json::object()}, {"weight_map", map}});
  EXPECT_TRUE(output(load()).equal(output(load_cogvideox_transformer(source_))));
}

TEST_F(CogVideoXLoading, HalfPrecisionFilesGiveTheValuesThatTheyHold) {
  const StoredTensors exact = stored_;
  for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
    for (const auto& [name, tensor] : exact) stored_[name] = tensor.to(type);
    write();
    const at::Tensor half = output(load());
    for (auto& [name, tensor] : stored_) tensor = tensor.to(at::kFloat);
    write();
    EXPECT_TRUE(half.equal(output(load()))) << type;
    EXPECT_FALSE(half.equal(output(load_cogvideox_transformer(source_)))) << type;
  }
}

}  // namespace
}  // namespace asbench::models
