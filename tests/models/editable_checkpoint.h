#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "core/json.h"
#include "models/layers/runtime.h"
#include "models/weights/checkpoint.h"
#include "models/weights/safetensors.h"
#include "models/weights/state_dict.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {

/// A copy of a checkpoint whose configuration and tensors a test changes before it is written.
struct EditableCheckpoint {
  Json config;
  std::map<std::string, at::Tensor> tensors;  ///< float32

  explicit EditableCheckpoint(const models::Checkpoint& checkpoint) : config(checkpoint.config) {
    models::StateDict weights = models::StateDict::load(checkpoint);
    for (const std::string& name : weights.names()) {
      tensors.emplace(name, weights.take(name, weights.shape(name).value()));
    }
  }

  void rename(const std::string& from, const std::string& to) {
    auto node = tensors.extract(from);
    node.key() = to;
    tensors.insert(std::move(node));
  }

  /// The values that a file of `type` holds.
  void round_to(at::ScalarType type) {
    for (auto& [name, tensor] : tensors) tensor = tensor.to(type).to(at::kFloat);
  }

  /// As config.json and model.safetensors in `folder`. @param type  float32, float16 or bfloat16
  [[nodiscard]] models::Checkpoint write(const TemporaryFolder& folder,
                                         at::ScalarType type = at::kFloat) const {
    write_weights(folder / "model.safetensors", tensors, type);
    write_json_file(folder / "config.json", config);
    return models::open_checkpoint(folder.path().string(), {});
  }

  /// The same in two shards, neighbours in the order of names apart.
  [[nodiscard]] models::Checkpoint write_shards(const TemporaryFolder& folder) const {
    std::map<std::string, std::map<std::string, at::Tensor>> shards;
    Json map = Json::object();
    for (const auto& [name, tensor] : tensors) {
      const std::string file = map.size() % 2 == 0 ? "model-00001-of-00002.safetensors"
                                                   : "model-00002-of-00002.safetensors";
      shards[file].emplace(name, tensor);
      map[name] = file;
    }
    for (const auto& [file, part] : shards) write_weights(folder / file, part, at::kFloat);
    write_json_file(folder / "model.safetensors.index.json",
                    Json{{"metadata", Json::object()}, {"weight_map", map}});
    write_json_file(folder / "config.json", config);
    return models::open_checkpoint(folder.path().string(), {});
  }

 private:
  static void write_weights(const std::filesystem::path& file,
                            const std::map<std::string, at::Tensor>& weights, at::ScalarType type) {
    const models::DType stored = type == at::kHalf       ? models::DType::f16
                                 : type == at::kBFloat16 ? models::DType::bf16
                                                         : models::DType::f32;
    std::map<std::string, at::Tensor> kept;
    std::map<std::string, models::TensorView> views;
    for (const auto& [name, tensor] : weights) {
      EXPECT_TRUE(tensor.is_contiguous() && tensor.scalar_type() == at::kFloat) << name;
      const at::Tensor& values = kept.emplace(name, tensor.to(type)).first->second;
      views[name] = {stored,
                     values.sizes().vec(),
                     {static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()}};
    }
    models::write_safetensors(file, views);
  }
};

}  // namespace asbench::testing
