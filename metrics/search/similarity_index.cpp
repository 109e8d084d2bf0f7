#include "metrics/search/similarity_index.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/impl/FaissException.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/error.h"

#if __has_include(<faiss/gpu/StandardGpuResources.h>)
#include <faiss/gpu/GpuCloner.h>
#include <faiss/gpu/StandardGpuResources.h>
#include <faiss/gpu/utils/DeviceUtils.h>
#define ASBENCH_FAISS_GPU 1
#endif

namespace asbench::metrics {
namespace {

faiss::MetricType metric_of(SimilarityOptions::Measure measure) {
  return measure == SimilarityOptions::Measure::inner_product ? faiss::METRIC_INNER_PRODUCT
                                                              : faiss::METRIC_L2;
}

void require_finite(FeatureView rows, const char* what) {
  for (int i = 0; i < rows.rows; ++i) {
    for (const float value : rows.row(i)) {
      if (!std::isfinite(value))
        throw BadInput(
            fmt::format("similarity search: {} {} holds a NaN or infinite value", what, i));
    }
  }
}

}  // namespace

struct SimilarityIndex::Impl {
#ifdef ASBENCH_FAISS_GPU
  std::unique_ptr<faiss::gpu::StandardGpuResources> gpu;  // outlives the index
  std::mutex one_search;  // FAISS's scratch memory on a GPU is for one search at a time
#endif
  std::unique_ptr<faiss::Index> cells;  ///< finds the cell of a row; outlives the index
  std::unique_ptr<faiss::Index> index;
};

SimilarityIndex::SimilarityIndex(FeatureView rows, const SimilarityOptions& options)
    : impl_(std::make_unique<Impl>()) {
  if (rows.rows < 1 || rows.cols < 1)
    throw BadInput("similarity search: there are no rows to search in");
  require_finite(rows, "row");
  if (options.device == SimilarityOptions::Device::gpu && !similarity_search_has_gpu(options.gpu)) {
    throw UsageError(
        "similarity search on a GPU: this FAISS has no GPU support, or there is no GPU. Use the "
        "CPU, which finds the same rows.");
  }
  try {
    if (options.kind == SimilarityOptions::Kind::flat) {
      impl_->index = std::make_unique<faiss::IndexFlat>(rows.cols, metric_of(options.measure));
    } else {
      const int cells = options.cells > 0
                            ? options.cells
                            : std::max(1, static_cast<int>(4.0 * std::sqrt(rows.rows)));
      if (cells > rows.rows)
        throw BadInput(
            fmt::format("similarity search: {} cells can't be made of {} rows", cells, rows.rows));
      impl_->cells = std::make_unique<faiss::IndexFlat>(rows.cols, metric_of(options.measure));
      auto index = std::make_unique<faiss::IndexIVFFlat>(
          impl_->cells.get(), static_cast<std::size_t>(rows.cols), static_cast<std::size_t>(cells),
          metric_of(options.measure));
      index->nprobe =
          static_cast<std::size_t>(options.probes > 0 ? std::min(options.probes, cells)
                                                      : std::min(cells, std::max(8, cells / 8)));
      index->cp.seed = static_cast<int>(options.seed);
      index->cp.niter = 10;
      index->cp.max_points_per_centroid = 64;
      index->cp.min_points_per_centroid = 1;  // no chatter about small sets
      index->train(rows.rows, rows.data);
      impl_->index = std::move(index);
    }
    impl_->index->add(rows.rows, rows.data);
#ifdef ASBENCH_FAISS_GPU
    if (options.device == SimilarityOptions::Device::gpu) {
      impl_->gpu = std::make_unique<faiss::gpu::StandardGpuResources>();
      impl_->index.reset(
          faiss::gpu::index_cpu_to_gpu(impl_->gpu.get(), options.gpu, impl_->index.get()));
    }
#endif
  } catch (const faiss::FaissException& error) {
    throw InternalError(fmt::format("similarity search: FAISS says: {}", error.what()));
  }
}

SimilarityIndex::~SimilarityIndex() = default;
SimilarityIndex::SimilarityIndex(SimilarityIndex&&) noexcept = default;
SimilarityIndex& SimilarityIndex::operator=(SimilarityIndex&&) noexcept = default;

std::int64_t SimilarityIndex::size() const {
  return impl_->index->ntotal;
}

NearestRows SimilarityIndex::search(FeatureView queries, int k) const {
  if (k < 1)
    throw UsageError(
        fmt::format("similarity search: the number of neighbours must be at least 1, not {}", k));
  NearestRows found;
  found.k = k;
  if (queries.rows == 0) return found;
  if (queries.cols != impl_->index->d) {
    throw BadInput(
        fmt::format("similarity search: queries have {} columns, the rows searched {}: they come "
                    "from different networks",
                    queries.cols, impl_->index->d));
  }
  require_finite(queries, "query");
  const auto count = static_cast<std::size_t>(queries.rows) * static_cast<std::size_t>(k);
  found.rows.resize(count);
  found.scores.resize(count);
  try {
#ifdef ASBENCH_FAISS_GPU
    std::unique_lock<std::mutex> lock;
    if (impl_->gpu != nullptr) lock = std::unique_lock(impl_->one_search);
#endif
    impl_->index->search(queries.rows, queries.data, k, found.scores.data(), found.rows.data());
  } catch (const faiss::FaissException& error) {
    throw InternalError(fmt::format("similarity search: FAISS says: {}", error.what()));
  }
  return found;
}

bool similarity_search_has_gpu([[maybe_unused]] int gpu) {
#ifdef ASBENCH_FAISS_GPU
  try {
    return gpu >= 0 && gpu < faiss::gpu::getNumDevices();
  } catch (const faiss::FaissException&) {
    return false;  // a driver that doesn't answer
  }
#else
  return false;
#endif
}

}  // namespace asbench::metrics
