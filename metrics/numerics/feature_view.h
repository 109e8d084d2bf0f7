#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace asbench::metrics {

/// A matrix of features that somebody else owns: [rows, cols] float32, row-major, no padding. One
/// row is one sample (a frame, a reference, a caption). The owner must outlive the view. `rows` ==
/// 0 stands for "not there": the encoder did not run, or the story has no such thing. Cheap to
/// copy.
struct FeatureView {
  const float* data = nullptr;
  int rows = 0;
  int cols = 0;

  FeatureView() = default;
  FeatureView(const float* data_, int rows_, int cols_) : data(data_), rows(rows_), cols(cols_) {}
  /// `values.size()` must be a multiple of `cols_`.
  FeatureView(std::span<const float> values, int cols_)
      : data(values.data()), rows(static_cast<int>(values.size()) / cols_), cols(cols_) {}
  /// A view of something that dies at the end of the line would dangle.
  FeatureView(std::vector<float>&& values, int cols_) = delete;

  [[nodiscard]] bool empty() const { return rows == 0; }
  [[nodiscard]] std::span<const float> row(int index) const {
    const auto width = static_cast<std::size_t>(cols);
    return {data + static_cast<std::size_t>(index) * width, width};
  }
};

}  // namespace asbench::metrics
