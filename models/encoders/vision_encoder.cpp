#include "models/encoders/vision_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "models/encoders/level_table.h"
#include "models/layers/parallel.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

// On the CPU a thread takes several pictures at a time, so that its matrix products are tall enough
// to run at full speed and the activations between them still fit its share of the cache.
constexpr std::int64_t kTokensPerPiece = 800;

std::int64_t piece_size(std::int64_t count, std::int64_t tokens) {
  const std::int64_t share = (count + thread_count() - 1) / thread_count();
  return std::clamp<std::int64_t>(share, 1, std::max<std::int64_t>(1, kTokensPerPiece / tokens));
}

std::string describe(const at::Tensor& tensor) {
  return fmt::format("{} [{}]", std::string(tensor.dtype().name()),
                     fmt::join(tensor.sizes().vec(), ", "));
}

class VisionEncoder final : public ImageEncoder {
 public:
  VisionEncoder(EncoderInfo info, VisionTower tower, const Placement& placement)
      : info_(std::move(info)),
        tower_(std::move(tower)),
        placement_(placement),
        levels_(info_.profile, placement.device) {}

  [[nodiscard]] const EncoderInfo& info() const override { return info_; }

  [[nodiscard]] at::Tensor encode_images(const at::Tensor& pixels) const override {
    check(pixels);
    try {
      const InferenceScope scope;
      return placement_.own_kernels ? encode_on_cpu(pixels)
                                    : encode_whole(pixels.to(placement_.device)).cpu();
    } catch (...) {
      rethrow_torch_error(failing(pixels));
    }
  }

  [[nodiscard]] at::Tensor encode_levels(const at::Tensor& levels) const override {
    try {
      const InferenceScope scope;
      const at::Tensor pixels = levels_.values_of(levels);
      check(pixels);
      return placement_.own_kernels ? encode_on_cpu(pixels) : encode_whole(pixels);
    } catch (...) {
      rethrow_torch_error(failing(levels));
    }
  }

 private:
  void check(const at::Tensor& pixels) const {
    const std::int64_t patch = tower_.patches.patch;
    if (pixels.dim() != 4 || pixels.size(1) != 3 || pixels.scalar_type() != at::kFloat ||
        pixels.size(2) < patch || pixels.size(3) < patch) {
      throw BadInput(
          fmt::format("{}: pictures must be float [N, 3, H, W] with sides of at least {}, not {}",
                      info_.id, patch, describe(pixels)));
    }
  }

  [[nodiscard]] std::string failing(const at::Tensor& input) const {
    return fmt::format("{} on {}: encoding pictures {}", info_.id, placement_.device.str(),
                       describe(input));
  }

  /// The batch as it comes, from its first to its last operation. @param pixels  on the device
  [[nodiscard]] at::Tensor encode_whole(const at::Tensor& pixels) const {
    return run(tower_, pixels.to(placement_.dtype),
               tower_.positions_for(pixels.size(2), pixels.size(3)))
        .to(at::kFloat);
  }

  [[nodiscard]] at::Tensor encode_on_cpu(const at::Tensor& pixels) const {
    const at::Tensor positions = tower_.positions_for(pixels.size(2), pixels.size(3));
    at::Tensor features = at::empty({pixels.size(0), info_.dim});
    const std::int64_t tokens = tower_.tokens(pixels.size(2), pixels.size(3));
    parallel_chunks(pixels.size(0), piece_size(pixels.size(0), tokens),
                    [&](std::int64_t begin, std::int64_t end) {
                      features.narrow(0, begin, end - begin)
                          .copy_(run(tower_, pixels.narrow(0, begin, end - begin), positions));
                    });
    return features;
  }

  EncoderInfo info_;
  VisionTower tower_;
  Placement placement_;
  LevelTable levels_;
};

}  // namespace

std::unique_ptr<ImageEncoder> make_vision_encoder(EncoderInfo info, VisionTower tower,
                                                  const Placement& placement) {
  return std::make_unique<VisionEncoder>(std::move(info), std::move(tower), placement);
}

}  // namespace asbench::models
