#include "features/queue_size.h"

#include <algorithm>

#include "core/threads.h"
#include "features/batch_ladder.h"

namespace asbench::features {
namespace {

constexpr std::size_t kLeast = std::size_t{64} * 3 * 224 * 224 * sizeof(float);
constexpr std::size_t kMost = std::size_t{512} << 20U;
/// A thread adds the frames of one clip at a time.
constexpr std::size_t kPicturesPerThread = 8;
/// What a CPU's batch grows to (batch_size.h).
constexpr int kPicturesPerCore = 16;

std::size_t as_size(int value) {
  return static_cast<std::size_t>(std::max(0, value));
}

}  // namespace

std::size_t queue_bytes(const ExtractionPlan& plan, const QueueNeeds& needs) {
  const int unknown =
      needs.levels ? BatchLadder::kLargest : kPicturesPerCore * static_cast<int>(cores_at_hand());
  const std::size_t batch = as_size(needs.batch > 0 ? needs.batch : unknown);
  const std::size_t ahead = kPicturesPerThread * as_size(needs.decode_threads);
  std::size_t bytes = 0;
  for (const auto& use : plan.encoders) {
    if (!use.images) continue;
    // A size that depends on the picture: somewhat more than the usual square.
    const std::size_t pixels = use.profile.output_height > 0 ? as_size(use.profile.output_height) *
                                                                   as_size(use.profile.output_width)
                                                             : std::size_t{224} * 400;
    const bool levels = needs.levels && travels_as_levels(use);
    const std::size_t picture = 3 * pixels * (levels ? sizeof(std::uint8_t) : sizeof(float));
    bytes += (batch + ahead) * picture;
  }
  // Frames have a size of their own: that of usual videos.
  constexpr std::size_t kTriple = std::size_t{3} * 3 * 480 * 720;
  if (plan.interpolator) bytes += (cores_at_hand() + as_size(needs.decode_threads)) * kTriple;
  return std::clamp(bytes, kLeast, kMost);
}

}  // namespace asbench::features
