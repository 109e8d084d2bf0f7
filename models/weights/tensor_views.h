#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/weights/dtype.h"

namespace asbench::models {

/// LibTorch's name of an element type.
[[nodiscard]] c10::ScalarType scalar_type(DType dtype);

/// "float32 [512, 768]", for messages.
[[nodiscard]] std::string describe(const at::Tensor& tensor);

/// A CPU tensor over bytes in memory, which `owner` keeps alive as long as the tensor or any view
/// of it lives. Misaligned bytes are copied instead.
/// @param bytes    dense, row-major; as many as `shape` needs
/// @throws InternalError when it does not
[[nodiscard]] at::Tensor view_tensor(std::span<const std::byte> bytes, DType dtype,
                                     const std::vector<std::int64_t>& shape,
                                     std::shared_ptr<const void> owner);

}  // namespace asbench::models
