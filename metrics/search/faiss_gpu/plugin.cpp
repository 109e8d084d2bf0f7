// libasbench_faiss_gpu.so: see metrics/search/gpu_plugin.h.
#include <cuda_runtime.h>
#include <faiss/Index.h>
#include <faiss/gpu/GpuIndexFlat.h>
#include <faiss/gpu/StandardGpuResources.h>
#include <faiss/impl/FaissException.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "metrics/search/gpu_plugin.h"

struct AsbenchGpuIndex {
  faiss::gpu::StandardGpuResources resources;  // outlives the index
  std::unique_ptr<faiss::gpu::GpuIndexFlat> index;
};

namespace {

/// FAISS's limit of what it selects on a GPU (utils/Limits of its sources: GPU_MAX_SELECTION_K).
constexpr std::int32_t kLargestK = 2048;
/// Scratch memory of FAISS. Its default is 1.5 GB; distances of a tile of queries fit into less.
constexpr std::size_t kScratchBytes = std::size_t{256} << 20;

void write(char* out, std::size_t size, const std::string& text) {
  if (out == nullptr || size == 0) return;
  const std::size_t length = std::min(text.size(), size - 1);
  std::memcpy(out, text.data(), length);
  out[length] = '\0';
}

/// CUDA's own call: FAISS's ends the process where there is no driver.
std::int32_t count(char* error, std::size_t size) {
  int gpus = 0;
  const cudaError_t status = cudaGetDeviceCount(&gpus);
  if (status == cudaSuccess) return gpus;
  (void)cudaGetLastError();  // or FAISS's next check would find it
  write(error, size, cudaGetErrorString(status));
  return 0;
}

bool name(std::int32_t gpu, char* out, std::size_t size) {
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, gpu) != cudaSuccess) {
    (void)cudaGetLastError();
    return false;
  }
  write(out, size, properties.name);
  return true;
}

/// FAISS ends the process when some allocations fail, so what will be needed is asked for first.
bool fits(std::int32_t gpu, std::int64_t rows, std::int32_t cols, char* error, std::size_t size) {
  std::size_t free_bytes = 0, all = 0;
  if (cudaSetDevice(gpu) != cudaSuccess || cudaMemGetInfo(&free_bytes, &all) != cudaSuccess) {
    write(error, size, cudaGetErrorString(cudaGetLastError()));
    return false;
  }
  // The rows, their squared norms, and the copy that FAISS adds from.
  const auto matrix =
      static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols) * sizeof(float);
  const std::size_t needed =
      matrix + static_cast<std::size_t>(rows) * sizeof(float) + 2 * kScratchBytes;
  if (needed <= free_bytes) return true;
  write(error, size,
        "the rows need " + std::to_string(needed >> 20) + " MB of its memory, " +
            std::to_string(free_bytes >> 20) + " MB are free");
  return false;
}

/// Runs `work`; what it throws becomes a text.
template <typename Work>
bool guarded(const Work& work, char* error, std::size_t size) {
  try {
    work();
    return true;
  } catch (const std::bad_alloc&) {
    write(error, size, "out of memory");
  } catch (const std::exception& exception) {
    write(error, size, exception.what());
  }
  return false;
}

AsbenchGpuIndex* build(std::int32_t gpu, bool inner_product, std::int64_t rows, std::int32_t cols,
                       const float* values, char* error, std::size_t size) {
  if (!fits(gpu, rows, cols, error, size)) return nullptr;
  std::unique_ptr<AsbenchGpuIndex> made;
  const bool done = guarded(
      [&] {
        made = std::make_unique<AsbenchGpuIndex>();
        made->resources.setTempMemory(kScratchBytes);
        made->resources.setPinnedMemory(std::size_t{64} << 20);
        faiss::gpu::GpuIndexFlatConfig config;
        config.device = gpu;
        made->index = std::make_unique<faiss::gpu::GpuIndexFlat>(
            &made->resources, cols, inner_product ? faiss::METRIC_INNER_PRODUCT : faiss::METRIC_L2,
            config);
        made->index->add(rows, values);
      },
      error, size);
  return done ? made.release() : nullptr;
}

bool search(AsbenchGpuIndex* index, std::int64_t queries, const float* values, std::int32_t k,
            float* scores, std::int64_t* row_numbers, char* error, std::size_t size) {
  return guarded([&] { index->index->search(queries, values, k, scores, row_numbers); }, error,
                 size);
}

void free_index(AsbenchGpuIndex* index) {
  delete index;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const AsbenchFaissGpu* asbench_faiss_gpu() {
  static const AsbenchFaissGpu all = {
      ASBENCH_FAISS_GPU_ABI, kLargestK, "1.7.3", &count, &name, &build, &search, &free_index};
  return &all;
}
