// One block of the CogVideoX-2B transformer at its real width with seeded weights. The number to
// compare is `share`: floating-point operations of the block's products and of its attention per
// second, over those of a 2048^3 matrix product on the same threads, measured beside it.
//
//   transformer_block_benchmark
//   ASBENCH_BENCHMARK_THREADS=1 transformer_block_benchmark
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "models/cogvideox/transformer_block.h"
#include "models/cogvideox/transformer_config.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

template <typename Work>
double seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Operations per second of the matrix library: the best of a few.
double gemm_peak() {
  constexpr std::int64_t kSide = 2048;
  const at::Tensor a = at::ones({kSide, kSide});
  const at::Tensor b = at::ones({kSide, kSide});
  at::Tensor c = at::empty({kSide, kSide});
  at::mm_out(c, a, b);
  double best = 1e9;
  for (int i = 0; i < 5; ++i) best = std::min(best, seconds([&] { at::mm_out(c, a, b); }));
  return 2.0 * kSide * kSide * kSide / best;
}

/// Numbers of order 1 without a generator.
at::Tensor numbers(at::IntArrayRef shape, double scale) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat)
      .mul_(0.61803)
      .frac_()
      .sub_(0.5)
      .mul_(3.4 * scale)
      .view(shape);
}

Linear layer(std::int64_t out, std::int64_t in) {
  Linear result;
  result.weight = numbers({out, in}, 1.0 / std::sqrt(static_cast<double>(in)));
  result.bias = numbers({out}, 0.2);
  return result;
}

LayerNorm norm(std::int64_t width, double eps) {
  return {numbers({width}, 0.2).add_(1.0), numbers({width}, 0.2), eps};
}

CogVideoXBlock real_block(const CogVideoXTransformerConfig& config) {
  const std::int64_t width = config.width();
  CogVideoXBlock block;
  block.norm1 = {layer(6 * width, config.time_width), norm(width, config.eps)};
  block.norm2 = {layer(6 * width, config.time_width), norm(width, config.eps)};
  for (Linear* one : {&block.query, &block.key, &block.value, &block.attention_out})
    *one = layer(width, width);
  block.query_norm = norm(config.head_width, 1e-6);
  block.key_norm = norm(config.head_width, 1e-6);
  block.mlp_in = layer(4 * width, width);
  block.mlp_out = layer(width, 4 * width);
  block.heads = config.heads;
  move_to(block, c10::DeviceType::CPU);
  return block;
}

void block_2b(benchmark::State& state) {
  const InferenceScope scope;
  const CogVideoXTransformerConfig config;
  const CogVideoXBlock block = real_block(config);
  const std::int64_t tokens = state.range(0);
  at::Tensor x = numbers({1, tokens, config.width()}, 1.0);
  const BlockInput input = {numbers({1, config.time_width}, 1.0), config.text_tokens};
  CogVideoXWorkspace workspace = make_cogvideox_workspace(x);
  apply_block(x, block, input, workspace);
  const double peak = gemm_peak();
  const double spent = seconds([&] {
    for (auto _ : state) apply_block(x, block, input, workspace);
  });
  const auto width = static_cast<double>(config.width());
  const auto rows = static_cast<double>(tokens);
  const double flops = 24.0 * rows * width * width + 4.0 * rows * rows * width;
  const double rate = flops * static_cast<double>(state.iterations()) / spent;
  state.counters["GFLOP"] = flops / 1e9;
  state.counters["GFLOP/s"] = rate / 1e9;
  state.counters["share"] = rate / peak;
}

[[maybe_unused]] const bool kConfigured = [] {
  const char* const threads = std::getenv("ASBENCH_BENCHMARK_THREADS");
  configure_runtime(threads != nullptr ? std::atoi(threads) : 0);
  return true;
}();

BENCHMARK(block_2b)->Arg(500)->Arg(2000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace asbench::models
