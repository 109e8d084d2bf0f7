#include "models/encoders/dreamsim_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "models/encoders/level_table.h"
#include "models/encoders/picture_pieces.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

class DreamSimEncoder final : public ImageEncoder {
 public:
  DreamSimEncoder(EncoderInfo info, DreamSim network, std::int64_t side, const Placement& placement)
      : info_(std::move(info)),
        network_(std::move(network)),
        side_(side),
        placement_(placement),
        levels_(info_.profile, placement.device) {
    for (const DreamSim::Branch& branch : network_.branches) {
      tokens_ = std::max(tokens_, branch.tower.positions.size(0));
    }
  }

  [[nodiscard]] const EncoderInfo& info() const override { return info_; }

  [[nodiscard]] at::Tensor encode_images(const at::Tensor& pixels) const override {
    check(pixels);
    try {
      const InferenceScope scope;
      return placement_.own_kernels ? encode_on_cpu(pixels)
                                    : run(network_, pixels.to(placement_.device)).cpu();
    } catch (...) {
      rethrow_torch_error(failing(pixels));
    }
  }

  [[nodiscard]] at::Tensor encode_levels(const at::Tensor& levels) const override {
    try {
      const InferenceScope scope;
      const at::Tensor pixels = levels_.values_of(levels);
      check(pixels);
      return placement_.own_kernels ? encode_on_cpu(pixels) : run(network_, pixels);
    } catch (...) {
      rethrow_torch_error(failing(levels));
    }
  }

 private:
  void check(const at::Tensor& pixels) const {
    check_pictures(pixels, info_.id, side_);
    if (pixels.size(2) != side_ || pixels.size(3) != side_) {
      throw BadInput(
          fmt::format("{}: pictures must be {} x {} pixels, not {}: DreamSim is defined "
                      "for this size alone",
                      info_.id, side_, side_, describe_pictures(pixels)));
    }
  }

  [[nodiscard]] std::string failing(const at::Tensor& input) const {
    return fmt::format("{} on {}: encoding pictures {}", info_.id, placement_.device.str(),
                       describe_pictures(input));
  }

  [[nodiscard]] at::Tensor encode_on_cpu(const at::Tensor& pixels) const {
    return encode_in_pieces(pixels, {tokens_, info_.dim, [&](const at::Tensor& piece) {
                                       return run(network_, piece);
                                     }});
  }

  EncoderInfo info_;
  DreamSim network_;
  std::int64_t side_;
  std::int64_t tokens_ = 0;  ///< of the branch with most
  Placement placement_;
  LevelTable levels_;
};

}  // namespace

std::unique_ptr<ImageEncoder> make_dreamsim_encoder(EncoderInfo info, DreamSim network,
                                                    std::int64_t side, const Placement& placement) {
  return std::make_unique<DreamSimEncoder>(std::move(info), std::move(network), side, placement);
}

}  // namespace asbench::models
