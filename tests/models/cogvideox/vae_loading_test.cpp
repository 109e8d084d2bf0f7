// config.json and weights of a VAE: what is read, what is refused.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>

#include "models/cogvideox/vae_config.h"
#include "models/cogvideox/vae_decoder.h"
#include "models/cogvideox/vae_encoder.h"
#include "models/weights/safetensors.h"
#include "tests/models/cogvideox/vae_golden.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;
using ::asbench::testing::expect_error;
using ::asbench::testing::TemporaryFolder;

TEST(VaeConfig, HasThePublishedValuesWhereAFieldIsAbsent) {
  const VaeConfig config = parse_vae_config(Json::object(), "vae");
  EXPECT_EQ(config.block_out_channels, (std::vector<std::int64_t>{128, 256, 256, 512}));
  EXPECT_EQ(config.latent_channels, 16);
  EXPECT_EQ(config.layers_per_block, 3);
  EXPECT_EQ(config.norm_num_groups, 32);
  EXPECT_EQ(config.norm_eps, 1e-6);
  EXPECT_EQ(config.scaling_factor, 1.15258426);
  EXPECT_FALSE(config.invert_scale_latents);
  EXPECT_EQ(config.temporal_compression_ratio, 4);
  EXPECT_EQ(config.temporal_levels(), 2);
  EXPECT_EQ(config.spatial_compression_ratio(), 8);
  EXPECT_EQ(config.sample_height, 480);
  EXPECT_EQ(config.sample_width, 720);
}

TEST(VaeConfig, TakesTheFieldsOfTheFile) {
  const VaeConfig config = parse_vae_config(
      Json::parse(R"({"_class_name": "AutoencoderKLCogVideoX", "block_out_channels": [8, 16, 24],
        "latent_channels": 5, "layers_per_block": 2, "norm_num_groups": 4, "norm_eps": 0.01,
        "scaling_factor": 0.7, "invert_scale_latents": true, "temporal_compression_ratio": 2.0,
        "sample_height": 60, "sample_width": 90, "act_fn": "swish", "shift_factor": null,
        "use_quant_conv": false, "in_channels": 3, "force_upcast": 1.0,
        "up_block_types": ["CogVideoXUpBlock3D", "CogVideoXUpBlock3D", "CogVideoXUpBlock3D"]})"),
      "vae");
  EXPECT_EQ(config.block_out_channels, (std::vector<std::int64_t>{8, 16, 24}));
  EXPECT_EQ(config.latent_channels, 5);
  EXPECT_EQ(config.layers_per_block, 2);
  EXPECT_EQ(config.norm_num_groups, 4);
  EXPECT_EQ(config.norm_eps, 0.01);
  EXPECT_EQ(config.scaling_factor, 0.7);
  EXPECT_TRUE(config.invert_scale_latents);
  EXPECT_EQ(config.temporal_levels(), 1);
  EXPECT_EQ(config.spatial_compression_ratio(), 4);
  EXPECT_EQ(config.sample_height, 60);
  EXPECT_EQ(config.sample_width, 90);
}

TEST(VaeConfig, RefusesWhatIsNotImplementedByName) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"_class_name", R"("AutoencoderKL")"},
      {"act_fn", R"("gelu")"},
      {"quantization_config", R"({"bits": 8})"},
      {"use_quant_conv", "true"},
      {"use_post_quant_conv", "true"},
      {"shift_factor", "0.1"},
      {"latents_mean", "[0.0]"},
      {"latents_std", "[1.0]"},
      {"in_channels", "4"},
      {"out_channels", "1"},
      {"down_block_types", R"(["CogVideoXDownBlock3D"])"},
      {"up_block_types",
       R"(["CogVideoXUpBlock3D", "UpBlock2D", "CogVideoXUpBlock3D", "CogVideoXUpBlock3D"])"},
      {"block_out_channels", "[]"},
      {"block_out_channels", "128"},
      {"block_out_channels", R"([128, "256"])"},
      {"block_out_channels", "[128, 0]"},
      {"block_out_channels", "[32, 32, 32, 32, 32, 32, 32, 32, 32]"},
      {"norm_num_groups", "3"},
      {"norm_eps", "-1e-6"},
      {"scaling_factor", "0"},
      {"temporal_compression_ratio", "3"},
      {"temporal_compression_ratio", "16"},
      {"layers_per_block", "0"},
      {"latent_channels", "1.5"},
      {"sample_height", R"("480")"},
  };
  for (const auto& [field, value] : wrong) {
    Json config = Json::object();
    config[field] = Json::parse(value);
    SCOPED_TRACE(std::string(field) + " " + value);
    expect_error([&] { static_cast<void>(parse_vae_config(config, "the vae")); },
                 {"config.json of the vae", field});
  }
}

