#include "models/weights/tensor_views.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstring>

#include "core/error.h"

namespace asbench::models {

c10::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return c10::ScalarType::Double;
    case DType::f32:
      return c10::ScalarType::Float;
    case DType::f16:
      return c10::ScalarType::Half;
    case DType::bf16:
      return c10::ScalarType::BFloat16;
    case DType::i64:
      return c10::ScalarType::Long;
    case DType::i32:
      return c10::ScalarType::Int;
    case DType::i16:
      return c10::ScalarType::Short;
    case DType::i8:
      return c10::ScalarType::Char;
    case DType::u8:
      return c10::ScalarType::Byte;
    case DType::boolean:
      return c10::ScalarType::Bool;
  }
  throw InternalError("an element type without a name");
}

std::string describe(const at::Tensor& tensor) {
  return fmt::format("{} [{}]", c10::toString(tensor.scalar_type()),
                     fmt::join(tensor.sizes(), ", "));
}

at::Tensor view_tensor(std::span<const std::byte> bytes, DType dtype,
                       const std::vector<std::int64_t>& shape, std::shared_ptr<const void> owner) {
  const auto expected = dense_bytes(dtype, shape);
  if (!expected || *expected != bytes.size()) {
    throw InternalError(fmt::format("{} bytes cannot be viewed as {} [{}]", bytes.size(),
                                    dtype_name(dtype), fmt::join(shape, ", ")));
  }
  const auto options = at::TensorOptions().dtype(scalar_type(dtype));
  if (bytes.empty()) return at::empty(shape, options);
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % element_size(dtype) != 0) {
    at::Tensor copy = at::empty(shape, options);
    std::memcpy(copy.data_ptr(), bytes.data(), bytes.size());
    return copy;
  }
  // LibTorch has no read-only tensors; the mapping below is copy-on-write (file_bytes.h).
  void* const data = const_cast<std::byte*>(bytes.data());
  return at::from_blob(
      data, shape, [owner = std::move(owner)](void*) {}, options);
}

}  // namespace asbench::models
