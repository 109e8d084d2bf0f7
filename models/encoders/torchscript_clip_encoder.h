#pragma once

#include <filesystem>
#include <memory>

#include "models/encoders/clip_encoder.h"

namespace asbench::models {

/// A TorchScript network with I3D's calling form (docs/design/metrics.md 3.5).
/// @param in_graph  rescale = resize = true: the network takes levels 0..255 of any size
[[nodiscard]] std::unique_ptr<ClipEncoder> load_torchscript_clip_encoder(
    const std::filesystem::path& file, bool in_graph, c10::Device device);

}  // namespace asbench::models
