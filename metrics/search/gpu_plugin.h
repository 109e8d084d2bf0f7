#pragma once

// The interface of libasbench_faiss_gpu.so, in C: what crosses it are plain numbers and memory, so
// that the plug-in may be built with another compiler, and everything else in it (FAISS, CUDA's
// runtime) stays hidden. The plug-in is metrics/search/faiss_gpu/; metrics/search/gpu_search.h
// opens it. No function throws or ends the process; a function that fails writes one sentence
// without a full stop to `error` (of `error_size` bytes, cut if need be). Thread-safe, but searches
// of one index must not overlap: FAISS's scratch memory is for one at a time.

#include <cstddef>
#include <cstdint>

/// Raised with every change of what stands below; the program opens no other one.
#define ASBENCH_FAISS_GPU_ABI 1

extern "C" {

struct AsbenchGpuIndex;

struct AsbenchFaissGpu {
  std::int32_t abi;           ///< ASBENCH_FAISS_GPU_ABI
  std::int32_t largest_k;     ///< neighbours that one search can return
  const char* faiss_version;  ///< "1.7.3"

  /// GPUs that answer; 0 without a driver, with the cause in `error`.
  std::int32_t (*count)(char* error, std::size_t error_size);
  /// "NVIDIA H200"; false for a GPU that is not there.
  bool (*name)(std::int32_t gpu, char* name, std::size_t name_size);
  /// Copies rows [rows, cols] to the GPU for an exact search by inner product (largest first) or
  /// squared distance (smallest first). Null on failure, also where they don't fit into its free
  /// memory.
  AsbenchGpuIndex* (*build)(std::int32_t gpu, bool inner_product, std::int64_t rows,
                            std::int32_t cols, const float* values, char* error,
                            std::size_t error_size);
  /// queries [queries, cols] -> scores and row numbers [queries, k], nearest first; row -1 where
  /// there are fewer rows.
  bool (*search)(AsbenchGpuIndex* index, std::int64_t queries, const float* values, std::int32_t k,
                 float* scores, std::int64_t* row_numbers, char* error, std::size_t error_size);
  /// Null is allowed.
  void (*free)(AsbenchGpuIndex* index);
};

/// The one name that the plug-in shows. What it returns lives as long as the plug-in is open.
using AsbenchFaissGpuEntry = const AsbenchFaissGpu* (*)();
const AsbenchFaissGpu* asbench_faiss_gpu();
}
