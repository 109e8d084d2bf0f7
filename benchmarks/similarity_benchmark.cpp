// Nearest neighbours of 800 queries among N training features of 512 dimensions, on the CPU and,
// where FAISS has one, on GPU 0 (counter `same`: the share of nearest rows that are the CPU's;
// `build_seconds`: copying the rows). Features are a mixture of 2,000 clusters, as encoders make
// them. N = 1,000,000 needs 7 GB: --benchmark_filter=/1000000.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/blas_kernels.h"
#include "metrics/search/similarity_index.h"

namespace {

using asbench::metrics::FeatureView;
using asbench::metrics::GpuSearch;
using asbench::metrics::SimilarityIndex;
using asbench::metrics::SimilarityOptions;

constexpr int kWidth = 512;
constexpr int kQueries = 800;
constexpr int kClusters = 2000;

/// Unit-variance clusters whose centres lie two deviations from the origin in each dimension.
std::vector<float> mixture(int rows, std::uint32_t seed) {
  std::mt19937 centres_of(1), random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> centres(static_cast<std::size_t>(kClusters) * kWidth);
  for (float& value : centres) value = 2.0F * normal(centres_of);
  // Normal draws for half a billion values take longer than the search: a table of them, entered
  // anywhere, is as good here.
  std::vector<float> noise(std::size_t{1} << 20);
  for (float& value : noise) value = normal(random);
  std::vector<float> values(static_cast<std::size_t>(rows) * kWidth);
  for (int i = 0; i < rows; ++i) {
    const float* centre = centres.data() + static_cast<std::size_t>(random() % kClusters) * kWidth;
    const float* drawn = noise.data() + random() % (noise.size() - kWidth);
    for (std::size_t j = 0; j < kWidth; ++j)
      values[static_cast<std::size_t>(i) * kWidth + j] = centre[j] + drawn[j];
  }
  return values;
}

void search(benchmark::State& state, std::optional<int> gpu) {
  if (gpu) {
    if (const auto cause = GpuSearch::of_this_process().why_not(*gpu)) {
      state.SkipWithError(cause->c_str());
      return;
    }
  }
  const int rows = static_cast<int>(state.range(0));
  const auto queries = mixture(kQueries, 3);
  const FeatureView asked(queries, kWidth);
  const auto values = mixture(rows, 2);
  const FeatureView view(values, kWidth);
  SimilarityOptions options;
  options.measure = SimilarityOptions::Measure::squared_l2;
  std::vector<std::int64_t> expected;
  if (gpu) expected = SimilarityIndex(view, options).search(asked, 1).rows;
  options.gpu = gpu;
  const auto begin = std::chrono::steady_clock::now();
  const SimilarityIndex index(view, options);
  state.counters["build_seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::vector<std::int64_t> found;
  for (auto _ : state) found = index.search(asked, 1).rows;
  double same = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) same += expected[i] == found[i] ? 1.0 : 0.0;
  if (!expected.empty()) state.counters["same"] = same / kQueries;
  state.SetLabel(index.searched_by());
  state.counters["queries/s"] =
      benchmark::Counter(kQueries, benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK_CAPTURE(search, cpu, std::nullopt)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->Iterations(3);
BENCHMARK_CAPTURE(search, gpu, 0)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->Iterations(3);

}  // namespace

// As benchmark_main.cpp, with the kernels that asbench would take: OpenBLAS, linked here, has
// chosen its own before main().
int main(int argc, char** argv) {
  if (asbench::choose_blas_kernels()) {
    ::execv("/proc/self/exe", argv);
    std::perror("similarity_benchmark can't start itself again");
    return 1;
  }
  const char* threads = std::getenv("OMP_NUM_THREADS");
  benchmark::AddCustomContext("hardware_threads",
                              std::to_string(std::thread::hardware_concurrency()));
  benchmark::AddCustomContext("OMP_NUM_THREADS", threads == nullptr ? "not set" : threads);
  benchmark::AddCustomContext("OPENBLAS_CORETYPE", std::getenv("OPENBLAS_CORETYPE") == nullptr
                                                       ? "not set"
                                                       : std::getenv("OPENBLAS_CORETYPE"));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
