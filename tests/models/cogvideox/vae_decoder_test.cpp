// What holds for every decoder: frame counts, batches, caches, tiles, threads, errors. Values are
// compared with diffusers' in vae_golden_test.cpp.
#include "models/cogvideox/vae_decoder.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/cogvideox/frame_batches.h"
#include "models/layers/runtime.h"
#include "tests/models/cogvideox/vae_golden.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

constexpr double kThreadTolerance = 1e-5;    // relative; another order of additions in convolutions
constexpr double kBfloat16Tolerance = 5e-2;  // relative; 8 bits in each of some 60 layers

class VaeDecoderTest : public ::testing::Test {
 protected:
  VaeDecoderTest()
      : golden_(read_vae_golden()), decoder_(load_vae_decoder(golden_.checkpoint, c10::kCPU)) {}

  /// [1, 4, T, h, w]; other values for another seed.
  static at::Tensor latents(std::int64_t frames, std::int64_t height, std::int64_t width,
                            int seed = 0) {
    return wave({1, 4, frames, height, width}, 0.618034 + 0.1 * seed);
  }

  VaeGolden golden_;
  VaeDecoder decoder_;
};

double difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

TEST(FrameBatches, PutWhatIsLeftOverIntoTheFirst) {
  const auto counts = [](std::int64_t frames, std::int64_t size) {
    std::vector<std::int64_t> result;
    std::int64_t next = 0;
    for (const FrameBatch& batch : frame_batches(frames, size)) {
      EXPECT_EQ(batch.begin, next);
      next += batch.count;
      result.push_back(batch.count);
    }
    EXPECT_EQ(next, frames);
    return result;
  };
  using Counts = std::vector<std::int64_t>;
  EXPECT_EQ(counts(13, 2), (Counts{3, 2, 2, 2, 2, 2}));
  EXPECT_EQ(counts(1, 2), (Counts{1}));
  EXPECT_EQ(counts(2, 2), (Counts{2}));
  EXPECT_EQ(counts(3, 2), (Counts{3}));
  EXPECT_EQ(counts(4, 2), (Counts{2, 2}));
  EXPECT_EQ(counts(49, 8), (Counts{9, 8, 8, 8, 8, 8}));
  EXPECT_EQ(counts(7, 8), (Counts{7}));
  EXPECT_EQ(counts(23, 8), (Counts{15, 8}));
}

TEST(FrameBatches, CountTheFramesOfVideosAndLatents) {
  for (std::int64_t latents = 1; latents <= 21; ++latents) {
    EXPECT_EQ(decoded_frames(latents, 2), latents % 2 == 1 ? 4 * (latents - 1) + 1 : 4 * latents);
    EXPECT_EQ(decoded_frames(latents, 0), latents);
  }
  EXPECT_EQ(decoded_frames(13, 2), 49);
  for (std::int64_t k = 0; k <= 6; ++k) EXPECT_EQ(encoded_frames(8 * k + 1, 2), 2 * k + 1);
  EXPECT_EQ(encoded_frames(8, 2), 2);
  EXPECT_EQ(encoded_frames(10, 2), 3);
  EXPECT_EQ(encoded_frames(5, 1), 3);
}

TEST_F(VaeDecoderTest, GivesAsManyFramesAsTheBatchesSay) {
  for (std::int64_t frames = 1; frames <= 7; ++frames) {
    const at::Tensor video = decode_latents(decoder_, latents(frames, 1, 2));
    EXPECT_EQ(video.sizes().vec(),
              (std::vector<std::int64_t>{1, 3, decoded_frames(frames, 2), 8, 16}));
    EXPECT_EQ(video.scalar_type(), at::kFloat);
    EXPECT_TRUE(video.isfinite().all().item<bool>());
  }
}

TEST_F(VaeDecoderTest, ForgetsTheVideoBefore) {
  const at::Tensor first = latents(4, 2, 2);
  const at::Tensor second = latents(4, 2, 2, 3);
  const at::Tensor alone = decode_latents(decoder_, second);
  const at::Tensor before = decode_latents(decoder_, first);
  EXPECT_TRUE(at::equal(decode_latents(decoder_, second), alone));
  EXPECT_TRUE(at::equal(decode_latents(decoder_, first), before));
  EXPECT_FALSE(at::equal(alone, before));
}