/// The golden's VAE in a folder whose weights a test may change.
class VaeLoading : public ::testing::Test {
 protected:
  VaeLoading()
      : golden_(read_vae_golden()), tensors_(read_tensors(golden_.checkpoint.weight_files.at(0))) {
    fs::copy_file(golden_.checkpoint.folder / "config.json", folder_ / "config.json");
  }

  void write(const std::string& name, const std::map<std::string, at::Tensor>& tensors) const {
    std::map<std::string, TensorView> views;
    for (const auto& [key, tensor] : tensors) {
      const DType type = tensor.scalar_type() == at::kHalf       ? DType::f16
                         : tensor.scalar_type() == at::kBFloat16 ? DType::bf16
                         : tensor.scalar_type() == at::kLong     ? DType::i64
                                                                 : DType::f32;
      views[key] = {type,
                    tensor.sizes().vec(),
                    {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}};
    }
    write_safetensors(folder_ / name, views);
  }
  void write() const { write("diffusion_pytorch_model.safetensors", tensors_); }

  [[nodiscard]] Checkpoint open() const { return open_checkpoint(folder_.path().string(), {}); }
  [[nodiscard]] VaeDecoder decoder() const { return load_vae_decoder(open(), c10::kCPU); }
  [[nodiscard]] VaeEncoder encoder() const { return load_vae_encoder(open(), c10::kCPU); }

  [[nodiscard]] at::Tensor video(const VaeDecoder& decoder) const {
    return decode_latents(decoder, golden_.at("decode.2.latents"));
  }
  [[nodiscard]] at::Tensor mean(const VaeEncoder& encoder) const {
    return encode_frames(encoder, golden_.at("encode.1.sample")).mean;
  }

  VaeGolden golden_;
  std::map<std::string, at::Tensor> tensors_;
  TemporaryFolder folder_;
};

TEST_F(VaeLoading, ListsMissingExtraAndMisshapedKeysOfTheDecoder) {
  tensors_.erase("decoder.up_blocks.1.resnets.1.norm2.conv_b.conv.bias");
  tensors_["decoder.up_blocks.4.surplus"] = at::zeros({3});
  tensors_["quant_conv.weight"] = at::zeros({3});
  tensors_["decoder.conv_in.conv.weight"] = at::zeros({8, 4, 3, 3, 1});
  tensors_["decoder.mid_block.resnets.0.conv1.conv.bias"] = at::zeros({8}, at::kLong);
  write();
  expect_error(
      [&] { static_cast<void>(decoder()); },
      {folder_.path().string(), "decoder.up_blocks.1.resnets.1.norm2.conv_b.conv.bias",
       "decoder.up_blocks.4.surplus", "quant_conv.weight", "decoder.conv_in.conv.weight",
       "[8, 4, 3, 3, 1]", "[8, 4, 3, 3, 3]", "decoder.mid_block.resnets.0.conv1.conv.bias"});
}

