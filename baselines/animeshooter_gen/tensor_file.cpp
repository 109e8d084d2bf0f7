#include "baselines/animeshooter_gen/tensor_file.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <utility>
#include <vector>

#include "core/error.h"
#include "models/weights/tensor_views.h"

namespace asbench::baselines {
namespace {

models::DType stored_type(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return models::DType::f32;
    case at::kDouble:
      return models::DType::f64;
    case at::kLong:
      return models::DType::i64;
    case at::kByte:
      return models::DType::u8;
    default:
      throw InternalError(fmt::format("{} is not written to files", models::describe(tensor)));
  }
}

at::Tensor storable(const at::Tensor& tensor) {
  const bool narrow = tensor.scalar_type() == at::kBFloat16 || tensor.scalar_type() == at::kHalf;
  return (narrow ? tensor.to(at::kFloat) : tensor).to(at::kCPU).contiguous();
}

}  // namespace

void write_tensors(const std::filesystem::path& path,
                   const std::map<std::string, at::Tensor>& tensors) {
  std::vector<at::Tensor> stored;
  std::map<std::string, models::TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    stored.push_back(storable(tensor));
    const at::Tensor& values = stored.back();
    const auto bytes = static_cast<std::size_t>(values.nbytes());
    views[name] = {stored_type(values),
                   values.sizes().vec(),
                   {static_cast<const std::byte*>(values.const_data_ptr()), bytes}};
  }
  models::write_safetensors(path, views);
}

TensorReader::TensorReader(const std::filesystem::path& path)
    : file_(models::SafetensorsFile::open(path, models::ReadMode::copied)) {}

at::Tensor TensorReader::take(const std::string& name, models::DType type, std::size_t axes) {
  const at::Tensor tensor = take_if_there(name, type, axes);
  if (!tensor.defined()) refuse(fmt::format("there is no tensor {:?}", name));
  return tensor;
}

at::Tensor TensorReader::take_if_there(const std::string& name, models::DType type,
                                       std::size_t axes) {
  known_.insert(name);
  const auto view = file_.find(name);
  if (!view) return {};
  if (view->dtype != type || view->shape.size() != axes) {
    refuse(fmt::format("{:?} is {} [{}]; {} with {} axes is needed", name,
                       models::dtype_name(view->dtype), fmt::join(view->shape, ", "),
                       models::dtype_name(type), axes));
  }
  if (view->bytes.empty()) refuse(fmt::format("{:?} has no values", name));
  at::Tensor tensor =
      at::empty(view->shape, at::TensorOptions().dtype(models::scalar_type(view->dtype)));
  std::memcpy(tensor.mutable_data_ptr(), view->bytes.data(), view->bytes.size());
  if (tensor.is_floating_point() && !tensor.isfinite().all().item<bool>())
    refuse(fmt::format("{:?} has values that are not finite", name));
  return tensor;
}

void TensorReader::finish() const {
  std::vector<std::string> extra;
  for (const std::string& name : file_.names()) {
    if (!known_.contains(name)) extra.push_back(name);
  }
  if (!extra.empty()) {
    refuse(fmt::format("tensors that are not known here: {}; known are {}", fmt::join(extra, ", "),
                       fmt::join(known_, ", ")));
  }
}

void TensorReader::refuse(std::string_view what) const {
  throw BadInput(fmt::format("{}: {}", file_.path().string(), what));
}

}  // namespace asbench::baselines
