#include "models/lora/lora.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "models/cogvideox/transformer.h"
#include "tests/models/cogvideox/generator_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;
using ::asbench::testing::TemporaryFolder;

namespace fs = std::filesystem;

constexpr const char* kPrefix = "transformer.blocks.0.to_q.";
constexpr std::int64_t kOut = 5;
constexpr std::int64_t kIn = 3;

at::Tensor waves(at::IntArrayRef shape, double step) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).mul_(step).sin_().view(shape);
}

/// One adapted layer of 5 x 3 and its file, which a test may change.
class LoraTest : public ::testing::Test {
 protected:
  LoraTest() {
    base_["blocks.0.to_q.weight"] = waves({kOut, kIn}, 0.9);
    base_["blocks.0.to_k.weight"] = waves({kOut, kIn}, 1.3);
    lora_[kPrefix + std::string("lora_A.weight")] = waves({2, kIn}, 0.7);
    lora_[kPrefix + std::string("lora_B.weight")] = waves({kOut, 2}, 0.4);
  }

  [[nodiscard]] StateDict base() const {
    Checkpoint checkpoint;
    checkpoint.id = "base";
    checkpoint.weight_files = {folder_ / "base.safetensors"};
    write_stored(checkpoint.weight_files.front(), base_);
    return StateDict::load(checkpoint);
  }
  [[nodiscard]] Lora read(double scale = 1.0) const {
    write_stored(folder_ / "lora.safetensors", lora_, metadata_);
    return read_lora(folder_ / "lora.safetensors", "transformer", scale);
  }
  /// `module` of the base with the file merged into it.
  [[nodiscard]] at::Tensor merged(const std::string& module, double scale) const {
    StateDict weights = base();
    merge_lora(weights, read(scale));
    return weights.take(module + ".weight", {kOut, kIn});
  }
  /// The formula, in double: [5, 3].
  [[nodiscard]] at::Tensor expected(double scale) const {
    const at::Tensor a = lora_.at(kPrefix + std::string("lora_A.weight")).to(at::kDouble);
    const at::Tensor b = lora_.at(kPrefix + std::string("lora_B.weight")).to(at::kDouble);
    at::Tensor sum = base_.at("blocks.0.to_q.weight").to(at::kDouble).clone();
    for (std::int64_t o = 0; o < sum.size(0); ++o) {
      for (std::int64_t i = 0; i < sum.size(1); ++i) {
        for (std::int64_t r = 0; r < a.size(0); ++r)
          sum[o][i] += scale * b[o][r].item<double>() * a[r][i].item<double>();
      }
    }
    return sum;
  }
  void expect_close(const at::Tensor& value, const at::Tensor& exact) const {
    EXPECT_LE((value - exact).abs().max().item<double>(), 1e-6);
  }
  void refused(const std::vector<std::string_view>& parts) const {
    std::vector<std::string_view> all = parts;
    all.emplace_back("lora.safetensors");
    expect_error([&] { static_cast<void>(read()); }, all);
  }

  TemporaryFolder folder_;
  StoredTensors base_, lora_;
  std::map<std::string, std::string> metadata_;
};

TEST_F(LoraTest, AddsTheScaledProductToItsTargetAlone) {
  expect_close(merged("blocks.0.to_q", 0.3), expected(0.3));
  EXPECT_TRUE(merged("blocks.0.to_k", 0.3).equal(base_.at("blocks.0.to_k.weight")));
}

TEST_F(LoraTest, DividesAlphaByTheRank) {
  lora_[kPrefix + std::string("alpha")] = at::tensor(3.0F);
  expect_close(merged("blocks.0.to_q", 0.5), expected(0.5 * 3.0 / 2.0));
}

