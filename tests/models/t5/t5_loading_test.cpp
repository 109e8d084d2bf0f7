#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/layers/runtime.h"
#include "models/t5/t5_encoder.h"
#include "models/weights/safetensors.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;
using asbench::testing::TemporaryFolder;
using Tensors = std::map<std::string, at::Tensor>;

const std::filesystem::path kCase = asbench::testing::source_folder() / "tests/golden/t5/b16";
constexpr const char* kFirstQuery = "encoder.block.0.layer.0.SelfAttention.q.weight";

class T5Loading : public ::testing::Test {
 protected:
  T5Loading() : tensors_(read_tensors(kCase / "model.safetensors")) {
    std::filesystem::copy_file(kCase / "config.json", folder_ / "config.json");
  }

  void write(const std::string& file, const Tensors& tensors, DType dtype = DType::f32) {
    std::map<std::string, TensorView> views;
    std::vector<at::Tensor> kept;
    for (const auto& [name, tensor] : tensors) {
      kept.push_back(dtype == DType::bf16  ? tensor.to(at::kBFloat16)
                     : dtype == DType::f16 ? tensor.to(at::kHalf)
                                           : tensor.contiguous());
      views[name] = {dtype,
                     tensor.sizes().vec(),
                     {static_cast<const std::byte*>(kept.back().const_data_ptr()),
                      static_cast<std::size_t>(kept.back().nbytes())}};
    }
    write_safetensors(folder_ / file, views);
  }
  [[nodiscard]] Checkpoint checkpoint() const {
    return open_checkpoint(folder_.path().string(), {});
  }
  [[nodiscard]] at::Tensor result() const {
    return run(load_t5_encoder(checkpoint()), at::arange(12, at::kLong).view({2, 6}));
  }
  void expect_refused(const std::vector<std::string_view>& parts) {
    write("model.safetensors", tensors_);
    const std::string where = folder_.path().string();
    std::vector<std::string_view> all = parts;
    all.emplace_back(where);
    expect_error([&] { (void)load_t5_encoder(checkpoint()); }, all);
  }

  const InferenceScope scope_;
  TemporaryFolder folder_;
  Tensors tensors_;
};

TEST_F(T5Loading, NamesAMissingTensor) {
  tensors_.erase("encoder.block.2.layer.1.DenseReluDense.wi_1.weight");
  expect_refused(
      {folder_.path().string(), "1 missing", "encoder.block.2.layer.1.DenseReluDense.wi_1.weight"});
}

TEST_F(T5Loading, NamesAnUnexpectedTensor) {
  tensors_["encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight"] =
      at::zeros({16, 3});
  expect_refused(
      {"1 unexpected", "encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight"});
}

TEST_F(T5Loading, NamesAMisshapedTensor) {
  tensors_[kFirstQuery] = at::zeros({18, 21});
  expect_refused({"1 misshaped", kFirstQuery, "[18, 21]", "[21, 18]"});
}

TEST_F(T5Loading, NamesAMisshapedTable) {
  tensors_["shared.weight"] = at::zeros({41, 18});
  tensors_["encoder.embed_tokens.weight"] = at::zeros({41, 18});
  expect_refused({"2 misshaped", "shared.weight", "[41, 18]", "[40, 18]"});
}

TEST_F(T5Loading, TakesASecondCopyOfTheTableThatIsEqualOnly) {
  write("model.safetensors", tensors_);
  const at::Tensor before = result();
  tensors_["encoder.embed_tokens.weight"] = tensors_["shared.weight"].clone();
  write("model.safetensors", tensors_);
  EXPECT_TRUE(result().equal(before));
  tensors_["encoder.embed_tokens.weight"][3][4] += 1.0F;
  expect_refused({folder_.path().string(), "encoder.embed_tokens.weight", "shared.weight"});
}

TEST_F(T5Loading, RefusesMoreLayersThanTheFileCanHold) {
  write("model.safetensors", tensors_);
  Checkpoint large = checkpoint();
  large.config["num_layers"] = 9'000'000;
  expect_error([&] { (void)load_t5_encoder(large); }, {"num_layers", "9000000"});
}

TEST_F(T5Loading, ShardsAreTheSameAsOneFile) {
  write("model.safetensors", tensors_);
  const at::Tensor whole = result();
  std::filesystem::remove(folder_ / "model.safetensors");
  std::map<std::string, Tensors> shards;
  Json map = Json::object();
  std::size_t i = 0;
  for (const auto& [name, tensor] : tensors_) {
    const std::string file =
        i++ % 2 == 0 ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors";
    shards[file][name] = tensor;
    map[name] = file;
  }
  for (const auto& [file, tensors] : shards) write(file, tensors);
  write_json_file(folder_ / "model.safetensors.index.json",
                  Json{{"metadata", Json::object()}, {"weight_map", map}});
  EXPECT_TRUE(result().equal(whole));
}

TEST_F(T5Loading, StoredHalfPrecisionIsUpcast) {
  for (const auto& [dtype, type] :
       {std::pair{DType::bf16, at::kBFloat16}, std::pair{DType::f16, at::kHalf}}) {
    Tensors rounded;
    for (const auto& [name, tensor] : tensors_) rounded[name] = tensor.to(type).to(at::kFloat);
    write("model.safetensors", rounded);
    const at::Tensor upcast = result();
    write("model.safetensors", tensors_, dtype);
    EXPECT_TRUE(result().equal(upcast)) << type;
  }
}

TEST_F(T5Loading, IdsOutsideTheTableAreRefused) {
  write("model.safetensors", tensors_);
  const T5Encoder encoder = load_t5_encoder(checkpoint());
  const auto ids = [](std::int64_t id) { return at::full({1, 3}, id, at::kLong); };
  EXPECT_NO_THROW((void)run(encoder, ids(39)));
  expect_error([&] { (void)run(encoder, ids(40)); }, {"40", "40 rows"});
  expect_error([&] { (void)run(encoder, ids(-1)); }, {"-1", "40 rows"});
  expect_error([&] { (void)run(encoder, at::zeros({1, 3})); }, {"int64 [B, L]"});
  expect_error([&] { (void)run(encoder, at::zeros({3}, at::kLong)); }, {"int64 [B, L]"});
}

}  // namespace
}  // namespace asbench::models
