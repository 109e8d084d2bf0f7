#include "metrics/numerics/cosine.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <cmath>

#include "core/error.h"

namespace asbench::metrics {

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const RowMajor> as_eigen(const Matrix& matrix) {
  return {matrix.values.data(), matrix.rows, matrix.cols};
}

std::string cause_of(std::span<const float> row) {
  for (std::size_t column = 0; column < row.size(); ++column) {
    if (!std::isfinite(row[column])) {
      return fmt::format("NaN or infinite value in column {}", column);
    }
  }
  return "norm is 0";
}

}  // namespace

UnitRows unit_rows(FeatureView features) {
  UnitRows result{Matrix(features.rows, features.cols), {}};
  for (int i = 0; i < features.rows; ++i) {
    const auto source = features.row(i);
    double squares = 0.0;  // the square of the largest float is far below the largest double
    for (const float value : source) {
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    if (!std::isfinite(squares) || squares == 0.0) {
      result.bad.push_back({i, cause_of(source)});
      continue;
    }
    const double norm = std::sqrt(squares);
    auto target = result.rows.row(i);
    for (std::size_t j = 0; j < source.size(); ++j) {
      target[j] = static_cast<double>(source[j]) / norm;
    }
  }
  return result;
}

Matrix cosine_matrix(const UnitRows& a, const UnitRows& b) {
  if (a.rows.cols != b.rows.cols) {
    throw InternalError(fmt::format("cosine_matrix: features of width {} and {}, expected equal",
                                    a.rows.cols, b.rows.cols));
  }
  Matrix result(a.rows.rows, b.rows.rows);
  Eigen::Map<RowMajor>(result.values.data(), result.rows, result.cols).noalias() =
      as_eigen(a.rows) * as_eigen(b.rows).transpose();
  return result;
}

std::vector<double> products_with(const Matrix& rows, std::span<const double> vector) {
  std::vector<double> products(static_cast<std::size_t>(rows.rows));
  const Eigen::Map<const Eigen::VectorXd> factor(vector.data(), rows.cols);
  Eigen::Map<Eigen::VectorXd>(products.data(), rows.rows).noalias() = as_eigen(rows) * factor;
  return products;
}

std::optional<std::vector<double>> mean_unit_vector(const UnitRows& units) {
  if (!units.usable()) return std::nullopt;
  std::vector<double> mean(static_cast<std::size_t>(units.rows.cols));
  for (int i = 0; i < units.rows.rows; ++i) {
    const auto row = units.rows.row(i);
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += row[j];
  }
  for (double& value : mean) value /= units.rows.rows;
  return mean;
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace asbench::metrics
