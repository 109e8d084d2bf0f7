// Encoders of real size with seeded weights. The number to compare is `share`: floating-point
// operations that the network needs (EncoderInfo::flops_per_image, what is really computed: the
// last block at one token) per second, over those of a 2048^3 matrix product on the same threads,
// measured beside it. `share_cpu` is the same by processor time: what remains comparable while
// other programs use the machine.
//
//   encode_benchmark --benchmark_filter=encode_images
//   ASBENCH_BENCHMARK_THREADS=1 encode_benchmark --benchmark_filter=product   one thread, by kernel
//   ASBENCH_BENCHMARK_THREADS=1 ASBENCH_BENCHMARK_WEIGHTS=DIR encode_benchmark
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/encoders/encoder.h"
#include "models/kernels/matrix_product.h"
#include "models/layers/runtime.h"
#include "tests/support/seeded_checkpoint.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClip = "openai/clip-vit-base-patch32";
constexpr const char* kDino = "facebook/dino-vitb16";
constexpr const char* kDreamSim = "ssundaram21/dreamsim-ensemble";

struct Elapsed {
  double wall = 0.0, cpu = 0.0;  // seconds; cpu of all threads
};

double process_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <typename Work>
Elapsed measure(Work work) {
  const double cpu = process_seconds();
  const auto wall = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - wall;
  return {elapsed.count(), process_seconds() - cpu};
}

/// Operations per second of the matrix product, by both clocks: the best of a few.
Elapsed gemm_peak() {
  constexpr std::int64_t kSide = 2048;
  const at::Tensor a = at::ones({kSide, kSide});
  const at::Tensor b = at::ones({kSide, kSide});
  at::Tensor c = at::empty({kSide, kSide});
  at::mm_out(c, a, b);
  Elapsed best{1e9, 1e9};
  for (int i = 0; i < 5; ++i) {
    const Elapsed one = measure([&] { at::mm_out(c, a, b); });
    best = {std::min(best.wall, one.wall), std::min(best.cpu, one.cpu)};
  }
  constexpr double kFlops = 2.0 * kSide * kSide * kSide;
  // Per processor second of one core: all threads' time was counted.
  return {kFlops / best.wall, kFlops / best.cpu};
}

fs::path weights_folder() {
  if (const char* given = std::getenv("ASBENCH_BENCHMARK_WEIGHTS")) return given;
  const fs::path folder = fs::temp_directory_path() / "asbench-benchmark-weights";
  if (!fs::exists(folder / kDino / "model.safetensors")) {
    testing::write_seeded_checkpoints(folder, testing::CheckpointSize::real);
  }
  if (!fs::exists(folder / kDreamSim / "model.safetensors")) {
    testing::write_seeded_checkpoint(folder, kDreamSim, testing::CheckpointSize::real);
  }
  return folder;
}

Checkpoint checkpoint(const char* id) {
  return open_checkpoint(id, default_weight_folders(weights_folder()));
}

/// Loaded once a process: the runs of one encoder share it.
const ImageEncoder& image_encoder(const char* id) {
  static std::vector<std::unique_ptr<ImageEncoder>> encoders;
  for (const auto& encoder : encoders) {
    if (encoder->info().id == id) return *encoder;
  }
  encoders.push_back(load_image_encoder(checkpoint(id), {.weights_sha256 = "not needed"}));
  return *encoders.back();
}

void gemm_2048(benchmark::State& state) {
  const InferenceScope scope;
  Elapsed peak;
  for (auto _ : state) peak = gemm_peak();
  state.counters["GFLOP/s"] = peak.wall / 1e9;
}

