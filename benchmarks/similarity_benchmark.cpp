// Nearest neighbours of 800 queries among N training features of 512 dimensions, flat and inverted, and how many of the inverted
// file's nearest rows are the flat one's (counter `recall`). Features are a mixture of 2,000 clusters, as encoders make them: without
// any structure no inverted file finds much. N = 1,000,000 needs 7 GB: --benchmark_filter=1000000.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include "metrics/similarity_index.h"

namespace {

using asbench::metrics::FeatureView;
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
  // Normal draws for half a billion values take longer than the search: a table of them, entered anywhere, is as good here.
  std::vector<float> noise(std::size_t{1} << 20);
  for (float& value : noise) value = normal(random);
  std::vector<float> values(static_cast<std::size_t>(rows) * kWidth);
  for (int i = 0; i < rows; ++i) {
    const float* centre = centres.data() + static_cast<std::size_t>(random() % kClusters) * kWidth;
    const float* drawn = noise.data() + random() % (noise.size() - kWidth);
    for (std::size_t j = 0; j < kWidth; ++j) values[static_cast<std::size_t>(i) * kWidth + j] = centre[j] + drawn[j];
  }
  return values;
}

void search(benchmark::State& state, SimilarityOptions::Kind kind) {
  const int rows = static_cast<int>(state.range(0));
  const auto queries = mixture(kQueries, 3);
  const FeatureView asked(queries, kWidth);
  const auto values = mixture(rows, 2);
  const FeatureView view(values, kWidth);
  SimilarityOptions options;
  options.measure = SimilarityOptions::Measure::squared_l2;
  std::vector<std::int64_t> exact;
  if (kind == SimilarityOptions::Kind::inverted) exact = SimilarityIndex(view, options).search(asked, 1).rows;
  options.kind = kind;
  const SimilarityIndex index(view, options);
  std::vector<std::int64_t> found;
  for (auto _ : state) found = index.search(asked, 1).rows;
  double same = 0.0;
  for (std::size_t i = 0; i < exact.size(); ++i) same += exact[i] == found[i] ? 1.0 : 0.0;
  if (!exact.empty()) state.counters["recall"] = same / kQueries;
  state.counters["queries/s"] = benchmark::Counter(kQueries, benchmark::Counter::kIsIterationInvariantRate);
}

void build(benchmark::State& state) {
  const auto values = mixture(static_cast<int>(state.range(0)), 2);
  SimilarityOptions options;
  options.measure = SimilarityOptions::Measure::squared_l2;
  options.kind = SimilarityOptions::Kind::inverted;
  for (auto _ : state) benchmark::DoNotOptimize(SimilarityIndex(FeatureView(values, kWidth), options).size());
}

BENCHMARK_CAPTURE(search, flat, SimilarityOptions::Kind::flat)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(search, inverted, SimilarityOptions::Kind::inverted)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK(build)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);

}  // namespace
