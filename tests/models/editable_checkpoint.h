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

  /// As config.json and model.safetensors in `folder`.
  [[nodiscard]] models::Checkpoint write(const TemporaryFolder& folder) const {
    std::map<std::string, models::TensorView> views;
    for (const auto& [name, tensor] : tensors) {
      EXPECT_TRUE(tensor.is_contiguous() && tensor.scalar_type() == at::kFloat) << name;
      views[name] = {models::DType::f32,
                     tensor.sizes().vec(),
                     {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}};
    }
    models::write_safetensors(folder / "model.safetensors", views);
    write_json_file(folder / "config.json", config);
    return models::open_checkpoint(folder.path().string(), {});
  }
};

}  // namespace asbench::testing
