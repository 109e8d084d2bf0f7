// Stands in for libasbench_faiss_gpu.so where there is no GPU: finds rows by the formula, on the
// CPU. Variables, read at each call, say what it should be like: FAKE_GPUS (how many answer,
// default 1), FAKE_GPU_BYTES (its memory), FAKE_GPU_FAILS (a search fails with this text).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "metrics/search/gpu_plugin.h"

struct AsbenchGpuIndex {
  bool inner_product = true;
  std::int64_t rows = 0;
  std::int32_t cols = 0;
  std::vector<float> values;
};

namespace {

long variable(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtol(text, nullptr, 10);
}

void write(char* out, std::size_t size, const char* text) {
  if (size > 0) std::snprintf(out, size, "%s", text);
}

std::int32_t count(char* error, std::size_t size) {
  const auto gpus = static_cast<std::int32_t>(variable("FAKE_GPUS", 1));
  if (gpus == 0) write(error, size, "the driver is asleep");
  return gpus;
}

bool name(std::int32_t gpu, char* out, std::size_t size) {
  if (gpu >= count(nullptr, 0)) return false;
  write(out, size, "Stand-in");
  return true;
}

AsbenchGpuIndex* build(std::int32_t, bool inner_product, std::int64_t rows, std::int32_t cols,
                       const float* values, char* error, std::size_t size) {
  const auto needed = rows * cols * static_cast<std::int64_t>(sizeof(float));
  if (needed > variable("FAKE_GPU_BYTES", 1L << 40)) {
    write(error, size, "its memory is too small");
    return nullptr;
  }
  return new AsbenchGpuIndex{inner_product, rows, cols, {values, values + rows * cols}};
}

bool search(AsbenchGpuIndex* index, std::int64_t queries, const float* values, std::int32_t k,
            float* scores, std::int64_t* row_numbers, char* error, std::size_t size) {
  if (const char* text = std::getenv("FAKE_GPU_FAILS")) {
    write(error, size, text);
    return false;
  }
  const auto width = static_cast<std::size_t>(index->cols);
  for (std::int64_t q = 0; q < queries; ++q) {
    std::vector<std::pair<double, std::int64_t>> found;
    for (std::int64_t row = 0; row < index->rows; ++row) {
      const float* a = values + q * index->cols;
      const float* b = index->values.data() + row * index->cols;
      double score = 0.0;
      for (std::size_t j = 0; j < width; ++j) {
        const double x = a[j], y = b[j];
        score += index->inner_product ? -x * y : (x - y) * (x - y);
      }
      found.emplace_back(score, row);
    }
    std::sort(found.begin(), found.end());
    for (std::int32_t i = 0; i < k; ++i) {
      const bool there = i < index->rows;
      const auto& [score, row] =
          there ? found[static_cast<std::size_t>(i)] : std::pair(0.0, std::int64_t{-1});
      scores[q * k + i] = static_cast<float>(index->inner_product ? -score : score);
      row_numbers[q * k + i] = row;
    }
  }
  return true;
}

void free_index(AsbenchGpuIndex* index) {
  delete index;
}

}  // namespace

extern "C" const AsbenchFaissGpu* asbench_faiss_gpu() {
  static const AsbenchFaissGpu all = {
      ASBENCH_FAISS_GPU_ABI, 64, "9.8.7", &count, &name, &build, &search, &free_index};
  return &all;
}
