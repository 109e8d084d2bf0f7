// On a real GPU; skipped where there is none. `ctest -L gpu` runs these tests alone.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "models/encoders/encoder.h"
#include "models/encoders/level_table.h"
#include "models/layers/device_errors.h"
#include "models/layers/device_queue.h"
#include "models/layers/runtime.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

/// float32 on both sides, other orders of addition.
constexpr double kFloat32Distance = 2e-5;
constexpr double kBfloat16Cosine = 2e-3;

class OnAGpu : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = load_cuda()) GTEST_SKIP() << "no GPU: " << *reason;
    configure_runtime();
    gpu_ = c10::Device(c10::kCUDA, 0);
    asbench::testing::write_seeded_checkpoint(folder_.path(), kDino,
                                              asbench::testing::CheckpointSize::tiny);
    checkpoint_ = open_checkpoint(kDino, default_weight_folders(folder_.path()));
    levels_ = at::arange(9 * 224 * 224 * 3, at::kInt)
                  .mul_(37)
                  .remainder_(251)
                  .to(at::kByte)
                  .view({9, 224, 224, 3});
  }

  [[nodiscard]] std::unique_ptr<ImageEncoder> encoder(c10::Device device,
                                                      Precision precision = Precision::fp32) const {
    return load_image_encoder(checkpoint_, {.device = device, .precision = precision});
  }

  /// Through the queue, as a run does it.
  [[nodiscard]] at::Tensor through(DeviceQueue& queue, const ImageEncoder& encoder,
                                   const at::Tensor& levels) const {
    at::Tensor input = queue.host_memory(levels.sizes(), at::kByte);
    input.copy_(levels);
    at::Tensor output = queue.host_memory({levels.size(0), encoder.info().dim}, at::kFloat);
    queue
        .submit(
            {input, [&](const at::Tensor& there) { return encoder.encode_levels(there); }, output})
        ->wait();
    return output.clone();
  }

  static constexpr const char* kDino = "facebook/dino-vitb16";
  asbench::testing::TemporaryFolder folder_;
  Checkpoint checkpoint_;
  c10::Device gpu_ = c10::kCPU;
  at::Tensor levels_;
  Profile profile_ = named_profile("dino-eval");
};

TEST_F(OnAGpu, FeaturesAreThoseOfTheCpu) {
  const auto queue = make_cuda_queue(gpu_);
  const at::Tensor features = through(*queue, *encoder(gpu_), levels_);
  EXPECT_LE(feature_distance(features, encoder(c10::kCPU)->encode_levels(levels_)),
            kFloat32Distance);
}

TEST_F(OnAGpu, DreamSimsEmbeddingsAreThoseOfTheCpu) {
  constexpr const char* kDreamSim = "ssundaram21/dreamsim-ensemble";
  asbench::testing::write_seeded_checkpoint(folder_.path(), kDreamSim,
                                            asbench::testing::CheckpointSize::tiny);
  const Checkpoint dreamsim = open_checkpoint(kDreamSim, default_weight_folders(folder_.path()));
  const auto queue = make_cuda_queue(gpu_);
  const auto there = load_image_encoder(dreamsim, {.device = gpu_});
  const at::Tensor features = through(*queue, *there, levels_);
  EXPECT_LE(feature_distance(features, load_image_encoder(dreamsim)->encode_levels(levels_)),
            kFloat32Distance);
}

TEST_F(OnAGpu, TheSameBatchGivesTheSameBits) {
  const auto queue = make_cuda_queue(gpu_);
  const auto network = encoder(gpu_);
  const at::Tensor once = through(*queue, *network, levels_);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(at::equal(through(*queue, *network, levels_), once));
}

TEST_F(OnAGpu, PicturesAreScaledAsOnTheCpuBitForBit) {
  const LevelTable here(profile_, c10::kCPU);
  const LevelTable there(profile_, gpu_);
  EXPECT_TRUE(at::equal(there.values_of(levels_.to(gpu_)).cpu(), here.values_of(levels_)));
}

TEST_F(OnAGpu, BatchesUnderWayDoNotDisturbEachOther) {
  const auto queue = make_cuda_queue(gpu_);
  const auto network = encoder(gpu_);
  const at::Tensor other = 255 - levels_;
  const at::Tensor expected = through(*queue, *network, levels_);
  const at::Tensor expected_other = through(*queue, *network, other);
  for (int round = 0; round < 10; ++round) {
    std::vector<std::unique_ptr<DeviceTicket>> tickets;
    std::vector<at::Tensor> outputs;
    for (int i = 0; i < 3; ++i) {
      at::Tensor input = queue->host_memory(levels_.sizes(), at::kByte);
      input.copy_(i == 1 ? other : levels_);
      outputs.push_back(queue->host_memory({9, network->info().dim}, at::kFloat));
      tickets.push_back(queue->submit(
          {input, [&](const at::Tensor& there) { return network->encode_levels(there); },
           outputs.back()}));
    }
    for (auto& ticket : tickets) ticket->wait();
    EXPECT_TRUE(at::equal(outputs[0], expected));
    EXPECT_TRUE(at::equal(outputs[1], expected_other));
    EXPECT_TRUE(at::equal(outputs[2], expected));
  }
}

TEST_F(OnAGpu, Bfloat16IsNearFloat32) {
  const auto queue = make_cuda_queue(gpu_);
  const at::Tensor exact = through(*queue, *encoder(gpu_), levels_);
  const at::Tensor rounded = through(*queue, *encoder(gpu_, Precision::bf16), levels_);
  EXPECT_GE(at::cosine_similarity(exact, rounded).min().item<double>(), 1.0 - kBfloat16Cosine);
}

TEST_F(OnAGpu, ATensorThatDoesNotFitIsOutOfMemoryAndNoMore) {
  const auto queue = make_cuda_queue(gpu_);
  const auto network = encoder(gpu_);
  const at::Tensor input = queue->host_memory({1}, at::kByte);
  const at::Tensor output = queue->host_memory({1}, at::kFloat);
  const auto too_much = [&](const at::Tensor&) {
    return at::empty({std::int64_t{1} << 42U}, at::TensorOptions(gpu_).dtype(at::kFloat));
  };
  try {
    static_cast<void>(queue->submit({input, too_much, output}));
    FAIL();
  } catch (...) {
    EXPECT_THROW(rethrow_torch_error("test"), DeviceOutOfMemory);
  }
  queue->release_memory();
  EXPECT_EQ(through(*queue, *network, levels_).size(0), 9) << "the queue goes on";
}

}  // namespace
}  // namespace asbench::models