/// A linear layer of ViT-B on four pictures, one thread, by each of the CPU's kernels, and by the
/// matrix library.
void product_788x3072x768(benchmark::State& state, const ProductKernels* kernels) {
  constexpr std::int64_t kRows = 788;
  constexpr std::int64_t kInputs = 768;
  constexpr std::int64_t kOutputs = 3072;
  const at::Tensor x =
      at::arange(kRows * kInputs, at::kFloat).mul_(0.618).frac_().sub_(0.5).view({kRows, kInputs});
  const at::Tensor w = at::arange(kOutputs * kInputs, at::kFloat)
                           .mul_(0.414)
                           .frac_()
                           .sub_(0.5)
                           .view({kOutputs, kInputs});
  at::Tensor y = at::empty({kRows, kOutputs});
  PackedMatrix packed(kernels != nullptr ? *kernels : product_kernels());
  packed.assign({w.const_data_ptr<float>(), kOutputs, kInputs, kInputs, 1});
  for (auto _ : state) {
    if (kernels == nullptr) {
      at::mm_out(y, x, w.t());
    } else {
      packed.multiply({.x = x.const_data_ptr<float>(),
                       .rows = kRows,
                       .x_stride = kInputs,
                       .out = y.mutable_data_ptr<float>(),
                       .out_stride = kOutputs,
                       .last = kOutputs});
    }
  }
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * kRows * kInputs * kOutputs,
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void encode_images(benchmark::State& state, const char* id) {
  const InferenceScope scope;
  const ImageEncoder& encoder = image_encoder(id);
  const std::int64_t batch = state.range(0);
  const at::Tensor pixels = at::arange(batch * 3 * 224 * 224, at::kFloat)
                                .remainder(251)
                                .div_(125)
                                .sub_(1)
                                .view({batch, 3, 224, 224});
  static_cast<void>(encoder.encode_images(pixels));
  const Elapsed peak = gemm_peak();
  const Elapsed spent = measure([&] {
    for (auto _ : state) benchmark::DoNotOptimize(encoder.encode_images(pixels));
  });
  const auto images = static_cast<double>(state.iterations() * batch);
  const double flops = images * encoder.info().flops_per_image;
  state.counters["images/s"] = images / spent.wall;
  state.counters["GFLOP/image"] = encoder.info().flops_per_image / 1e9;
  state.counters["share"] = flops / spent.wall / peak.wall;
  state.counters["share_cpu"] = flops / spent.cpu / peak.cpu;
}

void encode_texts(benchmark::State& state) {
  static const std::unique_ptr<TextEncoder> encoder = load_text_encoder(checkpoint(kClip));
  std::vector<std::string> texts;
  std::string text = "the character";
  for (int i = 0; i < 20; ++i) {
    text += i % 2 == 0 ? " walks into the garden" : " and looks at a small cat";
    texts.push_back(text);
  }
  for (auto _ : state) benchmark::DoNotOptimize(encoder->encode_texts(texts));
  state.counters["texts/s"] = benchmark::Counter(static_cast<double>(state.iterations()) * 20.0,
                                                 benchmark::Counter::kIsRate);
}

/// Reading 950 MB of mapped weights and fusing what is fused; hashing left out.
void load(benchmark::State& state, const char* id) {
  const Checkpoint weights = checkpoint(id);
  for (auto _ : state) {
    benchmark::DoNotOptimize(load_image_encoder(weights, {.weights_sha256 = "not needed"}));
  }
}

[[maybe_unused]] const bool kConfigured = [] {
  const char* const threads = std::getenv("ASBENCH_BENCHMARK_THREADS");
  configure_runtime(threads != nullptr ? std::atoi(threads) : 0);
  return true;
}();

[[maybe_unused]] const bool kProducts = [] {
  for (const ProductKernels* kernels : all_product_kernels()) {
    benchmark::RegisterBenchmark((std::string("product_788x3072x768/") + kernels->name).c_str(),
                                 product_788x3072x768, kernels);
  }
  benchmark::RegisterBenchmark("product_788x3072x768/matrix library", product_788x3072x768,
                               nullptr);
  return true;
}();

BENCHMARK(gemm_2048)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(encode_images, clip_b32, kClip)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16)
    ->Arg(32)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(encode_images, dino_b16, kDino)
    ->Arg(1)
    ->Arg(2)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16)
    ->Arg(32)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(encode_images, dreamsim, kDreamSim)
    ->Arg(1)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(encode_texts)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(load, clip_b32, kClip)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(load, dino_b16, kDino)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace asbench::models
