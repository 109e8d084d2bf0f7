#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "metrics/set/samples.h"

namespace asbench::metrics::testing {

/// Values from a seed, scaled by column so that the spectrum falls as that of real features does:
/// column j has deviation 1 / sqrt(j + 1).
inline Samples random_samples(int rows, int cols, std::uint32_t seed, double shift = 0.0) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Samples samples(rows, cols);
  for (int i = 0; i < rows; ++i) {
    double column = 1.0;
    for (double& value : samples.row(i)) value = normal(generator) / std::sqrt(column++) + shift;
  }
  return samples;
}

/// Rows written out.
inline Samples samples_of(int cols, std::vector<double> values) {
  Samples samples(static_cast<int>(values.size()) / cols, cols);
  samples.values = std::move(values);
  return samples;
}

/// scale * samples + shift.
inline Samples transformed(Samples samples, double scale, double shift) {
  for (double& value : samples.values) value = scale * value + shift;
  return samples;
}

/// Turned by a product of plane rotations: an orthogonal map.
inline Samples rotated(Samples samples) {
  for (int i = 0; i < samples.rows; ++i) {
    const auto row = samples.row(i);
    for (std::size_t step = 1; step <= 3; ++step) {
      for (std::size_t j = 0; j + step < row.size(); ++j) {
        const double angle = 0.3 + 0.7 * static_cast<double>(j), a = row[j], b = row[j + step];
        row[j] = std::cos(angle) * a - std::sin(angle) * b;
        row[j + step] = std::sin(angle) * a + std::cos(angle) * b;
      }
    }
  }
  return samples;
}

/// Rows in reverse order.
inline Samples reversed(const Samples& samples) {
  std::vector<int> order;
  for (int i = samples.rows; i-- > 0;) order.push_back(i);
  return select_rows(samples, order);
}

// The examples of docs/design/metrics.md 10.
inline Samples conformance_a() {
  return samples_of(3, {1, 2, 3, 4, 5, 6, 7, 8, 9});
}
inline Samples conformance_b() {
  return samples_of(3, {7, 6, 5, 4, 3, 2, 1, 1, 8, 0, 2, 5});
}

}  // namespace asbench::metrics::testing
