#pragma once

// Shared by the loaders of the VAE's two halves; not a public header.

#include <string>

#include "models/cogvideox/vae_config.h"
#include "models/cogvideox/vae_resnet.h"
#include "models/layers/placement.h"
#include "models/weights/checkpoint.h"
#include "models/weights/state_dict.h"

namespace asbench::models {

/// Takes the parts of a VAE from its weights and counts the caches that they need. Names are keys
/// of docs/design/animeshootergen.md 7.1 up to the part.
class VaeParts {
 public:
  enum class Half { encoder, decoder };

  VaeParts(StateDict& weights, const VaeConfig& config, Half half)
      : weights_(weights), config_(config), half_(half) {}

  [[nodiscard]] CausalConvolution causal(const std::string& name, std::int64_t out,
                                         std::int64_t in);
  /// A convolution of single frames, C to C.
  [[nodiscard]] Convolution of_frames(const std::string& name, std::int64_t channels);
  /// The decoder's spatial norm, or the encoder's norm alone.
  /// @param eps  of the encoder's; the spatial norm's is fixed
  [[nodiscard]] SpatialNorm norm(const std::string& name, std::int64_t channels, double eps);
  [[nodiscard]] VaeResnet resnet(const std::string& name, std::int64_t out, std::int64_t in);

  [[nodiscard]] std::size_t caches() const { return caches_; }

 private:
  [[nodiscard]] Linear pointwise(const std::string& name, std::int64_t out, std::int64_t in);

  StateDict& weights_;
  const VaeConfig& config_;
  Half half_;
  std::size_t caches_ = 0;
};

/// eps of all group norms but those of the encoder's resnets.
inline constexpr double kVaeNormEps = 1e-6;

/// @throws BadInput when config.json describes more resnets than the file has tensors, before any
/// is made.
void check_layers(const VaeConfig& config, const StateDict& weights, const std::string& id);

/// "[2, 4, 3, 8]", for messages.
[[nodiscard]] std::string shape_text(const at::Tensor& tensor);

}  // namespace asbench::models
