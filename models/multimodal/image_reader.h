#pragma once

#include <ATen/core/Tensor.h>

#include "core/image.h"
#include "models/multimodal/projector.h"
#include "models/multimodal/tiles.h"
#include "models/multimodal/vision_features.h"

namespace asbench::models {

/// A picture as tokens of the language model: tiles, vision tower, scales side by side, projector
/// (docs/design/animeshootergen.md 3, H1 to H4 without the newline token).
class ImageReader {
 public:
  /// @throws BadInput when tower and projector don't fit: the projector takes the tower's channels
  ///         once for every scale, and tiles are what the tower takes.
  ImageReader(VisionFeatures vision, Projector projector, TileOptions options);

  /// @param picture  RGB, or RGBA, which is composited on black
  /// @returns [tokens, D] in the model's type: 256 tokens of one 448-pixel tile; under dynamic_s2
  ///          those of the last scale's grid, in rows over the whole picture
  [[nodiscard]] at::Tensor read(const Image& picture, Tiling tiling) const;
  /// The same from tiles.
  [[nodiscard]] at::Tensor read(const PictureTiles& tiles) const;

  [[nodiscard]] const TileOptions& options() const { return options_; }

 private:
  VisionFeatures vision_;
  Projector projector_;
  TileOptions options_;
};

}  // namespace asbench::models
