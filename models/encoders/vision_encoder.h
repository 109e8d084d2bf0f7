#pragma once

#include <memory>

#include "models/encoders/encoder.h"
#include "models/encoders/vision_tower.h"

namespace asbench::models {

/// A tower as an encoder. On the CPU pictures are shared out among the threads, each from its first
/// to its last block on one of them; elsewhere the batch runs as it comes.
/// @param tower  moved to `placement`
[[nodiscard]] std::unique_ptr<ImageEncoder> make_vision_encoder(EncoderInfo info, VisionTower tower,
                                                                const Placement& placement);

}  // namespace asbench::models
