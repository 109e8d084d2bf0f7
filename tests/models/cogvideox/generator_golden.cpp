#include "tests/models/cogvideox/generator_golden.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>

#include "core/hash.h"
#include "models/weights/safetensors.h"
#include "models/weights/state_dict.h"
#include "models/weights/tensor_views.h"
#include "tests/support/paths.h"

namespace asbench::models {

namespace fs = std::filesystem;

fs::path golden_folder(const std::string& name) {
  return testing::source_folder() / "tests" / "golden" / name;
}

GeneratorGolden::GeneratorGolden(const std::string& file)
    : tensors_(read_stored(golden_folder(file))),
      metadata_(SafetensorsFile::open(golden_folder(file)).metadata()) {}

double relative_distance(const at::Tensor& value, const at::Tensor& expected) {
  EXPECT_EQ(value.sizes(), expected.sizes());
  if (value.sizes() != expected.sizes()) return 1.0;
  const at::Tensor wide = expected.to(at::kDouble);
  return ((value.to(at::kDouble) - wide).abs().max() / wide.abs().max()).item<double>();
}

void expect_written_by(const GeneratorGolden& golden, const std::string& script) {
  EXPECT_EQ(golden.metadata("script_sha256"), sha256_file(golden_folder(script)));
  EXPECT_EQ(golden.metadata("shared_sha256"), sha256_file(golden_folder("transformer_golden.py")));
}

StoredTensors read_stored(const fs::path& path) {
  const auto file = std::make_shared<const SafetensorsFile>(SafetensorsFile::open(path));
  StoredTensors tensors;
  for (const std::string& name : file->names()) {
    const TensorView view = file->find(name).value();
    tensors.emplace(name, view_tensor(view.bytes, view.dtype, view.shape, file).clone());
  }
  return tensors;
}

void write_stored(const fs::path& file, const StoredTensors& tensors,
                  const std::map<std::string, std::string>& metadata) {
  std::map<std::string, at::Tensor> dense;
  std::map<std::string, TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor& kept = dense.emplace(name, tensor.contiguous()).first->second;
    DType type = DType::f32;
    if (kept.scalar_type() == at::kHalf) type = DType::f16;
    if (kept.scalar_type() == at::kBFloat16) type = DType::bf16;
    if (kept.scalar_type() == at::kLong) type = DType::i64;
    views[name] = {type, kept.sizes().vec(),
                   std::span(static_cast<const std::byte*>(kept.const_data_ptr()), kept.nbytes())};
  }
  write_safetensors(file, views, metadata);
}

}  // namespace asbench::models
