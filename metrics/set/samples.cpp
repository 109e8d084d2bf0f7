#include "metrics/set/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace asbench::metrics {

Samples select_rows(SamplesView samples, std::span<const int> rows) {
  Samples selected(static_cast<int>(rows.size()), samples.cols);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::ranges::copy(samples.row(rows[i]), selected.row(static_cast<int>(i)).begin());
  return selected;
}

void require_samples(SamplesView samples, std::string_view metric, std::string_view set,
                     int least) {
  if (samples.rows < least) {
    throw BadInput(fmt::format("{}: the {} set has {} sample{}, at least {} are needed", metric,
                               set, samples.rows, samples.rows == 1 ? "" : "s", least));
  }
  if (samples.cols < 1) throw BadInput(fmt::format("{}: the {} set has no columns", metric, set));
  for (int i = 0; i < samples.rows; ++i) {
    const auto row = samples.row(i);
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (!std::isfinite(row[j])) {
        throw BadInput(
            fmt::format("{}: the {} set holds {} in row {}, column {}.\n  One broken feature "
                        "invalidates the metrics of the whole set: repair the "
                        "clip or leave it out.",
                        metric, set, row[j], i, j));
      }
    }
  }
}

void require_pair(SamplesView real, SamplesView generated, std::string_view metric, int least) {
  require_samples(real, metric, "real", least);
  require_samples(generated, metric, "generated", least);
  if (real.cols != generated.cols) {
    throw BadInput(fmt::format(
        "{}: real features have {} columns, generated ones {}: they come from different networks",
        metric, real.cols, generated.cols));
  }
}

bool all_equal(SamplesView samples) {
  if (samples.rows < 2 || samples.cols < 1) return false;
  for (int i = 1; i < samples.rows; ++i) {
    if (!std::ranges::equal(samples.row(i), samples.row(0))) return false;
  }
  return true;
}

void require_variance(SamplesView real, SamplesView generated, std::string_view metric) {
  for (const auto& [samples, set] : {std::pair(real, "real"), std::pair(generated, "generated")}) {
    if (!all_equal(samples)) continue;
    throw BadInput(
        fmt::format("{}: the {} set has zero variance: its {} samples are all equal "
                    "(degenerate_features).\n  Were the features of one clip "
                    "written several times?",
                    metric, set, samples.rows));
  }
}

std::vector<double> mean_row(SamplesView samples) {
  std::vector<double> mean(static_cast<std::size_t>(samples.cols), 0.0);
  for (int i = 0; i < samples.rows; ++i) {
    const auto row = samples.row(i);
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += row[j];
  }
  for (double& value : mean) value /= samples.rows;
  return mean;
}

Samples centred(SamplesView samples, std::vector<double>& mean) {
  mean = mean_row(samples);
  Samples result(samples.rows, samples.cols);
  for (int i = 0; i < samples.rows; ++i) {
    const auto from = samples.row(i);
    const auto to = result.row(i);
    for (std::size_t j = 0; j < mean.size(); ++j) to[j] = from[j] - mean[j];
  }
  return result;
}

}  // namespace asbench::metrics
