// Same picture, same bits: whatever its neighbours, its place in the batch, the size of the batch
// and the thread count. See Note [A row's bits] in models/kernels/float_product_body.h for why.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "models/encoders/encoder.h"
#include "models/layers/runtime.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

at::Tensor pictures(std::int64_t count) {
  return at::arange(count * 3 * 224 * 224, at::kFloat)
      .mul_(0.618034)
      .frac_()
      .mul_(4)
      .sub_(2)
      .view({count, 3, 224, 224});
}

void expect_same(const at::Tensor& value, const at::Tensor& reference, const std::string& what) {
  EXPECT_TRUE(at::equal(value, reference))
      << what << ": features up to " << feature_distance(value, reference) << " apart";
}

class Determinism : public ::testing::TestWithParam<const char*> {
 protected:
  Determinism() {
    asbench::testing::write_seeded_checkpoint(folder_.path(), GetParam(),
                                              asbench::testing::CheckpointSize::tiny);
    checkpoint_ = open_checkpoint(GetParam(), default_weight_folders(folder_.path()));
    encoder_ = load_image_encoder(checkpoint_);
  }
  ~Determinism() override { configure_runtime(); }

  asbench::testing::TemporaryFolder folder_;
  Checkpoint checkpoint_;
  std::unique_ptr<ImageEncoder> encoder_;
};

TEST_P(Determinism, DoesNotDependOnTheThreadCount) {
  const at::Tensor pixels = pictures(7);
  configure_runtime(1);
  const at::Tensor reference = encoder_->encode_images(pixels);
  for (const int threads : {2, 3, 5}) {
    configure_runtime(threads);
    expect_same(encoder_->encode_images(pixels), reference, std::to_string(threads) + " threads");
  }
}

TEST_P(Determinism, DoesNotDependOnTheBatchSizeOrThePlaceInIt) {
  constexpr std::int64_t kCount = 11;
  const at::Tensor pixels = pictures(kCount);
  configure_runtime(2);
  const at::Tensor reference = encoder_->encode_images(pixels);
  for (const std::int64_t batch : {1, 2, 3, 4, 8}) {
    for (std::int64_t begin = 0; begin < kCount; begin += batch) {
      const std::int64_t size = std::min(batch, kCount - begin);
      expect_same(encoder_->encode_images(pixels.narrow(0, begin, size)),
                  reference.narrow(0, begin, size),
                  "batches of " + std::to_string(batch) + " from " + std::to_string(begin));
    }
  }
}

TEST_P(Determinism, DoesNotDependOnTheNeighbours) {
  constexpr std::int64_t kCount = 8;
  const at::Tensor pixels = pictures(kCount);
  const at::Tensor reference = encoder_->encode_images(pixels);
  expect_same(encoder_->encode_images(pixels.flip(0)).flip(0), reference, "reversed order");
  at::Tensor padded = at::zeros_like(pixels);
  padded[5].copy_(pixels[2]);
  expect_same(encoder_->encode_images(padded).narrow(0, 5, 1), reference.narrow(0, 2, 1),
              "alone in a batch of zeros, elsewhere");
}

TEST_P(Determinism, GivesTheSameBitsEveryTime) {
  const at::Tensor pixels = pictures(6);
  const at::Tensor reference = encoder_->encode_images(pixels);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(at::equal(encoder_->encode_images(pixels), reference));
}

INSTANTIATE_TEST_SUITE_P(Tiny, Determinism,
                         ::testing::Values("openai/clip-vit-base-patch32", "facebook/dino-vitb16",
                                           "ssundaram21/dreamsim-ensemble"),
                         [](const auto& chosen) {
                           return chosen.param[0] == 'o'   ? std::string("clip")
                                  : chosen.param[0] == 'f' ? "dino"
                                                           : "dreamsim";
                         });

/// The families of networks that no seeded checkpoint has, on their goldens' weights.
class FamilyDeterminism : public ::testing::TestWithParam<const char*> {};

TEST_P(FamilyDeterminism, GivesAPictureTheSameBitsInEveryBatchOnAnyNumberOfThreads) {
  const EncoderGolden golden = read_encoder_golden(GetParam());
  const auto encoder = load_image_encoder(golden.checkpoint);
  // Not the golden's own size: the position table, where there is one, is stretched too.
  const at::Tensor pixels = pictures(9).narrow(2, 0, 45).narrow(3, 0, 58).contiguous();
  configure_runtime(1);
  const at::Tensor reference = encoder->encode_images(pixels);
  for (const int threads : {2, 5}) {
    configure_runtime(threads);
    expect_same(encoder->encode_images(pixels), reference, std::to_string(threads) + " threads");
    for (std::int64_t i = 0; i < pixels.size(0); ++i) {
      expect_same(encoder->encode_images(pixels.narrow(0, i, 1)), reference.narrow(0, i, 1),
                  "picture " + std::to_string(i) + " alone");
    }
  }
  configure_runtime();
}

INSTANTIATE_TEST_SUITE_P(Published, FamilyDeterminism,
                         ::testing::Values("dinov2_registers/mlp", "dinov2_registers/swiglu",
                                           "dinov3/mlp", "dinov3/gated", "siglip/base",
                                           "siglip/so400m", "open_clip_hf/bigg14"));

TEST(TextDeterminism, DoesNotDependOnTheOtherTextsOrTheThreadCount) {
  const asbench::testing::TemporaryFolder folder;
  constexpr const char* kClip = "openai/clip-vit-base-patch32";
  asbench::testing::write_seeded_checkpoint(folder.path(), kClip,
                                            asbench::testing::CheckpointSize::tiny);
  const auto encoder =
      load_text_encoder(open_checkpoint(kClip, default_weight_folders(folder.path())));
  const std::vector<std::string> texts = {"a cat", "a dog", "the fox runs",
                                          "a girl holds a small cat in the garden", "a bear"};
  configure_runtime(1);
  const at::Tensor reference = encoder->encode_texts(texts).features;
  configure_runtime(3);
  expect_same(encoder->encode_texts(texts).features, reference, "3 threads");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    expect_same(encoder->encode_texts({&texts[i], 1}).features,
                reference.narrow(0, static_cast<std::int64_t>(i), 1), texts[i]);
  }
  configure_runtime();
}

}  // namespace
}  // namespace asbench::models
