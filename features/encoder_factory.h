#pragma once

#include <c10/core/Device.h>

#include <memory>

#include "features/encoder_use.h"
#include "models/encoders/clip_encoder.h"
#include "models/encoders/encoder.h"
#include "models/encoders/frame_interpolator.h"
#include "models/layers/device_queue.h"

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
  [[nodiscard]] virtual std::unique_ptr<models::FrameInterpolator> frame_interpolator(
      const InterpolatorUse& use, c10::Device device) const = 0;
  /// What batches of pictures go through on their way to the device. Nothing: they are encoded in
  /// the calling thread, as on the CPU, where they are in the right memory already.
  [[nodiscard]] virtual std::unique_ptr<models::DeviceQueue> device_queue(c10::Device device) const;
};

/// Loads the checkpoints that the uses name (models/encoders). Stateless.
[[nodiscard]] const EncoderFactory& checkpoint_encoders();

}  // namespace asbench::features
