#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace asbench::models {

/// Element types of stored tensors; the names are those of the safetensors format. Little-endian.
enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

inline constexpr std::size_t kMaxRank = 8;  ///< tensors with more axes are refused

/// Bytes of one element: 8, 4, 2 or 1.
[[nodiscard]] std::size_t element_size(DType dtype);

/// "F32", "BF16", "BOOL", ...
[[nodiscard]] std::string_view dtype_name(DType dtype);

/// The inverse of dtype_name(); nothing for a type that we do not read.
[[nodiscard]] std::optional<DType> parse_dtype(std::string_view name);

/// Bytes of a dense tensor, or nothing when the product does not fit in 63 bits. Zero axes count as
/// one in that test, so that strides of an empty tensor can't overflow either.
/// @param shape  axes, each >= 0
[[nodiscard]] std::optional<std::size_t> dense_bytes(DType dtype,
                                                     const std::vector<std::int64_t>& shape);

}  // namespace asbench::models
