#pragma once

#include <cstdint>
#include <vector>

namespace asbench::models {

/// Frames [begin, begin + count) that the VAE takes at once.
struct FrameBatch {
  std::int64_t begin = 0;
  std::int64_t count = 0;
};

/// Latents that the decoder takes at once, and frames that the encoder does. Group normalisation
/// sees one batch, so these numbers are part of the result and no setting.
inline constexpr std::int64_t kLatentsPerBatch = 2;
inline constexpr std::int64_t kFramesPerBatch = 8;

/// Batches of `size`, the first with what is left over besides: 13 by 2 is 3, 2, 2, 2, 2, 2. Fewer
/// than `size` frames are one batch. docs/design/animeshootergen.md 4.8.
/// @param frames >= 1, size >= 1
[[nodiscard]] std::vector<FrameBatch> frame_batches(std::int64_t frames, std::int64_t size);

/// Frames that decoding gives: with two levels 4 (T - 1) + 1 for odd T, 4 T for even T.
/// @param levels  upsamplers that double time
[[nodiscard]] std::int64_t decoded_frames(std::int64_t latent_frames, std::int64_t levels);

/// Latent frames that encoding gives: 49 frames 13, 17 frames 5, 1 frame 1.
/// @param levels  downsamplers that halve time
[[nodiscard]] std::int64_t encoded_frames(std::int64_t frames, std::int64_t levels);

/// What one upsampler in time makes of a batch: of an odd number above 1 the first frame stays one
/// and the others are doubled, of an even number all are doubled, a single frame stays.
[[nodiscard]] std::int64_t doubled_frames(std::int64_t frames);

/// What one downsampler in time makes of a batch: of an odd number the first frame stays, the
/// others are averaged in pairs.
[[nodiscard]] std::int64_t halved_frames(std::int64_t frames);

}  // namespace asbench::models
