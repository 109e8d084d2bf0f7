// Nearest neighbours of 800 queries among N training features of 512 or 768 dimensions, on the CPU
// and, where FAISS has one, on GPU 0. Counters: `build_seconds`: copying the rows; `same`: the
// share of nearest rows that are the CPU's; `rows_apart`: how far the distances of the others are
// apart, in double and relative, at most; `above_nearest`: how much farther than the nearest in
// double the row found is, at most, of the first 16 queries. Features are a mixture of 2,000
// clusters, as encoders make them. N = 1,000,000 needs 7 GB: --benchmark_filter=/1000000.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
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

constexpr int kQueries = 800;
constexpr std::size_t kExactQueries = 16;
constexpr int kClusters = 2000;

/// Unit-variance clusters whose centres lie two deviations from the origin in each dimension.
std::vector<float> mixture(int rows, int width, std::uint32_t seed) {
  const auto columns = static_cast<std::size_t>(width);
  std::mt19937 centres_of(1), random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> centres(kClusters * columns);
  for (float& value : centres) value = 2.0F * normal(centres_of);
  // Normal draws for half a billion values take longer than the search: a table of them, entered
  // anywhere, is as good here.
  std::vector<float> noise(std::size_t{1} << 20);
  for (float& value : noise) value = normal(random);
  std::vector<float> values(static_cast<std::size_t>(rows) * columns);
  for (int i = 0; i < rows; ++i) {
    const float* centre = centres.data() + random() % kClusters * columns;
    const float* drawn = noise.data() + random() % (noise.size() - columns);
    for (std::size_t j = 0; j < columns; ++j)
      values[static_cast<std::size_t>(i) * columns + j] = centre[j] + drawn[j];
  }
  return values;
}

/// Squared distances in double.
class Exact {
 public:
  Exact(const std::vector<float>& queries, const std::vector<float>& rows, std::size_t columns)
      : queries_(queries), rows_(rows), columns_(columns) {}

  [[nodiscard]] double distance(std::size_t query, std::size_t row) const {
    const float* left = queries_.data() + query * columns_;
    const float* right = rows_.data() + row * columns_;
    double sum = 0.0;
    for (std::size_t j = 0; j < columns_; ++j) {
      const double difference = static_cast<double>(left[j]) - static_cast<double>(right[j]);
      sum += difference * difference;
    }
    return sum;
  }

  [[nodiscard]] double smallest(std::size_t query) const {
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t row = 0; row < rows_.size() / columns_; ++row)
      smallest = std::min(smallest, distance(query, row));
    return smallest;
  }

 private:
  const std::vector<float>& queries_;
  const std::vector<float>& rows_;
  std::size_t columns_;
};

/// The counters that compare what was found with what the CPU found, and with double.
void compare(benchmark::State& state, const Exact& exact, const std::vector<std::int64_t>& expected,
             const std::vector<std::int64_t>& found) {
  double same = 0.0;
  double rows_apart = 0.0;
  double above_nearest = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double distance = exact.distance(i, static_cast<std::size_t>(found[i]));
    if (i < kExactQueries)
      above_nearest = std::max(above_nearest, distance / exact.smallest(i) - 1.0);
    if (expected[i] == found[i]) {
      same += 1.0;
    } else {
      const double other = exact.distance(i, static_cast<std::size_t>(expected[i]));
      rows_apart = std::max(rows_apart, std::abs(distance / other - 1.0));
    }
  }
  state.counters["same"] = same / kQueries;
  state.counters["rows_apart"] = rows_apart;
  state.counters["above_nearest"] = above_nearest;
}

void search(benchmark::State& state, std::optional<int> gpu) {
  if (gpu) {
    if (const auto cause = GpuSearch::of_this_process().why_not(*gpu)) {
      state.SkipWithError(cause->c_str());
      return;
    }
  }
  const int rows = static_cast<int>(state.range(0));
  const int width = static_cast<int>(state.range(1));
  const auto queries = mixture(kQueries, width, 3);
  const FeatureView asked(queries, width);
  const auto values = mixture(rows, width, 2);
  const FeatureView view(values, width);
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
  if (!expected.empty())
    compare(state, Exact(queries, values, static_cast<std::size_t>(width)), expected, found);
  state.SetLabel(index.searched_by());
  state.counters["queries/s"] =
      benchmark::Counter(kQueries, benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK_CAPTURE(search, cpu, std::nullopt)
    ->Args({100'000, 512})
    ->Args({200'000, 768})
    ->Args({1'000'000, 512})
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->Iterations(3);
BENCHMARK_CAPTURE(search, gpu, 0)
    ->Args({100'000, 512})
    ->Args({200'000, 768})
    ->Args({1'000'000, 512})
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
