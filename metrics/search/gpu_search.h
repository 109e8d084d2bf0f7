#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "metrics/numerics/feature_view.h"

struct AsbenchFaissGpu;

namespace asbench::metrics {

/// FAISS on GPUs, through the plug-in that `./bootstrap.sh cuda` builds
/// (metrics/search/gpu_plugin.h). Without it, without a driver or a GPU, everything here still
/// works and says why there is no GPU. Immutable, thread-safe.
class GpuSearch {
 public:
  /// The plug-in of this process, opened when first asked for: the file that the variable
  /// ASBENCH_FAISS_GPU names (empty: none), else libasbench_faiss_gpu.so beside the program or in
  /// the folder lib beside the program's.
  static const GpuSearch& of_this_process();

  /// Opens the file of a plug-in, which stays open; empty: none. Why it can't be opened is kept as
  /// the reason.
  explicit GpuSearch(const std::string& plugin);

  /// Why this GPU can't be searched on, in one sentence without a full stop; nothing: it can.
  [[nodiscard]] std::optional<std::string> why_not(int gpu) const;

  /// "1.7.3"; empty without a plug-in.
  [[nodiscard]] std::string faiss_version() const;
  /// "NVIDIA H200"; empty where the GPU has none to tell.
  [[nodiscard]] std::string gpu_name(int gpu) const;
  /// Neighbours that one search can return.
  [[nodiscard]] int largest_k() const;

  /// The plug-in itself; null without one.
  [[nodiscard]] const AsbenchFaissGpu* plugin() const { return plugin_; }

 private:
  const AsbenchFaissGpu* plugin_ = nullptr;
  std::string reason_;  ///< why there is none
};

}  // namespace asbench::metrics
