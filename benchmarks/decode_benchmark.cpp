// Decoding: what a clip of the usual size (49 frames, 720x480) costs, and what the single pass
// saves against converting every frame. `frames` counts decoded frames. The clip is seeded; H.264
// where OpenCV can write it, else MPEG-4.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "loaders/findings.h"
#include "loaders/image_file.h"
#include "loaders/video/clip_check.h"
#include "loaders/video/clip_reader.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace {

using namespace asbench;
using loaders::ShotSource;

constexpr testing::VideoSpec kSpec{.frames = 49, .width = 720, .height = 480};

/// The files that the benchmarks read; made once, removed at the end.
struct Files {
  Files() {
    if (!testing::make_h264_video(video(), kSpec)) testing::make_video(video(), kSpec);
    testing::make_frame_folder(frames(), kSpec);
  }
  [[nodiscard]] std::filesystem::path video() const { return folder / "clip.mp4"; }
  [[nodiscard]] std::filesystem::path frames() const { return folder / "frames"; }
  testing::TemporaryFolder folder;
};

const Files& files() {
  static const Files made;
  return made;
}

void decode(benchmark::State& state, const ShotSource& source, const char* rule) {
  const loaders::FrameRule parsed = loaders::parse_frame_rule(rule);
  for (auto _ : state) {
    benchmark::DoNotOptimize(loaders::decode_clip(source, {&parsed, 1}));
  }
  state.SetItemsProcessed(state.iterations() * kSpec.frames);
}

void decode_five_frames(benchmark::State& state) {
  decode(state, {ShotSource::Kind::video_file, files().video()}, "midpoint:5");
}
BENCHMARK(decode_five_frames)->Unit(benchmark::kMillisecond)->UseRealTime();

void decode_every_frame(benchmark::State& state) {
  decode(state, {ShotSource::Kind::video_file, files().video()}, "all");
}
BENCHMARK(decode_every_frame)->Unit(benchmark::kMillisecond)->UseRealTime();

void decode_frame_folder(benchmark::State& state) {
  decode(state, {ShotSource::Kind::frame_folder, files().frames()}, "midpoint:5");
}
BENCHMARK(decode_frame_folder)->Unit(benchmark::kMillisecond)->UseRealTime();

void check_before_a_run(benchmark::State& state) {
  const ShotSource source{ShotSource::Kind::video_file, files().video()};
  for (auto _ : state) loaders::check_clip(source);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(check_before_a_run)->Unit(benchmark::kMillisecond)->UseRealTime();

void hash_a_file(benchmark::State& state) {
  const ShotSource source{ShotSource::Kind::video_file, files().video()};
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(source.path));
  for (auto _ : state) benchmark::DoNotOptimize(loaders::content_sha256(source));
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(hash_a_file)->Unit(benchmark::kMicrosecond);

void read_a_reference(benchmark::State& state) {
  const auto picture = files().frames() / "frame_1.png";
  for (auto _ : state) benchmark::DoNotOptimize(loaders::read_image(picture));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_a_reference)->Unit(benchmark::kMillisecond);

}  // namespace
