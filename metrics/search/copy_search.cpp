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

SimilarityOptions options_for(int rows, std::optional<int> gpu) {
  SimilarityOptions options;
  if (gpu && similarity_search_has_gpu(*gpu)) {
    options.device = SimilarityOptions::Device::gpu;
    options.gpu = *gpu;
  }
  if (rows > CopySearch::kExactRows) options.kind = SimilarityOptions::Kind::inverted;
  return options;
}

}  // namespace

CopySearch::CopySearch(FeatureView training, std::span<const int> clips, std::optional<int> gpu)
    : units_(unit_floats(training, "training row")),
      cols_(training.cols),
      clips_(clips.begin(), clips.end()),
      index_({units_.data(), training.rows, training.cols}, options_for(training.rows, gpu)) {
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

double CopySearch::threshold_of(int row) const {
  const FeatureView training(units_.data(), static_cast<int>(clips_.size()), cols_);
  const FeatureView query(training.row(row).data(), 1, cols_);
  const int k = std::min(training.rows, kCopyNeighbours + longest_clip_);
  const NearestRows nearest = index_.search(query, k);
  double sum = 0.0;
  int count = 0;
  for (const std::int64_t other : nearest.rows) {
    if (other < 0 || count == kCopyNeighbours) break;
    if (clips_[static_cast<std::size_t>(other)] == clips_[static_cast<std::size_t>(row)]) continue;
    sum += distance(training.row(row), training.row(static_cast<int>(other)));
    ++count;
  }
  // Only its own clip lies in the cells that were searched: nothing near to be measured against,
  // and nothing is called a copy.
  return count == 0 ? 0.0 : kCopyShare * sum / count;
}

std::vector<CopyHit> CopySearch::find(FeatureView frames) const {
  const std::vector<float> units = unit_floats(frames, "frame");
  const FeatureView queries(units.data(), frames.rows, frames.cols);
  const NearestRows nearest = index_.search(queries, 1);
  const FeatureView training(units_.data(), static_cast<int>(clips_.size()), cols_);
  std::vector<CopyHit> hits;
  for (int i = 0; i < frames.rows; ++i) {
    CopyHit hit;
    hit.row = static_cast<int>(nearest.rows[static_cast<std::size_t>(i)]);
    if (hit.row < 0) throw InternalError("copy search: the index found no row at all");
    hit.copy = {distance(queries.row(i), training.row(hit.row)), threshold_of(hit.row)};
    hits.push_back(hit);
  }
  return hits;
}

}  // namespace asbench::metrics
