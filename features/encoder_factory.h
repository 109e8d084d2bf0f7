#pragma once

#include <c10/core/Device.h>

#include <memory>

#include "features/encoder_use.h"
#include "models/encoders/clip_encoder.h"
#include "models/encoders/encoder.h"

namespace asbench::features {

/// Makes the encoders of a plan, each when its first input comes. One thread at a time.
/// All functions @throws BadInput when the weights don't fit.
class EncoderFactory {
 public:
  virtual ~EncoderFactory() = default;
  [[nodiscard]] virtual std::unique_ptr<models::ImageEncoder> image_encoder(
      const EncoderUse& use, c10::Device device) const = 0;
  [[nodiscard]] virtual std::unique_ptr<models::TextEncoder> text_encoder(
      const EncoderUse& use, c10::Device device) const = 0;
  [[nodiscard]] virtual std::unique_ptr<models::ClipEncoder> clip_encoder(
      const ClipEncoderUse& use, c10::Device device) const = 0;
};

/// Loads the checkpoints that the uses name (models/encoders). Stateless.
[[nodiscard]] const EncoderFactory& checkpoint_encoders();

}  // namespace asbench::features
