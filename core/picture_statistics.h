#pragma once

#include <optional>

namespace asbench {

/// What all frames of a clip show without any encoder (docs/design/metrics.md 15). Plain data; made
/// by PictureMeter.
struct PictureStatistics {
  int frames = 0;
  double laplacian = 0.0;  ///< variance of the Laplacian, mean over frames, levels^2
  double band_pass = 0.0;  ///< the same of the picture halved
  int repeats = 0;         ///< frames that equal the one before
  /// Mean change of brightness where the picture stands still, 0..1; nothing: nothing stands still.
  std::optional<double> flicker = {};
  double still_area = 0.0;   ///< share of the picture that flicker is seen on, 0..1
  double bar_rows = 0.0;     ///< bars at top and bottom, share of the height
  double bar_columns = 0.0;  ///< bars at left and right, share of the width
  bool operator==(const PictureStatistics&) const = default;
};

}  // namespace asbench
