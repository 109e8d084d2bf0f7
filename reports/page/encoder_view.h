#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "document/result.h"
#include "reports/leaderboard/ranking.h"
#include "reports/page/pictures.h"

// What the encoders of a metric were given, as its signature says: which part of a picture, and
// references on which background.
namespace asbench::reports {

/// Which part of a picture an encoder gets, in which shape.
struct PictureGeometry {
  enum class Resize {
    none,
    shortest_edge,  ///< the shorter side becomes `height`
    squash,         ///< becomes height x width, aspect ratio lost
  };
  struct Size {
    int height = 0, width = 0;
    bool operator==(const Size&) const = default;
  };
  Resize resize = Resize::none;
  Size size = {};                 ///< of the resized picture; of shortest_edge the height counts
  std::optional<Size> crop = {};  ///< from its middle
  bool operator==(const PictureGeometry&) const = default;
};

/// By the profile of a signature, "hf[short224,crop224,bicubic,...]" (docs/design/metrics.md 1.4).
/// Nothing for a text that says nothing about it.
[[nodiscard]] std::optional<PictureGeometry> picture_geometry(std::string_view profile);

/// The views of a table's metrics: {"views": [[encoder, "short" | "squash" | "whole", height,
/// width, crop height, crop width] ...], "of": [[places in views] a metric]}. A metric without
/// encoders of pictures has none.
[[nodiscard]] Json encoder_views(const RankedTable& table);

/// What lies behind references (document/pictures.h) under the metrics of a table: each once, and
/// the place of each metric's first; of a metric that reads no references, that of the protocol.
struct Backdrops {
  std::vector<std::string> all;
  std::vector<std::size_t> of;
};
[[nodiscard]] Backdrops backdrops_of(const RankedTable& table);

/// The backdrop of one metric of a result.
[[nodiscard]] std::string backdrop_of(const document::Result& result,
                                      const document::ResultMetric& metric);

}  // namespace asbench::reports