TEST_F(LoraTest, TakesAlphaFromTheMetadata) {
  metadata_["lora_adapter_metadata"] =
      R"({"transformer.r": 2, "transformer.lora_alpha": 8, "text_encoder.r": 7})";
  expect_close(merged("blocks.0.to_q", 1.0), expected(4.0));
  metadata_["lora_adapter_metadata"] =
      R"({"transformer.r": 2, "transformer.lora_alpha": 8, "transformer.use_rslora": true})";
  expect_close(merged("blocks.0.to_q", 1.0), expected(8.0 / std::sqrt(2.0)));
}

TEST_F(LoraTest, AScaleOfZeroLeavesEveryBit) {
  // An update that is no number would still show, and a negative zero would lose its sign.
  base_["blocks.0.to_q.weight"][0][0] = -0.0F;
  lora_[kPrefix + std::string("lora_B.weight")][1][1] = std::numeric_limits<float>::infinity();
  const at::Tensor weight = merged("blocks.0.to_q", 0.0);
  const at::Tensor before = base_.at("blocks.0.to_q.weight").contiguous();
  EXPECT_EQ(std::memcmp(weight.const_data_ptr(), before.const_data_ptr(), before.nbytes()), 0);
}

TEST_F(LoraTest, HalfPrecisionWeightsAreMergedInFloat32) {
  for (auto& [name, tensor] : base_) tensor = tensor.to(at::kBFloat16);
  for (auto& [name, tensor] : lora_) tensor = tensor.to(at::kHalf);
  expect_close(merged("blocks.0.to_q", 0.3), expected(0.3));
}

TEST_F(LoraTest, SeveralAddUp) {
  StateDict weights = base();
  merge_lora(weights, read(0.3));
  merge_lora(weights, read(0.2));
  expect_close(weights.take("blocks.0.to_q.weight", {kOut, kIn}), expected(0.5));
  // What is taken again is the same, not merged once more.
  expect_close(weights.take("blocks.0.to_q.weight", {kOut, kIn}), expected(0.5));
}

TEST_F(LoraTest, UnknownTargetsAndOtherSizesAreRefusedTogether) {
  base_.erase("blocks.0.to_q.weight");
  lora_["transformer.blocks.0.to_k.lora_A.weight"] = waves({2, 4}, 0.7);
  lora_["transformer.blocks.0.to_k.lora_B.weight"] = waves({kOut, 2}, 0.4);
  StateDict weights = base();
  expect_error([&] { merge_lora(weights, read()); },
               {"lora.safetensors", "2 of its 2 targets", "blocks.0.to_q.weight: there is no such",
                "blocks.0.to_k.weight is [5, 3], and the update is [5, 4]"});
  EXPECT_TRUE(
      weights.take("blocks.0.to_k.weight", {kOut, kIn}).equal(base_.at("blocks.0.to_k.weight")));
}

TEST_F(LoraTest, DoraIsRefused) {
  lora_[kPrefix + std::string("lora_magnitude_vector")] = at::ones({kOut});
  refused({"lora_magnitude_vector", "DoRA"});
  lora_.erase(kPrefix + std::string("lora_magnitude_vector"));
  lora_[kPrefix + std::string("dora_scale")] = at::ones({kOut});
  refused({"dora_scale", "DoRA"});
}

TEST_F(LoraTest, OtherKeysAreRefused) {
  for (const char* const name :
       {"text_encoder.layers.0.q.lora_A.weight", "transformer.blocks.0.to_q.lora_B.bias",
        "transformer.blocks.0.to_q.lora.down.weight", "transformer.lora_A.weight",
        "blocks.0.to_q.lora_A.weight"}) {
    lora_[name] = at::ones({2, 2});
    refused({name, "unexpected"});
    lora_.erase(name);
  }
}

TEST_F(LoraTest, HalfAModuleIsRefused) {
  const auto without = [&](const char* ending) {
    const at::Tensor tensor = lora_.at(kPrefix + std::string(ending));
    lora_.erase(kPrefix + std::string(ending));
    lora_[kPrefix + std::string("alpha")] = at::tensor(1.0F);
    refused({kPrefix, ending, "is missing"});
    lora_[kPrefix + std::string(ending)] = tensor;
  };
  without("lora_A.weight");
  without("lora_B.weight");
  lora_.clear();
  refused({"it holds no tensors"});
}

