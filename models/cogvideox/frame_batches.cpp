#include "models/cogvideox/frame_batches.h"

namespace asbench::models {

std::vector<FrameBatch> frame_batches(std::int64_t frames, std::int64_t size) {
  if (frames < size) return {{0, frames}};
  std::vector<FrameBatch> batches = {{0, size + frames % size}};
  for (std::int64_t begin = batches.front().count; begin < frames; begin += size) {
    batches.push_back({begin, size});
  }
  return batches;
}

std::int64_t doubled_frames(std::int64_t frames) {
  return frames % 2 == 1 ? 2 * frames - 1 : 2 * frames;
}

std::int64_t halved_frames(std::int64_t frames) {
  return (frames + 1) / 2;
}

std::int64_t decoded_frames(std::int64_t latent_frames, std::int64_t levels) {
  std::int64_t total = 0;
  for (const FrameBatch& batch : frame_batches(latent_frames, kLatentsPerBatch)) {
    std::int64_t frames = batch.count;
    for (std::int64_t level = 0; level < levels; ++level) frames = doubled_frames(frames);
    total += frames;
  }
  return total;
}

std::int64_t encoded_frames(std::int64_t frames, std::int64_t levels) {
  std::int64_t total = 0;
  for (const FrameBatch& batch : frame_batches(frames, kFramesPerBatch)) {
    std::int64_t latents = batch.count;
    for (std::int64_t level = 0; level < levels; ++level) latents = halved_frames(latents);
    total += latents;
  }
  return total;
}

}  // namespace asbench::models
