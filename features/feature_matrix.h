#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace asbench::features {

/// Features as they are stored and handed to metrics: [rows, cols] float32, row-major, not
/// normalised. Owns its values.
struct FeatureMatrix {
  int rows = 0;
  int cols = 0;
  std::vector<float> values;

  FeatureMatrix() = default;
  FeatureMatrix(int rows_, int cols_)
      : rows(rows_),
        cols(cols_),
        values(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_)) {}

  [[nodiscard]] std::span<float> row(int index) {
    return std::span(values).subspan(
        static_cast<std::size_t>(index) * static_cast<std::size_t>(cols),
        static_cast<std::size_t>(cols));
  }
  [[nodiscard]] std::span<const float> row(int index) const {
    return std::span(values).subspan(
        static_cast<std::size_t>(index) * static_cast<std::size_t>(cols),
        static_cast<std::size_t>(cols));
  }
  [[nodiscard]] bool empty() const { return values.empty(); }
  bool operator==(const FeatureMatrix&) const = default;
};

}  // namespace asbench::features
