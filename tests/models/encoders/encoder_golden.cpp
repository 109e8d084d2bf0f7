#include "tests/models/encoders/encoder_golden.h"

#include <ATen/ATen.h>

#include <filesystem>

#include "models/weights/safetensors.h"
#include "tests/support/paths.h"

namespace asbench::models {

namespace fs = std::filesystem;

std::map<std::string, at::Tensor> read_tensors(const fs::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  std::map<std::string, at::Tensor> tensors;
  for (const std::string& name : file.names()) {
    const TensorView view = file.find(name).value();
    const at::ScalarType type = view.dtype == DType::i64   ? at::kLong
                                : view.dtype == DType::f64 ? at::kDouble
                                : view.dtype == DType::u8  ? at::kByte
                                                           : at::kFloat;
    at::Tensor tensor = at::empty(view.shape, type);
    std::copy(view.bytes.begin(), view.bytes.end(), static_cast<std::byte*>(tensor.data_ptr()));
    tensors.emplace(name, std::move(tensor));
  }
  return tensors;
}

EncoderGolden read_encoder_golden(const std::string& name) {
  const fs::path folder = testing::source_folder() / "tests" / "golden" / name;
  const auto metadata = SafetensorsFile::open(folder / "expected.safetensors").metadata();
  return {open_checkpoint(folder.string(), {}), read_tensors(folder / "expected.safetensors"),
          std::stod(metadata.at("fp32_fp64_distance")), metadata.at("script_sha256"),
          metadata.at("shared_sha256")};
}

at::Tensor unit_rows(const at::Tensor& features) {
  const at::Tensor wide = features.to(at::kDouble);
  return wide / wide.norm(2, {-1}, /*keepdim=*/true);
}

double feature_distance(const at::Tensor& a, const at::Tensor& b) {
  return (unit_rows(a) - unit_rows(b)).abs().max().item<double>();
}

double state_distance(const at::Tensor& value, const at::Tensor& expected) {
  return ((value - expected).abs().max() / expected.abs().max()).item<double>();
}

}  // namespace asbench::models
