// The plan of a forward pass's memory against what LibTorch's allocator is asked for.
#include "models/cogvideox/transformer_memory.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "models/cogvideox/transformer.h"
#include "models/layers/runtime.h"
#include "tests/models/cogvideox/generator_golden.h"
#include "tests/models/cogvideox/peak_meter.h"

namespace asbench::models {
namespace {

constexpr double kTolerance = 0.15;

/// One thread: the meter sees no other. Few enough tokens that the weights of attention, which are
/// not of LibTorch's allocator, are not what takes most.
class TransformerMemory : public ::testing::Test {
 protected:
  TransformerMemory() : threads_(thread_count()) { at::set_num_threads(1); }
  ~TransformerMemory() override { at::set_num_threads(threads_); }

  static void expect_planned(const ForwardSize& size, const Placement& placement) {
    const CogVideoXTransformer network =
        load_cogvideox_transformer(golden_folder("cogvideox_transformer/base"), {placement});
    const CogVideoXTransformerConfig& config = network.config;
    const CogVideoXInput input{
        at::zeros({size.samples, size.frames, config.in_channels, size.height, size.width}),
        at::zeros({size.samples, config.text_tokens, config.text_width}),
        at::full({size.samples}, 500, at::kLong)};
    const auto plan = static_cast<double>(forward_peak_bytes(config, size, placement, 1));
    const auto real = static_cast<double>(peak_of([&] { static_cast<void>(run(network, input)); }));
    EXPECT_NEAR(plan / real, 1.0, kTolerance) << plan << " planned, " << real << " measured";
  }

  const InferenceScope scope_;
  const int threads_;
};

TEST_F(TransformerMemory, OfOneSampleIsAsPlanned) {
  expect_planned({1, 5, 20, 28}, c10::kCPU);
  expect_planned({1, 3, 28, 28}, c10::kCPU);
}

TEST_F(TransformerMemory, OfTwoSamplesIsAsPlanned) {
  expect_planned({2, 5, 20, 28}, c10::kCPU);
}

}  // namespace
}  // namespace asbench::models
