// The feature store: what a stored clip costs to write (synced to disk) and to read (verified).
// Shapes are those of a clip's five sampled frames: CLIP [5, 512], DINO [5, 768]. The store lies in
// the system's temporary folder; on another disk `put` costs what its fsync costs.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "core/hash.h"
#include "features/feature_matrix.h"
#include "features/store.h"
#include "tests/support/temporary_folder.h"

namespace {

using asbench::features::FeatureMatrix;
using asbench::features::FeatureStore;

constexpr int kFrames = 5;
constexpr std::int64_t kEntries = 256;

FeatureMatrix features(int columns) {
  FeatureMatrix matrix(kFrames, columns);
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    matrix.values[i] = static_cast<float>(i) * 0.001F;
  }
  return matrix;
}

std::string key(std::int64_t number) {
  return asbench::sha256_hex(std::to_string(number));
}

void count(benchmark::State& state, const FeatureMatrix& matrix) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(matrix.values.size() * sizeof(float)));
}

void put(benchmark::State& state) {
  const asbench::testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  const FeatureMatrix matrix = features(static_cast<int>(state.range(0)));
  std::int64_t number = 0;
  for (auto _ : state) {
    store.put(key(number++), matrix);
  }
  count(state, matrix);
}
BENCHMARK(put)->Arg(512)->Arg(768)->Unit(benchmark::kMicrosecond)->UseRealTime();

void get(benchmark::State& state) {
  const asbench::testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  const FeatureMatrix matrix = features(static_cast<int>(state.range(0)));
  for (std::int64_t i = 0; i < kEntries; ++i) {
    store.put(key(i), matrix);
  }
  std::int64_t number = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(store.get(key(number++ % kEntries)));
  }
  count(state, matrix);
}
BENCHMARK(get)->Arg(512)->Arg(768)->Unit(benchmark::kMicrosecond)->UseRealTime();

void get_absent(benchmark::State& state) {
  const asbench::testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  std::int64_t number = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(store.get(key(number++)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_absent)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
