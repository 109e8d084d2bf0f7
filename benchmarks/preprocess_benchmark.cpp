// Pictures to encoder input, one thread. benchmarks/pillow_preprocess.py measures the same with
// Pillow; `images/s` is the number to compare.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "models/preprocess/preprocess.h"

namespace asbench::models {
namespace {

/// Noise: the resampling takes the same time for every picture, so its content doesn't matter.
Image noise(int height, int width) {
  Image image(height, width, 3);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : image.bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return image;
}

void count_images(benchmark::State& state) {
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

/// Resize, crop, scale, normalise: what an encoder's input costs.
void preprocess_frame(benchmark::State& state, Profile profile, Instructions instructions) {
  const Image image = noise(480, 720);
  Preprocessor preprocessor(std::move(profile), instructions);
  const Extent size = preprocessor.profile().output({image.height, image.width});
  std::vector<float> out(static_cast<std::size_t>(3 * size.height * size.width));
  for (auto _ : state) {
    preprocessor.run(image, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_images(state);
}

/// The resize alone, the whole 336 x 224 picture: Pillow's `Image.resize`.
void resize_frame(benchmark::State& state, Instructions instructions) {
  const Image image = noise(480, 720);
  Resizer resizer(instructions);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(336 * 224 * 3));
  for (auto _ : state) {
    resizer.resize(image, 224, 336, Filter::bicubic, {0, 0, 224, 336}, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_images(state);
}

BENCHMARK_CAPTURE(preprocess_frame, clip_720x480, named_profile("openai-clip"), Instructions::best);
BENCHMARK_CAPTURE(preprocess_frame, dino_720x480, named_profile("dino-eval"), Instructions::best);
BENCHMARK_CAPTURE(preprocess_frame, clip_720x480_portable, named_profile("openai-clip"),
                  Instructions::portable);
BENCHMARK_CAPTURE(resize_frame, 720x480_to_336x224, Instructions::best);
BENCHMARK_CAPTURE(resize_frame, 720x480_to_336x224_portable, Instructions::portable);

}  // namespace
}  // namespace asbench::models
