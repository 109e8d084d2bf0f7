// Speed of what the metrics do with features and of the thumbnails they compare. Sizes are those of
// the paper's test set: 20 IPs x 10 prompts x 4 shots x 5 frames, CLIP B/32 (512) and DINO B/16
// (768).
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/thumbnail.h"
#include "metrics/catalogue.h"
#include "metrics/measurement.h"
#include "metrics/numerics/cosine.h"

namespace {

using asbench::metrics::FeatureView;

std::vector<float> gaussian(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal(0.5F, 1.0F);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

void cosine_block(benchmark::State& state) {
  const auto rows = static_cast<int>(state.range(0));
  const auto width = static_cast<int>(state.range(1));
  const auto values = gaussian(static_cast<std::size_t>(rows) * static_cast<std::size_t>(width), 1);
  const FeatureView view(values.data(), rows, width);
  for (auto _ : state) {
    const auto units = asbench::metrics::unit_rows(view);
    benchmark::DoNotOptimize(asbench::metrics::cosine_matrix(units, units));
  }
  const double products = 2.0 * rows * rows * width;
  state.counters["FLOP/s"] =
      benchmark::Counter(products, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(cosine_block)->Args({5, 512})->Args({100, 512})->Args({1000, 512})->Args({1000, 768});

/// All metrics over a whole test set, features given.
void all_metrics_on_the_test_set(benchmark::State& state) {
  constexpr int kFrames = 5;
  const auto clip = gaussian(kFrames * 512, 1);
  const auto dino = gaussian(kFrames * 768, 2);
  const auto cells = gaussian(static_cast<std::size_t>(kFrames) * asbench::kCellCount, 3);
  const std::vector<float> motion(kFrames - 1, 0.02F);
  std::vector<asbench::metrics::StoryFeatures> stories;
  for (int i = 0; i < 200; ++i) {
    asbench::metrics::StoryFeatures& story = stories.emplace_back();
    story.id = "story" + std::to_string(i);
    story.ip = "ip" + std::to_string(i / 10);
    story.characters.front().references.straight.set("clip", {clip.data(), 1, 512});
    story.characters.front().references.mirrored.set("clip", {clip.data(), 1, 512});
    story.characters.front().references.straight.set("dino", {dino.data(), 1, 768});
    story.characters.front().references.cells = {cells.data(), 1, asbench::kCellCount};
    for (int s = 0; s < 4; ++s) {
      asbench::metrics::ShotFeatures& shot = story.shots.emplace_back();
      shot.decodable_frames = 49;
      shot.images.set("clip", {clip.data(), kFrames, 512});
      shot.images.set("dino", {dino.data(), kFrames, 768});
      shot.captions.set("clip", {clip.data(), 1, 512});
      shot.pixels = {{cells.data(), kFrames, asbench::kCellCount}, motion};
    }
  }
  std::vector<std::string> ids;
  for (const auto& metric : asbench::metrics::built_in_metrics().story_metrics())
    ids.emplace_back(metric.id);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        asbench::metrics::measure_all(asbench::metrics::built_in_metrics(), ids, stories));
  state.counters["stories/s"] = benchmark::Counter(static_cast<double>(stories.size()),
                                                   benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(all_metrics_on_the_test_set)->Unit(benchmark::kMillisecond);

/// What a decoded frame costs for the pixel controls.
void thumbnail_of_a_frame(benchmark::State& state) {
  asbench::Image frame(static_cast<int>(state.range(1)), static_cast<int>(state.range(0)), 3);
  std::mt19937_64 random(1);
  for (auto& byte : frame.bytes) byte = static_cast<std::uint8_t>(random());
  const auto previous = asbench::make_thumbnail(frame);
  for (auto _ : state) {
    const auto thumbnail = asbench::make_thumbnail(frame);
    benchmark::DoNotOptimize(asbench::thumbnail_cells(thumbnail));
    benchmark::DoNotOptimize(asbench::thumbnail_motion(previous, thumbnail));
  }
}
BENCHMARK(thumbnail_of_a_frame)
    ->Args({720, 480})
    ->Args({1280, 720})
    ->Args({1000, 563})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
