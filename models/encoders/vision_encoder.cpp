#include "models/encoders/vision_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
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
  VisionEncoder(EncoderInfo info, VisionTower tower, c10::Device device)
      : info_(std::move(info)), tower_(std::move(tower)), device_(device) {}

  [[nodiscard]] const EncoderInfo& info() const override { return info_; }

  [[nodiscard]] at::Tensor encode_images(const at::Tensor& pixels) const override {
    check(pixels);
    try {
      const InferenceScope scope;
      return device_.is_cpu() ? encode_on_cpu(pixels)
                              : run(tower_, pixels.to(device_),
                                    tower_.positions_for(pixels.size(2), pixels.size(3)))
                                    .cpu();
    } catch (...) {
      rethrow_torch_error(fmt::format("{}: encoding pictures {}", info_.id, describe(pixels)));
    }
  }

 private:
  void check(const at::Tensor& pixels) const {
    const std::int64_t patch = tower_.patches.patch;
    if (pixels.dim() != 4 || pixels.size(1) != 3 || pixels.scalar_type() != at::kFloat ||
        pixels.size(2) < patch || pixels.size(3) < patch || !pixels.device().is_cpu()) {
      throw BadInput(fmt::format(
          "{}: pictures must be float [N, 3, H, W] on the CPU with sides of at least {}, not {}",
          info_.id, patch, describe(pixels)));
    }
  }

  [[nodiscard]] at::Tensor encode_on_cpu(const at::Tensor& pixels) const {
    const at::Tensor positions = tower_.positions_for(pixels.size(2), pixels.size(3));
    at::Tensor features = at::empty({pixels.size(0), info_.dim});
    parallel_chunks(pixels.size(0), piece_size(pixels.size(0), positions.size(0)),
                    [&](std::int64_t begin, std::int64_t end) {
                      features.narrow(0, begin, end - begin)
                          .copy_(run(tower_, pixels.narrow(0, begin, end - begin), positions));
                    });
    return features;
  }

  EncoderInfo info_;
  VisionTower tower_;
  c10::Device device_;
};

}  // namespace

std::unique_ptr<ImageEncoder> make_vision_encoder(EncoderInfo info, VisionTower tower,
                                                  c10::Device device) {
  return std::make_unique<VisionEncoder>(std::move(info), std::move(tower), device);
}

}  // namespace asbench::models
