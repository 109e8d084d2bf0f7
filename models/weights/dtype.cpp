#include "models/weights/dtype.h"

#include <algorithm>
#include <array>
#include <limits>

namespace asbench::models {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<Row, 10> kRows{{{DType::f64, "F64", 8},
                                     {DType::f32, "F32", 4},
                                     {DType::f16, "F16", 2},
                                     {DType::bf16, "BF16", 2},
                                     {DType::i64, "I64", 8},
                                     {DType::i32, "I32", 4},
                                     {DType::i16, "I16", 2},
                                     {DType::i8, "I8", 1},
                                     {DType::u8, "U8", 1},
                                     {DType::boolean, "BOOL", 1}}};

}  // namespace

std::size_t element_size(DType dtype) {
  return kRows.at(static_cast<std::size_t>(dtype)).size;
}

std::string_view dtype_name(DType dtype) {
  return kRows.at(static_cast<std::size_t>(dtype)).name;
}

std::optional<DType> parse_dtype(std::string_view name) {
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [&](const Row& candidate) { return candidate.name == name; });
  if (row == kRows.end()) return std::nullopt;
  return row->dtype;
}

std::optional<std::size_t> dense_bytes(DType dtype, const std::vector<std::int64_t>& shape) {
  std::int64_t product = static_cast<std::int64_t>(element_size(dtype));
  bool empty = false;
  for (const std::int64_t axis : shape) {
    if (axis < 0) return std::nullopt;
    if (axis == 0) {
      empty = true;
      continue;
    }
    if (axis > std::numeric_limits<std::int64_t>::max() / product) return std::nullopt;
    product *= axis;
  }
  return empty ? 0 : static_cast<std::size_t>(product);
}

}  // namespace asbench::models
