#pragma once

#include "models/encoders/encoder.h"

namespace asbench::models {

struct CalibrationOptions {
  std::vector<int> candidates = {4, 8, 16, 32};  ///< pictures a batch
  double seconds = 1.5;  ///< about as long as it takes; every candidate is tried at least once
};

/// The batch size with which the encoder gets through most pictures a second on this machine now,
/// measured on noise of the profile's size. The features don't depend on it, only the speed. Where
/// two are within 2 % the smaller wins: it needs less memory and starts sooner.
/// @throws BadInput when the candidates are none or not positive, and what encode_images throws.
[[nodiscard]] int calibrate_batch_size(const ImageEncoder& encoder,
                                       const CalibrationOptions& options = {});

}  // namespace asbench::models
