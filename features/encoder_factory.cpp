#include "features/encoder_factory.h"

namespace asbench::features {
namespace {

models::EncoderOptions options_of(const EncoderUse& use, c10::Device device) {
  return {.device = device,
          .precision = use.precision,
          .preprocess = use.chosen_profile,
          .weights_sha256 = use.weights_sha256};
}

class CheckpointEncoders final : public EncoderFactory {
 public:
  std::unique_ptr<models::ImageEncoder> image_encoder(const EncoderUse& use,
                                                      c10::Device device) const override {
    return models::load_image_encoder(use.checkpoint, options_of(use, device));
  }
  std::unique_ptr<models::TextEncoder> text_encoder(const EncoderUse& use,
                                                    c10::Device device) const override {
    return models::load_text_encoder(use.checkpoint, options_of(use, device));
  }
  std::unique_ptr<models::ClipEncoder> clip_encoder(const ClipEncoderUse& use,
                                                    c10::Device device) const override {
    return models::load_clip_encoder(use.checkpoint, use.profile, {device, use.precision});
  }
  std::unique_ptr<models::FrameInterpolator> frame_interpolator(const InterpolatorUse& use,
                                                                c10::Device device) const override {
    return models::load_frame_interpolator(use.file, {device, use.precision});
  }
};

}  // namespace

std::unique_ptr<models::DeviceQueue> EncoderFactory::device_queue(c10::Device device) const {
  return device.is_cpu() ? nullptr : models::make_cuda_queue(device);
}

const EncoderFactory& checkpoint_encoders() {
  static const CheckpointEncoders encoders;
  return encoders;
}

}  // namespace asbench::features
