#pragma once

#include <memory>

#include "models/encoders/dreamsim.h"
#include "models/encoders/encoder.h"

namespace asbench::models {

/// DreamSim as an encoder: one embedding a picture, of length 1. Pictures are squares of the
/// configuration's size with values in [0, 1], because each branch normalises them for itself.
/// @param network  moved to `placement`
/// @param side  the configuration's image_size; encode_*() throw BadInput for another size
[[nodiscard]] std::unique_ptr<ImageEncoder> make_dreamsim_encoder(EncoderInfo info,
                                                                  DreamSim network,
                                                                  std::int64_t side,
                                                                  const Placement& placement);

}  // namespace asbench::models