TEST_F(LoraTest, ShapesThatDoNotGoTogetherAreRefused) {
  lora_[kPrefix + std::string("lora_B.weight")] = waves({kOut, 3}, 0.4);
  refused({"lora_A.weight is [2, 3]", "lora_B.weight is [5, 3]"});
  lora_[kPrefix + std::string("lora_B.weight")] = waves({kOut, 2, 1, 1}, 0.4);
  refused({"lora_B.weight is [5, 2, 1, 1]", "[out, rank]"});
  lora_[kPrefix + std::string("lora_B.weight")] = at::ones({kOut, 2}, at::kLong);
  refused({"lora_B.weight", "floating-point"});
}

TEST_F(LoraTest, AmbiguousAlphasAreRefused) {
  const std::string alpha = kPrefix + std::string("alpha");
  lora_[alpha] = at::tensor(3.0F);
  metadata_["lora_adapter_metadata"] = R"({"transformer.r": 2, "transformer.lora_alpha": 8})";
  refused({"lora_adapter_metadata", "alphas beside"});
  metadata_ = {{"ss_network_alpha", "4"}};
  refused({"ss_network_alpha"});
  metadata_.clear();
  lora_["transformer.blocks.0.to_k.lora_A.weight"] = waves({1, kIn}, 0.7);
  lora_["transformer.blocks.0.to_k.lora_B.weight"] = waves({kOut, 1}, 0.4);
  refused({"1 of its 2 modules have an alpha"});
  lora_.erase(alpha);
  refused({"blocks.0.to_q has rank 2, another has 1", "no alpha"});
  lora_.erase("transformer.blocks.0.to_k.lora_A.weight");
  lora_.erase("transformer.blocks.0.to_k.lora_B.weight");
  lora_[alpha] = at::ones({2});
  refused({alpha, "not one number"});
}

TEST_F(LoraTest, AnotherRankThanStatedIsRefused) {
  metadata_["lora_adapter_metadata"] = R"({"transformer.r": 4, "transformer.lora_alpha": 8})";
  refused({"blocks.0.to_q has rank 2, but r is 4"});
  metadata_["lora_adapter_metadata"] = R"({"text_encoder.r": 4})";
  refused({"no fields transformer."});
  metadata_["lora_adapter_metadata"] =
      R"({"transformer.r": 2, "transformer.lora_alpha": 8, "transformer.target_modules": ["q"]})";
  refused({"blocks.0.to_q is not among the target_modules"});
}

TEST_F(LoraTest, ADamagedFileIsRefused) {
  static_cast<void>(read());
  const fs::path file = folder_ / "lora.safetensors";
  fs::resize_file(file, fs::file_size(file) - 1);
  expect_error([&] { static_cast<void>(read_lora(file, "transformer", 1.0)); }, {file.string()});
}

TEST_F(LoraTest, FoldersAndScalesAreChecked) {
  expect_error([&] { static_cast<void>(read_lora(folder_.path(), "transformer", 1.0)); },
               {"adapter_config.json", "pytorch_lora_weights.safetensors"});
  expect_error([&] { static_cast<void>(read(-1.0)); }, {"scale of -1"});
  expect_error<SystemFault>(
      [&] { static_cast<void>(read_lora(folder_ / "absent.safetensors", "transformer", 1.0)); },
      {"absent.safetensors"});
}

/// A folder as PEFT writes it.
class PeftFolder : public LoraTest {
 protected:
  PeftFolder() {
    const std::string prefix = "base_model.model.blocks.0.to_q.";
    peft_[prefix + "lora_A.weight"] = lora_.at(kPrefix + std::string("lora_A.weight"));
    peft_[prefix + "lora_B.weight"] = lora_.at(kPrefix + std::string("lora_B.weight"));
    config_ = {{"peft_type", "LORA"}, {"r", 2}, {"lora_alpha", 5}, {"target_modules", {"to_q"}}};
  }

