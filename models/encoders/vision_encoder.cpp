#include "models/encoders/vision_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <utility>

#include "models/encoders/level_table.h"
#include "models/encoders/picture_pieces.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

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
    check_pictures(pixels, info_.id, tower_.patches.patch);
  }

  [[nodiscard]] std::string failing(const at::Tensor& input) const {
    return fmt::format("{} on {}: encoding pictures {}", info_.id, placement_.device.str(),
                       describe_pictures(input));
  }

  /// The batch as it comes, from its first to its last operation. @param pixels  on the device
  [[nodiscard]] at::Tensor encode_whole(const at::Tensor& pixels) const {
    return run(tower_, pixels.to(placement_.dtype),
               tower_.positions_for(pixels.size(2), pixels.size(3)))
        .to(at::kFloat);
  }

  [[nodiscard]] at::Tensor encode_on_cpu(const at::Tensor& pixels) const {
    const at::Tensor positions = tower_.positions_for(pixels.size(2), pixels.size(3));
    return encode_in_pieces(
        pixels, {tower_.tokens(pixels.size(2), pixels.size(3)), info_.dim,
                 [&](const at::Tensor& piece) { return run(tower_, piece, positions); }});
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
