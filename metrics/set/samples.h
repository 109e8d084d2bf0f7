#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace asbench::metrics {

/// [rows, cols] float64, row-major, somebody else's: one row a sample (a clip). What set-level
/// metrics read.
struct SamplesView {
  const double* data = nullptr;
  int rows = 0;
  int cols = 0;
  [[nodiscard]] std::span<const double> row(int index) const {
    return {data + static_cast<std::size_t>(index) * static_cast<std::size_t>(cols),
            static_cast<std::size_t>(cols)};
  }
};

/// The same, owned.
struct Samples {
  int rows = 0;
  int cols = 0;
  std::vector<double> values;

  Samples() = default;
  Samples(int rows_, int cols_)
      : rows(rows_),
        cols(cols_),
        values(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_)) {}
  [[nodiscard]] SamplesView view() const { return {values.data(), rows, cols}; }
  operator SamplesView() const {
    return view();
  }  // NOLINT(google-explicit-constructor): a matrix is a view of itself
  [[nodiscard]] std::span<double> row(int index) {
    return std::span(values).subspan(
        static_cast<std::size_t>(index) * static_cast<std::size_t>(cols),
        static_cast<std::size_t>(cols));
  }
};

/// Rows of a matrix, in the order given (repeats allowed).
[[nodiscard]] Samples select_rows(SamplesView samples, std::span<const int> rows);

/// Refuses what no set-level metric can read.
/// @param metric, set  for the message: "frechet", "real"
/// @param least        rows that the metric needs
/// @throws BadInput: too few rows, no columns, a NaN or infinite value (row and column named).
void require_samples(SamplesView samples, std::string_view metric, std::string_view set, int least);

/// Both sides, and that they have equally many columns.
void require_pair(SamplesView real, SamplesView generated, std::string_view metric, int least);

/// True for two samples and more that are all the same: such a set has no distribution to speak of
/// (finding degenerate_features).
[[nodiscard]] bool all_equal(SamplesView samples);

/// @throws BadInput, with the set's name, when all_equal(). What is compared with it gets a number,
/// but one that says nothing.
void require_variance(SamplesView real, SamplesView generated, std::string_view metric);

/// Means of the columns, in double, ascending rows. At least one row.
[[nodiscard]] std::vector<double> mean_row(SamplesView samples);

/// Rows minus the mean row (two passes, in double). @param mean  receives it, [cols]
[[nodiscard]] Samples centred(SamplesView samples, std::vector<double>& mean);

}  // namespace asbench::metrics