  [[nodiscard]] Lora read_folder() const {
    write_stored(folder_ / "adapter_model.safetensors", peft_);
    write_json_file(folder_ / "adapter_config.json", config_);
    return read_lora(folder_.path(), "transformer", 1.0);
  }

  StoredTensors peft_;
  Json config_;
};

TEST_F(PeftFolder, ScalesByAlphaOverTheRankOrItsRoot) {
  EXPECT_DOUBLE_EQ(read_folder().updates.at("blocks.0.to_q.weight").scale, 2.5);
  config_["use_rslora"] = true;
  EXPECT_DOUBLE_EQ(read_folder().updates.at("blocks.0.to_q.weight").scale, 5.0 / std::sqrt(2.0));
  config_["target_modules"] = "all-linear";
  StateDict weights = base();
  merge_lora(weights, read_folder());
  expect_close(weights.take("blocks.0.to_q.weight", {kOut, kIn}), expected(5.0 / std::sqrt(2.0)));
}

TEST_F(PeftFolder, SettingsThatMakeOtherWeightsAreRefused) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"peft_type", R"("LOHA")"},
      {"bias", R"("all")"},
      {"use_dora", "true"},
      {"use_qalora", "true"},
      {"kasa_config", R"({"rank": 2})"},
      {"alora_invocation_tokens", "[1, 2]"},
      {"lora_bias", "true"},
      {"fan_in_fan_out", "true"},
      {"rank_pattern", R"({"to_q": 8})"},
      {"alpha_pattern", R"({"to_q": 8})"},
      {"modules_to_save", R"(["head"])"},
      {"layer_replication", "[[0, 4]]"},
      {"init_lora_weights", R"("pissa")"},
      {"lora_alpha", "null"},
      {"r", "0"},
  };
  const Json right = config_;
  for (const auto& [field, value] : wrong) {
    config_ = right;
    config_[field] = parse_json(value, "a test");
    expect_error([&] { static_cast<void>(read_folder()); }, {"adapter_config.json", field});
  }
  config_ = right;
  for (const auto& [field, value] : {std::pair{"use_dora", "false"},
                                     {"rank_pattern", "{}"},
                                     {"modules_to_save", "null"},
                                     {"loftq_config", "{}"},
                                     {"eva_config", R"({"rho": 2.0})"},
                                     {"init_lora_weights", "true"},
                                     {"init_lora_weights", R"("gaussian")"}}) {
    config_[field] = parse_json(value, "a test");
    EXPECT_NO_THROW(static_cast<void>(read_folder())) << field;
  }
}

TEST_F(PeftFolder, AlphasInTheFileAreRefused) {
  peft_["base_model.model.blocks.0.to_q.alpha"] = at::tensor(1.0F);
  expect_error([&] { static_cast<void>(read_folder()); }, {"alphas beside"});
}

// Scale 0 is the base network, bit for bit, also through the whole of it.
TEST(LoraOfTheTransformer, AScaleOfZeroIsTheBase) {
  const fs::path base = golden_folder("cogvideox_transformer/base");
  const CogVideoXInput input = {waves({1, 5, 4, 4, 6}, 0.7), waves({1, 10, 24}, 0.3),
                                at::tensor({500.0F})};
  const auto output = [&](double scale) {
    CogVideoXTransformerOptions options;
    options.loras = {read_lora(golden_folder("lora/plain"), "transformer", scale)};
    return run(load_cogvideox_transformer(base, options), input);
  };
  EXPECT_TRUE(output(0.0).equal(run(load_cogvideox_transformer(base), input)));
  EXPECT_FALSE(output(0.5).equal(output(0.0)));
}

}  // namespace
}  // namespace asbench::models
