#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/stats.h"
#include "reports/figures/canvas.h"

namespace asbench::reports {

/// Widths that figures have in print, points: one column of two, and the text's whole width.
inline constexpr double kColumnWidth = 3.3 * 72.0;
inline constexpr double kTextWidth = 6.9 * 72.0;

struct PlotPoint {
  double x = 0.0, y = 0.0;
  std::optional<Interval> x_interval = {}, y_interval = {};
};

/// One system's points in one panel.
struct PlotSeries {
  std::size_t place = 0;  ///< of its name in Figure::series, and so of its look
  std::vector<PlotPoint> points;
};

struct PlotAxis {
  std::string label;
  bool lower_is_better = false;  ///< turned round: the better end is right, or at the top
  /// Where marks stand, with their text; empty: round numbers.
  std::vector<std::pair<double, std::string>> ticks = {};
};

/// One coordinate system.
struct Plot {
  std::string title = {};  ///< over it; may be empty
  std::string note = {};   ///< a line under the title, such as a correlation; may be empty
  PlotAxis x, y;
  std::vector<PlotSeries> series;
  bool lines = false;      ///< the points of a series are joined
  bool spread = false;     ///< series whose x are equal stand a little beside each other
  bool zero_line = false;  ///< a line at x = 0
  std::optional<double> dashed_x = {};  ///< a dashed line at this x
  double mark_size = 4.0;               ///< 0: no marks
};

/// One file: panels side by side and in rows, with one legend.
struct Figure {
  std::string name;     ///< of its files, without an ending
  std::string caption;  ///< what it shows, in sentences
  double width = kColumnWidth;
  std::size_t columns = 1;  ///< panels in a row
  /// Names in the legend, which leaves out those that no panel has; one alone gets no legend.
  std::vector<std::string> series;
  std::vector<Plot> panels;  ///< at least one
};

/// Lays the figure out and draws it; its height follows from what it holds.
/// @returns the file's bytes, the same for the same figure and fonts.
[[nodiscard]] std::string render(const Figure& figure, FigureFormat format, TextSetter& text);

}  // namespace asbench::reports
