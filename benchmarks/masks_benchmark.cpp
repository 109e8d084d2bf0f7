// Run lengths: what one mask costs to decode and to encode, from the compressed text on. The masks
// are those of benchmarks/masks/compare.py, which times pycocotools on the same ones.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "loaders/masks/rle.h"

namespace {

using namespace asbench;

/// A figure in the middle of the picture, its edge ragged as a network's masks are.
loaders::Mask figure(std::int64_t height, std::int64_t width) {
  loaders::Mask mask{static_cast<int>(height), static_cast<int>(width), {}};
  mask.values.reserve(static_cast<std::size_t>(height * width));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t far = (2 * x - width) * (2 * x - width) * height * height +
                               (2 * y - height) * (2 * y - height) * width * width;
      const std::int64_t ragged = (x * 37 + y * 61) % 23;
      mask.values.push_back(far * 100 < (45 + ragged) * width * width * height * height ? 1 : 0);
    }
  }
  return mask;
}

void decode_mask(benchmark::State& state) {
  const auto height = static_cast<int>(state.range(0));
  const auto width = static_cast<int>(state.range(1));
  const std::string counts = loaders::compressed_runs(loaders::encode_mask(figure(height, width)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        loaders::decode_runs(loaders::parse_compressed_runs(height, width, counts)));
  }
  state.SetBytesProcessed(state.iterations() * height * width);
}
BENCHMARK(decode_mask)
    ->Args({360, 640})
    ->Args({720, 720})
    ->Args({720, 1280})
    ->Args({1080, 1920})
    ->Unit(benchmark::kMicrosecond);

void encode_mask(benchmark::State& state) {
  const loaders::Mask mask = figure(state.range(0), state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(loaders::encode_mask(mask));
  state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(encode_mask)->Args({720, 1280})->Unit(benchmark::kMicrosecond);

}  // namespace
