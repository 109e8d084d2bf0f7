#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metrics/numerics/feature_view.h"
#include "metrics/search/gpu_search.h"

namespace asbench::metrics {

/// Nearest rows of a set of features, by FAISS. Every row is compared: exact, on the CPU and on a
/// GPU.
struct SimilarityOptions {
  enum class Measure { inner_product, squared_l2 };
  Measure measure = Measure::inner_product;
  /// Search on this GPU where that can be; nothing: on the CPU.
  std::optional<int> gpu = {};
  /// Borrowed; null: GpuSearch::of_this_process().
  const GpuSearch* gpu_search = nullptr;
};

/// [queries, k], nearest first: largest inner product or smallest distance. Equal scores in any
/// order. Fewer rows than k: the rest has row -1.
struct NearestRows {
  int k = 0;
  std::vector<std::int64_t> rows;
  std::vector<float> scores;
};

/// Owns a copy of the rows. Searching is thread-safe; CPU and GPU find the same neighbours but for
/// equal scores. What a GPU can't do, because it is not there, is too small or has a limit, the CPU
/// does, and `searched_by` says so.
class SimilarityIndex {
 public:
  /// @throws BadInput for no rows, NaN or Inf.
  SimilarityIndex(FeatureView rows, const SimilarityOptions& options);
  ~SimilarityIndex();
  SimilarityIndex(SimilarityIndex&&) noexcept;
  SimilarityIndex& operator=(SimilarityIndex&&) noexcept;

  /// @throws BadInput when the widths differ; UsageError for k < 1.
  [[nodiscard]] NearestRows search(FeatureView queries, int k) const;
  [[nodiscard]] std::int64_t size() const;

  /// "faiss 1.7.3 cpu", "faiss 1.7.3 gpu cuda:0 (NVIDIA H200)". Where a GPU was asked for and not
  /// used, or not for every search so far, the cause follows: "faiss 1.7.3 cpu (not on cuda:0: no
  /// GPU or driver answers)".
  [[nodiscard]] std::string searched_by() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace asbench::metrics
