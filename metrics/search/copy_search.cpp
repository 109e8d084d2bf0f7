#include "metrics/search/copy_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/copy_rate.h"

namespace asbench::metrics {
namespace {

std::vector<float> unit_floats(FeatureView features, const char* what) {
  const UnitRows units = unit_rows(features);
  if (!units.bad.empty())
    throw BadInput(fmt::format("copy search: {} {}: {}", what, units.bad.front().row,
                               units.bad.front().cause));
  return {units.rows.values.begin(), units.rows.values.end()};
}

double distance(std::span<const float> a, std::span<const float> b) {
  double product = 0.0, squares_a = 0.0, squares_b = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    product += static_cast<double>(a[j]) * static_cast<double>(b[j]);
    squares_a += static_cast<double>(a[j]) * static_cast<double>(a[j]);
    squares_b += static_cast<double>(b[j]) * static_cast<double>(b[j]);
  }
  return std::max(0.0, 1.0 - product / std::sqrt(squares_a * squares_b));
}

}  // namespace

CopySearch::CopySearch(FeatureView training, std::span<const int> clips, std::optional<int> gpu)
    : units_(unit_floats(training, "training row")),
      cols_(training.cols),
      clips_(clips.begin(), clips.end()),
      index_({units_.data(), training.rows, training.cols}, {.gpu = gpu}) {
  if (clips.size() != static_cast<std::size_t>(training.rows)) {
    throw InternalError(fmt::format("copy search: {} rows of training features, {} clip numbers",
                                    training.rows, clips.size()));
  }
  std::map<int, int> lengths;
  for (const int clip : clips_) longest_clip_ = std::max(longest_clip_, ++lengths[clip]);
  if (lengths.size() < 2) {
    throw BadInput(
        "copy search: the training set has a single clip, so distances between its clips are "
        "not defined. At least two clips are needed.");
  }
}

double CopySearch::threshold_of(int row, std::span<const std::int64_t> nearest) const {
  const FeatureView training(units_.data(), static_cast<int>(clips_.size()), cols_);
  double sum = 0.0;
  int count = 0;
  for (const std::int64_t other : nearest) {
    if (other < 0 || count == kCopyNeighbours) break;
    if (clips_[static_cast<std::size_t>(other)] == clips_[static_cast<std::size_t>(row)]) continue;
    sum += distance(training.row(row), training.row(static_cast<int>(other)));
    ++count;
  }
  return kCopyShare * sum / count;
}

std::vector<double> CopySearch::thresholds_of(std::span<const int> rows) const {
  const FeatureView training(units_.data(), static_cast<int>(clips_.size()), cols_);
  // One call for all: row by row, each would read the whole training set.
  std::vector<int> distinct(rows.begin(), rows.end());
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<float> queries;
  for (const int row : distinct) {
    const auto values = training.row(row);
    queries.insert(queries.end(), values.begin(), values.end());
  }
  // Of so many neighbours at least kCopyNeighbours are of other clips, where there are so many.
  const int k = std::min(training.rows, kCopyNeighbours + longest_clip_);
  const NearestRows nearest =
      index_.search({queries.data(), static_cast<int>(distinct.size()), cols_}, k);
  const std::span<const std::int64_t> found(nearest.rows);
  const auto width = static_cast<std::size_t>(k);
  std::map<int, double> thresholds;
  for (std::size_t i = 0; i < distinct.size(); ++i)
    thresholds[distinct[i]] = threshold_of(distinct[i], found.subspan(i * width, width));
  std::vector<double> all;
  for (const int row : rows) all.push_back(thresholds.at(row));
  return all;
}

std::vector<CopyHit> CopySearch::find(FeatureView frames) const {
  const std::vector<float> units = unit_floats(frames, "frame");
  const FeatureView queries(units.data(), frames.rows, frames.cols);
  const NearestRows nearest = index_.search(queries, 1);
  std::vector<int> rows;
  for (const std::int64_t row : nearest.rows) rows.push_back(static_cast<int>(row));
  const auto thresholds = thresholds_of(rows);
  const FeatureView training(units_.data(), static_cast<int>(clips_.size()), cols_);
  std::vector<CopyHit> hits;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double away = distance(queries.row(static_cast<int>(i)), training.row(rows[i]));
    hits.push_back({rows[i], {away, thresholds[i]}});
  }
  return hits;
}

}  // namespace asbench::metrics
