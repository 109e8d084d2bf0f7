// The video reader beside OpenCV's, which it replaced: clips of the usual size (49 frames,
// 720x480), five frames of each, decoded on one and on four threads. OpenCV decodes several frames
// of a clip side by side, on all cores; ours decodes a clip on one thread. `cpu_ms` is what a clip
// costs on all threads together, the fair number on a machine that has other work.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <opencv2/videoio.hpp>
#include <thread>
#include <vector>

#include "loaders/video/clip_reader.h"
#include "loaders/video/mat_image.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace {

using namespace asbench;
using loaders::ShotSource;

constexpr testing::VideoSpec kSpec{.frames = 49, .width = 720, .height = 480};
constexpr int kClipsAThread = 4;

const std::filesystem::path& clip() {
  static const testing::TemporaryFolder folder;
  static const std::filesystem::path file = [] {
    const auto path = folder / "clip.mp4";
    if (!testing::make_h264_video(path, kSpec)) testing::make_video(path, kSpec);
    return path;
  }();
  return file;
}

void with_ours(const std::vector<int>&) {
  const loaders::FrameRule rule;
  benchmark::DoNotOptimize(
      loaders::decode_clip({ShotSource::Kind::video_file, clip()}, {&rule, 1}));
}

void with_opencv(const std::vector<int>& wanted) {
  cv::VideoCapture capture;
  capture.open(clip().string(), cv::CAP_FFMPEG,
               {cv::CAP_PROP_HW_ACCELERATION, cv::VIDEO_ACCELERATION_NONE});
  cv::Mat picture;
  for (int i = 0; capture.grab(); ++i) {
    if (!std::binary_search(wanted.begin(), wanted.end(), i)) continue;
    capture.retrieve(picture);
    benchmark::DoNotOptimize(loaders::to_image(picture));
  }
}

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void read_clips(benchmark::State& state, void (*read)(const std::vector<int>&)) {
  loaders::silence_decoders();
  const auto wanted = loaders::frame_indices(loaders::FrameRule{}, kSpec.frames);
  read(wanted);  // makes the clip
  const auto threads = static_cast<int>(state.range(0));
  const double before = cpu_seconds();
  for (auto _ : state) {
    std::vector<std::jthread> readers;
    for (int i = 0; i < threads; ++i) {
      readers.emplace_back([&] {
        for (int k = 0; k < kClipsAThread; ++k) read(wanted);
      });
    }
  }
  const auto clips = state.iterations() * threads * kClipsAThread;
  state.SetItemsProcessed(clips);
  state.counters["cpu_ms"] = 1000.0 * (cpu_seconds() - before) / static_cast<double>(clips);
}

BENCHMARK_CAPTURE(read_clips, ours, with_ours)
    ->Arg(1)
    ->Arg(4)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(read_clips, opencv, with_opencv)
    ->Arg(1)
    ->Arg(4)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