TEST_F(VaeDecoderTest, RemembersEachVideoOfABatchByItself) {
  const at::Tensor both = at::cat({latents(5, 2, 3), latents(5, 2, 3, 3)});
  const at::Tensor video = decode_latents(decoder_, both);
  for (std::int64_t i = 0; i < 2; ++i) {
    EXPECT_LE(difference(video[i], decode_latents(decoder_, both.narrow(0, i, 1))[0]),
              kThreadTolerance);
  }
}

TEST_F(VaeDecoderTest, SeesNoLatentOfALaterBatch) {
  const at::Tensor one = latents(5, 2, 2);
  at::Tensor other = one.clone();
  other.narrow(2, 3, 2).neg_();
  const at::Tensor video = decode_latents(decoder_, one);
  const at::Tensor changed = decode_latents(decoder_, other);
  EXPECT_TRUE(at::equal(video.narrow(2, 0, 9), changed.narrow(2, 0, 9)));
  EXPECT_FALSE(at::equal(video.narrow(2, 9, 8), changed.narrow(2, 9, 8)));
}

TEST_F(VaeDecoderTest, LetsTheBatchBeforeShowInTheNext) {
  const at::Tensor one = latents(4, 2, 2);
  at::Tensor other = one.clone();
  other.narrow(2, 0, 2).neg_();
  EXPECT_GT(difference(decode_latents(decoder_, one).narrow(2, 8, 8),
                       decode_latents(decoder_, other).narrow(2, 8, 8)),
            1e-3);
}

TEST_F(VaeDecoderTest, HoldsNoCacheAfterTheLastBatch) {
  const InferenceScope scope;
  const at::Tensor z = latents(4, 2, 2).permute({0, 2, 3, 4, 1}).contiguous();
  FrameCaches caches(decoder_.caches);
  static_cast<void>(decode_batch(decoder_, z.narrow(1, 0, 2), caches));
  for (const at::Tensor& cache : caches.frames) {
    ASSERT_TRUE(cache.defined()) << "every causal convolution has a place of its own";
    EXPECT_EQ(cache.size(1), 2);
  }
  caches.last_batch = true;
  static_cast<void>(decode_batch(decoder_, z.narrow(1, 2, 2), caches));
  for (const at::Tensor& cache : caches.frames) EXPECT_FALSE(cache.defined());
}

TEST_F(VaeDecoderTest, HardlyDependsOnTheThreadCount) {
  const at::Tensor z = latents(4, 5, 6);
  configure_runtime(1);
  const at::Tensor one = decode_latents(decoder_, z);
  configure_runtime(2);
  const at::Tensor two = decode_latents(decoder_, z);
  configure_runtime();
  EXPECT_LE(difference(two, one), kThreadTolerance);
}

TEST_F(VaeDecoderTest, TakesLatentsOfAnyFloatingPointType) {
  const at::Tensor z = latents(2, 2, 2);
  EXPECT_TRUE(at::equal(decode_latents(decoder_, z.to(at::kDouble)), decode_latents(decoder_, z)));
}

TEST_F(VaeDecoderTest, RunsInBfloat16) {
  const VaeDecoder narrow = load_vae_decoder(golden_.checkpoint, {c10::kCPU, Precision::bf16});
  const at::Tensor z = latents(3, 2, 2);
  const at::Tensor video = decode_latents(narrow, z);
  EXPECT_EQ(video.scalar_type(), at::kFloat);
  EXPECT_LE(difference(video, decode_latents(decoder_, z)), kBfloat16Tolerance);
}

TEST_F(VaeDecoderTest, RunsWithoutTheCpusOwnProducts) {
  Placement as_gpu = c10::kCPU;
  as_gpu.own_kernels = false;
  const at::Tensor z = latents(3, 2, 2);
  EXPECT_LE(difference(decode_latents(load_vae_decoder(golden_.checkpoint, as_gpu), z),
                       decode_latents(decoder_, z)),
            kThreadTolerance);
}