TEST_F(VaeLoading, ListsMissingExtraAndMisshapedKeysOfTheEncoder) {
  tensors_.erase("encoder.down_blocks.2.resnets.0.conv_shortcut.weight");
  tensors_["encoder.down_blocks.3.downsamplers.0.conv.weight"] = at::zeros({8, 8, 3, 3});
  tensors_["encoder.norm_out.weight"] = at::zeros({4});
  write();
  expect_error([&] { static_cast<void>(encoder()); },
               {folder_.path().string(), "encoder.down_blocks.2.resnets.0.conv_shortcut.weight",
                "encoder.down_blocks.3.downsamplers.0.conv.weight", "encoder.norm_out.weight",
                "[4]", "[8]"});
}

TEST_F(VaeLoading, NeedsEveryTensorOfItsOwnHalfAndNoneOfTheOther) {
  const auto all = tensors_;
  const auto without = [&](std::string_view half) {
    tensors_ = all;
    std::erase_if(tensors_, [&](const auto& entry) { return entry.first.starts_with(half); });
    write();
  };
  const std::string many = "21 missing:";  // more are not looked for
  without("encoder.");
  EXPECT_TRUE(at::equal(video(decoder()), video(load_vae_decoder(golden_.checkpoint, c10::kCPU))));
  expect_error([&] { static_cast<void>(encoder()); }, {many, "encoder.conv_in.conv.weight"});
  without("decoder.");
  EXPECT_TRUE(at::equal(mean(encoder()), mean(load_vae_encoder(golden_.checkpoint, c10::kCPU))));
  expect_error([&] { static_cast<void>(decoder()); }, {many, "decoder.conv_in.conv.weight"});
}

TEST_F(VaeLoading, ReadsShards) {
  const at::Tensor expected_video = video(load_vae_decoder(golden_.checkpoint, c10::kCPU));
  const at::Tensor expected_mean = mean(load_vae_encoder(golden_.checkpoint, c10::kCPU));
  std::map<std::string, std::map<std::string, at::Tensor>> shards;
  Json index = {{"metadata", {{"total_size", 0}}}, {"weight_map", Json::object()}};
  std::size_t count = 0;
  for (const auto& [name, tensor] : tensors_) {
    const std::string shard = count++ % 2 == 0
                                  ? "diffusion_pytorch_model-00001-of-00002.safetensors"
                                  : "diffusion_pytorch_model-00002-of-00002.safetensors";
    shards[shard][name] = tensor;
    index["weight_map"][name] = shard;
  }
  for (const auto& [name, tensors] : shards) write(name, tensors);
  write_json_file(folder_ / "diffusion_pytorch_model.safetensors.index.json", index);
  EXPECT_TRUE(at::equal(video(decoder()), expected_video));
  EXPECT_TRUE(at::equal(mean(encoder()), expected_mean));
}

TEST_F(VaeLoading, WidensNarrowFiles) {
  for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
    const auto stored = tensors_;
    for (auto& [name, tensor] : tensors_) tensor = tensor.to(type);
    write();
    const at::Tensor narrow = video(decoder());
    const at::Tensor narrow_mean = mean(encoder());
    for (auto& [name, tensor] : tensors_) tensor = tensor.to(at::kFloat);
    write();
    EXPECT_TRUE(at::equal(video(decoder()), narrow)) << type;
    EXPECT_TRUE(at::equal(mean(encoder()), narrow_mean)) << type;
    tensors_ = stored;
  }
}

TEST_F(VaeLoading, RefusesMoreLayersThanTheFileHasTensors) {
  write();
  Checkpoint checkpoint = open();
  checkpoint.config["layers_per_block"] = 9'000'000;
  expect_error([&] { static_cast<void>(load_vae_decoder(checkpoint, c10::kCPU)); },
               {"layers_per_block", "9000000"});
  expect_error([&] { static_cast<void>(load_vae_encoder(checkpoint, c10::kCPU)); },
               {"layers_per_block", "9000000"});
}

TEST_F(VaeLoading, TellsOfAMissingFile) {
  expect_error([&] { static_cast<void>(open()); },
               {"weights are missing", "diffusion_pytorch_model.safetensors"});
}

}  // namespace
}  // namespace asbench::models
