// The parts of the VAE by hand and against loops in double: causal convolution, spatial norm,
// upsampler, downsampler.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "models/cogvideox/causal_convolution.h"
#include "models/cogvideox/spatial_norm.h"
#include "models/cogvideox/vae_downsampler.h"
#include "models/cogvideox/vae_upsampler.h"
#include "tests/models/cogvideox/vae_golden.h"

namespace asbench::models {
namespace {

constexpr double kTolerance = 2e-6;

CausalConvolution make_causal(std::int64_t out, std::int64_t in, std::size_t cache, double step) {
  CausalConvolution convolution;
  convolution.layer.weight = wave({out, in, 3, 3, 3}, step) * 0.1;
  convolution.layer.bias = wave({out}, step);
  convolution.layer.padding = 1;
  convolution.cache = cache;
  move_to(convolution, c10::kCPU);
  return convolution;
}

at::Tensor run(const CausalConvolution& convolution, const at::Tensor& x, FrameCaches& caches) {
  at::Tensor room = room_for(x);
  newest_frames(room).copy_(x);
  return convolve(convolution, room, caches);
}

/// A kernel of one tap: the frame `past` before the newest, the pixel itself.
CausalConvolution tap(std::int64_t past) {
  CausalConvolution convolution;
  convolution.layer.weight = at::zeros({1, 1, 3, 3, 3});
  convolution.layer.weight[0][0][2 - past][1][1] = 1.0;
  convolution.layer.bias = at::zeros({1});
  convolution.layer.padding = 1;
  move_to(convolution, c10::kCPU);
  return convolution;
}

/// Frames of one pixel with these values.
at::Tensor film(const std::vector<float>& frames) {
  return at::tensor(frames).view({1, static_cast<std::int64_t>(frames.size()), 1, 1, 1});
}

std::vector<float> values(const at::Tensor& frames) {
  const at::Tensor flat = frames.flatten().contiguous();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

TEST(CausalConvolution, SeesTheFirstFrameBeforeItselfAndLaterThePastBatch) {
  using Values = std::vector<float>;
  for (std::int64_t past = 0; past <= 2; ++past) {
    const CausalConvolution convolution = tap(past);
    FrameCaches caches(1);
    Values seen;
    // Also a batch of one frame: its cache is half of the batch before.
    for (const Values& batch : {Values{1, 2, 3}, Values{4}, Values{5}, Values{6, 7}}) {
      const Values part = values(run(convolution, film(batch), caches));
      seen.insert(seen.end(), part.begin(), part.end());
    }
    const Values expected = past == 0   ? Values{1, 2, 3, 4, 5, 6, 7}
                            : past == 1 ? Values{1, 1, 2, 3, 4, 5, 6}
                                        : Values{1, 1, 1, 2, 3, 4, 5};
    EXPECT_EQ(seen, expected) << past << " frames before";
  }
}

TEST(CausalConvolution, StacksGiveTheSameInBatchesAsInOnePass) {
  const std::vector<CausalConvolution> stack = {
      make_causal(5, 3, 0, 0.31), make_causal(5, 5, 1, 0.41), make_causal(2, 5, 2, 0.53)};
  const auto pass = [&](at::Tensor x, FrameCaches& caches) {
    for (const CausalConvolution& convolution : stack) x = run(convolution, x, caches);
    return x;
  };
  const at::Tensor video = wave({2, 10, 6, 7, 3});
  FrameCaches whole_caches(stack.size());
  whole_caches.last_batch = true;
  const at::Tensor whole = pass(video, whole_caches);
  for (const std::vector<std::int64_t>& batches :
       {std::vector<std::int64_t>{3, 2, 2, 3}, {1, 1, 8}, {9, 1}}) {
    FrameCaches caches(stack.size());
    std::vector<at::Tensor> parts;
    std::int64_t done = 0;
    for (const std::int64_t count : batches) {
      caches.last_batch = done + count == video.size(1);
      parts.push_back(pass(video.narrow(1, done, count), caches));
      done += count;
    }
    EXPECT_LE((at::cat(parts, 1) - whole).abs().max().item<double>(), kTolerance);
  }
}

/// Group normalisation, and the latents resized to x's size, nearest, and projected: in double.
at::Tensor naive_norm(const at::Tensor& x, const at::Tensor& z, const SpatialNorm& norm,
                      const at::Tensor& weight, const at::Tensor& bias) {
  const std::int64_t channels = x.size(4);
  const std::int64_t width = channels / norm.norm_layer.groups;
  at::Tensor y = x.to(at::kDouble).clone();
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    for (std::int64_t g = 0; g < norm.norm_layer.groups; ++g) {
      at::Tensor group = y[n].narrow(-1, g * width, width);
      const at::Tensor mean = group.mean();
      const at::Tensor deviation = ((group - mean).square().mean() + norm.norm_layer.eps).sqrt();
      group.copy_((group - mean) / deviation);
    }
    for (std::int64_t t = 0; t < x.size(1); ++t) {
      // Of an odd number of frames the first stands for the first latent frame.
      const bool split = x.size(1) > 1 && x.size(1) % 2 == 1;
      const std::int64_t frame = !split   ? t * z.size(1) / x.size(1)
                                 : t == 0 ? 0
                                          : 1 + (t - 1) * (z.size(1) - 1) / (x.size(1) - 1);
      for (std::int64_t r = 0; r < x.size(2); ++r) {
        for (std::int64_t c = 0; c < x.size(3); ++c) {
          const at::Tensor latent =
              z[n][frame][r * z.size(2) / x.size(2)][c * z.size(3) / x.size(3)].to(at::kDouble);
          const at::Tensor factors = weight.to(at::kDouble).mv(latent) + bias;
          at::Tensor pixel = y[n][t][r][c];
          pixel.mul_(norm.norm_layer.weight).add_(norm.norm_layer.bias);
          pixel.mul_(factors.narrow(0, 0, channels)).add_(factors.narrow(0, channels, channels));
        }
      }
    }
  }
  return y;
}

class SpatialNormTest : public ::testing::Test {
 protected:
  SpatialNormTest() {
    norm_.norm_layer = {wave({6}, 0.3) + 2, wave({6}, 0.4), 2, 1e-6};
    weight_ = wave({12, 4}, 0.7) * 0.5;
    bias_ = wave({12}, 0.9);
    Linear layer;
    layer.weight = weight_;
    layer.bias = bias_;
    norm_.from_latents = layer;
    plain_ = norm_;
    move_to(norm_, c10::kCPU);
  }