// The golden's tiles: 12 x 5 latents, from one to the next 10 and 4, blends of 16 and 8 pixels.
TEST_F(VaeDecoderTest, DecodesEachTileAsAVideoOfItsOwn) {
  const at::Tensor z = latents(4, 14, 8);
  const at::Tensor tiled = decode_latents(decoder_, z, VaeTiling::on);
  ASSERT_EQ(tiled.sizes().vec(), (std::vector<std::int64_t>{1, 3, 16, 112, 64}));
  // The first tile up to where the next ones fade in.
  const at::Tensor first = decode_latents(decoder_, z.narrow(3, 0, 12).narrow(4, 0, 5));
  EXPECT_TRUE(
      at::equal(tiled.narrow(3, 0, 80).narrow(4, 0, 32), first.narrow(3, 0, 80).narrow(4, 0, 32)));
  // The last tile, beyond its own blends.
  const at::Tensor last = decode_latents(decoder_, z.narrow(3, 10, 4).narrow(4, 4, 4));
  EXPECT_TRUE(at::equal(tiled.narrow(3, 96, 16).narrow(4, 40, 24),
                        last.narrow(3, 16, 16).narrow(4, 8, 24)));
}

TEST_F(VaeDecoderTest, FadesTilesInOverNeighboursThatAreBlendedThemselves) {
  const at::Tensor z = latents(1, 14, 7);
  const at::Tensor tiled = decode_latents(decoder_, z, VaeTiling::on);
  // The first line of the lower tiles has weight 0: it is line 80 of the tiles above.
  const auto line_80 = [&](std::int64_t x, std::int64_t columns) {
    return decode_latents(decoder_, z.narrow(3, 0, 12).narrow(4, x, columns)).select(3, 80);
  };
  const at::Tensor left = line_80(0, 5).narrow(3, 32, 8);
  const at::Tensor right = line_80(4, 3).narrow(3, 0, 8);
  const at::Tensor share = at::arange(8, at::kFloat) / 8;
  const at::Tensor above = left * (1 - share) + right * share;  // blended in the upper row
  const at::Tensor expected = left * (1 - share) + above * share;
  EXPECT_LE(difference(tiled.select(3, 80).narrow(3, 32, 8), expected), kThreadTolerance);
  EXPECT_GT(difference(above, expected), 0.01) << "blends with what was there before would show";
}

TEST_F(VaeDecoderTest, UsesNoTilesForWhatFitsIntoOne) {
  const at::Tensor z = latents(2, 12, 5);
  EXPECT_TRUE(at::equal(decode_latents(decoder_, z, VaeTiling::on), decode_latents(decoder_, z)));
  const at::Tensor wider = latents(2, 3, 6);
  EXPECT_FALSE(
      at::equal(decode_latents(decoder_, wider, VaeTiling::on), decode_latents(decoder_, wider)));
}

TEST_F(VaeDecoderTest, RefusesTileSizesThatDontFit) {
  decoder_.config.sample_height = 48;  // 3 latents, stride 2: 16 pixels, but 20 are kept
  expect_error(
      [&] { static_cast<void>(decode_latents(decoder_, latents(1, 8, 8), VaeTiling::on)); },
      {"sample_height", "48", "16 pixels", "20 pixels", "cogvideox_vae"});
  EXPECT_NO_THROW(static_cast<void>(decode_latents(decoder_, latents(1, 8, 8))));
}

TEST_F(VaeDecoderTest, RefusesLatentsOfAnotherShape) {
  const auto decode = [&](const at::Tensor& z) {
    return [&, z] { static_cast<void>(decode_latents(decoder_, z)); };
  };
  // As the transformer has them, frames before channels.
  expect_error(decode(latents(3, 2, 2).transpose(1, 2)), {"[1, 3, 4, 2, 2]", "C = 4", "latents"});
  expect_error(decode(latents(3, 2, 2)[0]), {"[4, 3, 2, 2]", "[B, C, T, h, w]"});
  expect_error(decode(at::empty({1, 4, 0, 2, 2})), {"[1, 4, 0, 2, 2]"});
  expect_error(decode(latents(1, 2, 2).to(at::kLong)), {"Long", "floating-point"});
}

}  // namespace
}  // namespace asbench::models
