#pragma once

#include <cstddef>
#include <span>

#include "reports/figures/canvas.h"

namespace asbench::reports {

/// How the lines and marks of a figure tell its systems apart: colours of Okabe and Ito's palette,
/// which colour-blind readers can tell apart (without its yellow, too light on paper), and markers
/// and dashes that differ without any colour. 45 systems have different markers or dashes.
struct SeriesStyle {
  Colour colour;
  Marker marker = Marker::circle;
  std::span<const double> dashes;
};

/// Of the system with this place in the figure, from 0.
[[nodiscard]] SeriesStyle series_style(std::size_t place);

}  // namespace asbench::reports
