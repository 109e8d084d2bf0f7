#include "metrics/search/similarity_index.h"

#include <faiss/Index.h>
#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <mutex>

#include "core/error.h"
#include "metrics/search/gpu_plugin.h"

namespace asbench::metrics {
namespace {

faiss::MetricType metric_of(SimilarityOptions::Measure measure) {
  return measure == SimilarityOptions::Measure::inner_product ? faiss::METRIC_INNER_PRODUCT
                                                              : faiss::METRIC_L2;
}

std::string cpu_version() {
  return fmt::format("{}.{}.{}", FAISS_VERSION_MAJOR, FAISS_VERSION_MINOR, FAISS_VERSION_PATCH);
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
  Impl(FeatureView rows, const SimilarityOptions& options)
      : flat(rows.cols, metric_of(options.measure)), gpu(options.gpu) {
    flat.add(rows.rows, rows.data);
    if (!gpu) return;
    search = options.gpu_search != nullptr ? options.gpu_search : &GpuSearch::of_this_process();
    if (const auto cause = search->why_not(*gpu)) {
      why_cpu = *cause;
      return;
    }
    std::array<char, 512> error{};
    on_gpu = {
        search->plugin()->build(*gpu, options.measure == SimilarityOptions::Measure::inner_product,
                                rows.rows, rows.cols, rows.data, error.data(), error.size()),
        search->plugin()->free};
    if (on_gpu == nullptr) why_cpu = error.data();
  }

  /// Whether the GPU found the rows; else why_cpu says why not, and the CPU has to.
  bool search_on_gpu(FeatureView queries, NearestRows& found) {
    if (on_gpu == nullptr) return false;
    const std::scoped_lock one_search(mutex);
    if (found.k > search->largest_k()) {
      why_cpu = fmt::format("{} neighbours were asked for, a GPU finds {} at most", found.k,
                            search->largest_k());
      return false;
    }
    std::array<char, 512> error{};
    const bool done = search->plugin()->search(on_gpu.get(), queries.rows, queries.data, found.k,
                                               found.scores.data(), found.rows.data(), error.data(),
                                               error.size());
    if (!done) why_cpu = error.data();
    used_gpu = used_gpu || done;
    return done;
  }

  faiss::IndexFlat flat;
  std::optional<int> gpu;
  const GpuSearch* search = nullptr;
  std::unique_ptr<AsbenchGpuIndex, void (*)(AsbenchGpuIndex*)> on_gpu{nullptr, nullptr};
  std::mutex mutex;     ///< of all below, and of the GPU's index
  std::string why_cpu;  ///< last cause
  bool used_gpu = false;
};

SimilarityIndex::SimilarityIndex(FeatureView rows, const SimilarityOptions& options) {
  if (rows.rows < 1 || rows.cols < 1)
    throw BadInput("similarity search: there are no rows to search in");
  require_finite(rows, "row");
  try {
    impl_ = std::make_unique<Impl>(rows, options);
  } catch (const faiss::FaissException& error) {
    throw InternalError(fmt::format("similarity search: FAISS says: {}", error.what()));
  }
}

SimilarityIndex::~SimilarityIndex() = default;
SimilarityIndex::SimilarityIndex(SimilarityIndex&&) noexcept = default;
SimilarityIndex& SimilarityIndex::operator=(SimilarityIndex&&) noexcept = default;

std::int64_t SimilarityIndex::size() const {
  return impl_->flat.ntotal;
}

NearestRows SimilarityIndex::search(FeatureView queries, int k) const {
  if (k < 1)
    throw UsageError(
        fmt::format("similarity search: the number of neighbours must be at least 1, not {}", k));
  NearestRows found;
  found.k = k;
  if (queries.rows == 0) return found;
  if (queries.cols != impl_->flat.d) {
    throw BadInput(
        fmt::format("similarity search: queries have {} columns, the rows searched {}: they come "
                    "from different networks",
                    queries.cols, impl_->flat.d));
  }
  require_finite(queries, "query");
  const auto count = static_cast<std::size_t>(queries.rows) * static_cast<std::size_t>(k);
  found.rows.resize(count);
  found.scores.resize(count);
  if (impl_->search_on_gpu(queries, found)) return found;
  try {
    impl_->flat.search(queries.rows, queries.data, k, found.scores.data(), found.rows.data());
  } catch (const faiss::FaissException& error) {
    throw InternalError(fmt::format("similarity search: FAISS says: {}", error.what()));
  }
  return found;
}

std::string SimilarityIndex::searched_by() const {
  if (!impl_->gpu) return fmt::format("faiss {} cpu", cpu_version());
  const std::scoped_lock lock(impl_->mutex);
  const auto& gpu_search = *impl_->search;
  const bool whole = impl_->on_gpu != nullptr && impl_->why_cpu.empty();
  std::string text = fmt::format("faiss {} cpu", cpu_version());
  if (whole || impl_->used_gpu) {
    text = fmt::format("faiss {} gpu cuda:{}", gpu_search.faiss_version(), *impl_->gpu);
    const std::string name = gpu_search.gpu_name(*impl_->gpu);
    if (!name.empty()) text += fmt::format(" ({})", name);
  }
  if (whole) return text;
  return text + fmt::format(" ({}not on cuda:{}: {})", impl_->used_gpu ? "in part " : "",
                            *impl_->gpu, impl_->why_cpu);
}

}  // namespace asbench::metrics