  void expect_naive(const at::Tensor& x, const at::Tensor& z) const {
    at::Tensor room = room_for(x);
    at::Tensor out = newest_frames(room);
    normalise_into(out, x, z, norm_);
    const at::Tensor expected = naive_norm(x, z, plain_, weight_, bias_);
    EXPECT_LE(((out - expected).abs().max() / expected.abs().max()).item<double>(), kTolerance)
        << x.sizes() << " with latents " << z.sizes();
  }

  SpatialNorm norm_, plain_;
  at::Tensor weight_, bias_;
};

TEST_F(SpatialNormTest, MatchesTheNaiveFormForEveryNumberOfFrames) {
  expect_naive(wave({2, 9, 4, 6, 6}), wave({2, 3, 2, 3, 4}));  // 3 latents: 1 + 8 frames
  expect_naive(wave({2, 8, 4, 6, 6}), wave({2, 2, 2, 3, 4}));
  expect_naive(wave({2, 1, 4, 6, 6}), wave({2, 1, 2, 3, 4}));
  expect_naive(wave({1, 3, 2, 3, 6}), wave({1, 3, 2, 3, 4}));  // sizes before any upsampler
}

TEST_F(SpatialNormTest, ShowsItsEpsForSmallValues) {
  const at::Tensor x = wave({1, 2, 4, 6, 6}) * 1e-3;
  const at::Tensor z = wave({1, 2, 2, 3, 4});
  expect_naive(x, z);
  SpatialNorm other = plain_;
  other.norm_layer.eps = 1e-5;
  EXPECT_GT((naive_norm(x, z, plain_, weight_, bias_) - naive_norm(x, z, other, weight_, bias_))
                .abs()
                .max()
                .item<double>(),
            0.1);
}

TEST_F(SpatialNormTest, IsTheGroupNormAloneWithoutLatents) {
  SpatialNorm encoder = norm_;
  encoder.from_latents.reset();
  const at::Tensor x = wave({1, 2, 4, 6, 6});
  at::Tensor y = at::empty_like(x);
  normalise_into(y, x, {}, encoder);
  at::Tensor expected = at::empty_like(x);
  group_norm_into(expected, x, norm_.norm_layer);
  EXPECT_TRUE(at::equal(y, expected));
}

/// A 3 x 3 kernel of one tap, on one channel.
Convolution frame_tap(std::int64_t row, std::int64_t column) {
  Convolution convolution;
  convolution.weight = at::zeros({1, 1, 3, 3});
  convolution.weight[0][0][row][column] = 1.0;
  convolution.bias = at::zeros({1});
  return convolution;
}

TEST(VaeUpsampler, DoublesFramesByTheirNumber) {
  using Values = std::vector<float>;
  VaeUpsampler upsampler{frame_tap(1, 1), true};
  upsampler.conv.padding = 1;
  move_to(upsampler, c10::kCPU);
  const auto frames_of = [&](const Values& frames) {
    const at::Tensor out = apply(upsampler, film(frames));
    EXPECT_EQ(out.size(2), 2);
    EXPECT_EQ(out.size(3), 2);
    return values(out.select(2, 1).select(2, 1));
  };
  EXPECT_EQ(frames_of({1}), (Values{1}));
  EXPECT_EQ(frames_of({1, 2}), (Values{1, 1, 2, 2}));
  EXPECT_EQ(frames_of({1, 2, 3}), (Values{1, 2, 2, 3, 3}));
  EXPECT_EQ(frames_of({1, 2, 3, 4}), (Values{1, 1, 2, 2, 3, 3, 4, 4}));
  upsampler.doubles_time = false;
  EXPECT_EQ(frames_of({1, 2, 3}), (Values{1, 2, 3}));
}

TEST(VaeUpsampler, RepeatsPixelsBeforeTheConvolution) {
  VaeUpsampler upsampler{frame_tap(0, 2), false};  // the pixel above and to the right
  upsampler.conv.padding = 1;
  move_to(upsampler, c10::kCPU);
  const at::Tensor picture = at::arange(6, at::kFloat).add_(1).view({1, 1, 2, 3, 1});
  const at::Tensor out = apply(upsampler, picture).view({4, 6});
  for (std::int64_t r = 0; r < 4; ++r) {
    for (std::int64_t c = 0; c < 6; ++c) {
      const bool outside = r == 0 || c == 5;
      const double expected =
          outside ? 0.0 : picture.view({2, 3})[(r - 1) / 2][(c + 1) / 2].item<double>();
      EXPECT_EQ(out[r][c].item<double>(), expected) << r << " " << c;
    }
  }
}

TEST(VaeDownsampler, AveragesFramesInPairsAfterAnOddFirst) {
  using Values = std::vector<float>;
  VaeDownsampler downsampler{frame_tap(0, 0), true};
  downsampler.conv.stride = 2;
  move_to(downsampler, c10::kCPU);
  const auto frames_of = [&](const Values& frames) {
    const at::Tensor wide = film(frames).expand({1, -1, 2, 2, 1}).contiguous();
    return values(apply(downsampler, wide));
  };
  EXPECT_EQ(frames_of({1}), (Values{1}));
  EXPECT_EQ(frames_of({1, 4}), (Values{2.5}));
  EXPECT_EQ(frames_of({1, 4, 6}), (Values{1, 5}));
  EXPECT_EQ(frames_of({1, 4, 6, 8}), (Values{2.5, 7}));
  downsampler.halves_time = false;
  EXPECT_EQ(frames_of({1, 4, 6}), (Values{1, 4, 6}));
}

TEST(VaeDownsampler, PadsAtTheRightAndTheBottomOnly) {
  const at::Tensor picture = at::arange(20, at::kFloat).add_(1).view({1, 1, 4, 5, 1});
  for (std::int64_t row = 0; row < 3; ++row) {
    for (std::int64_t column = 0; column < 3; ++column) {
      VaeDownsampler downsampler{frame_tap(row, column), false};
      downsampler.conv.stride = 2;
      move_to(downsampler, c10::kCPU);
      const at::Tensor out = apply(downsampler, picture);
      ASSERT_EQ(out.sizes().vec(), (std::vector<std::int64_t>{1, 1, 2, 2, 1}));
      for (std::int64_t r = 0; r < 2; ++r) {
        for (std::int64_t c = 0; c < 2; ++c) {
          const std::int64_t y = 2 * r + row;
          const std::int64_t x = 2 * c + column;
          const double expected = y < 4 && x < 5 ? picture.view({4, 5})[y][x].item<double>() : 0.0;
          EXPECT_EQ(out.view({2, 2})[r][c].item<double>(), expected);
        }
      }
    }
  }
}

}  // namespace
}  // namespace asbench::models
