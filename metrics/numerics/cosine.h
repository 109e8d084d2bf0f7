#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metrics/numerics/feature_view.h"

namespace asbench::metrics {

/// [rows, cols] doubles, row-major; owns them.
struct Matrix {
  int rows = 0;
  int cols = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(int rows_, int cols_)
      : rows(rows_),
        cols(cols_),
        values(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_)) {}
  [[nodiscard]] double& operator()(int row, int col) { return values[at(row, col)]; }
  [[nodiscard]] double operator()(int row, int col) const { return values[at(row, col)]; }
  [[nodiscard]] std::span<const double> row(int index) const {
    return std::span(values).subspan(at(index, 0), static_cast<std::size_t>(cols));
  }
  [[nodiscard]] std::span<double> row(int index) {
    return std::span(values).subspan(at(index, 0), static_cast<std::size_t>(cols));
  }

 private:
  [[nodiscard]] std::size_t at(int row, int col) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
           static_cast<std::size_t>(col);
  }
};

/// A row that has no direction: its number and what is wrong with it.
struct BadRow {
  int row = 0;
  std::string cause;  ///< "NaN or infinite value in column 3", "norm is 0"
};

/// Features as unit vectors in double precision. A bad row stays 0 and is listed.
struct UnitRows {
  Matrix rows;  ///< [n, D], each row of length 1
  std::vector<BadRow> bad;
  [[nodiscard]] bool usable() const { return rows.rows > 0 && bad.empty(); }
};

/// u = f / |f|, sum of squares in double. Thread-safe, throws nothing.
[[nodiscard]] UnitRows unit_rows(FeatureView features);

/// All cosines between two sets: [a.rows, b.rows], in double, signed, neither clamped nor scaled
/// (rounding may give 1 + 1e-15); as one blocked matrix product. Bad rows give 0: check `bad`
/// first.
/// @throws InternalError when the widths differ.
[[nodiscard]] Matrix cosine_matrix(const UnitRows& a, const UnitRows& b);

/// Products of every row with one vector: [rows.rows]. @param vector  as long as the rows
[[nodiscard]] std::vector<double> products_with(const Matrix& rows, std::span<const double> vector);

/// m = (1/n) sum of the unit rows, NOT normalised again: m_s . m_t is then the mean of all n_s n_t
/// cosines between two shots (docs/design/metrics.md 5). Nothing when a row is bad or there is
/// none.
[[nodiscard]] std::optional<std::vector<double>> mean_unit_vector(const UnitRows& units);

/// Sum of products in ascending order. Equal lengths.
[[nodiscard]] double dot(std::span<const double> a, std::span<const double> b);

}  // namespace asbench::metrics
