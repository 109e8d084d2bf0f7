#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "metrics/numerics/feature_view.h"

namespace asbench::metrics {

/// Nearest rows of a set of features, by FAISS. Exact by default; for sets of millions an inverted
/// file, which looks into the nearest cells only and finds nearly all.
struct SimilarityOptions {
  enum class Measure { inner_product, squared_l2 };
  enum class Kind {
    flat,      ///< every row is compared: exact
    inverted,  ///< IVF: k-means cells, the nearest `probes` of them are searched
  };
  enum class Device { cpu, gpu };
  Measure measure = Measure::inner_product;
  Kind kind = Kind::flat;
  Device device = Device::cpu;
  int gpu = 0;     ///< which one
  int cells = 0;   ///< inverted; 0: 4 sqrt(rows)
  int probes = 0;  ///< inverted; 0: an eighth of the cells, at least 8
  std::int64_t seed = 1234;
};

/// [queries, k], nearest first: largest inner product or smallest distance. Equal scores in any
/// order. Fewer rows than k: the rest has row -1.
struct NearestRows {
  int k = 0;
  std::vector<std::int64_t> rows;
  std::vector<float> scores;
};

/// Owns a copy of the rows. Searching is thread-safe; CPU and GPU find the same neighbours but for
/// equal scores.
class SimilarityIndex {
 public:
  /// @throws BadInput for no rows, NaN or Inf, too few rows for the cells; UsageError for a GPU
  /// where FAISS has none.
  SimilarityIndex(FeatureView rows, const SimilarityOptions& options);
  ~SimilarityIndex();
  SimilarityIndex(SimilarityIndex&&) noexcept;
  SimilarityIndex& operator=(SimilarityIndex&&) noexcept;

  /// @throws BadInput when the widths differ; UsageError for k < 1.
  [[nodiscard]] NearestRows search(FeatureView queries, int k) const;
  [[nodiscard]] std::int64_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// True when FAISS was built with its GPU part and this GPU is there.
[[nodiscard]] bool similarity_search_has_gpu(int gpu = 0);

}  // namespace asbench::metrics
