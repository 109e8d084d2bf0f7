#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "reports/figures/text_setter.h"

namespace asbench::reports {

enum class FigureFormat { pdf, svg, png };

/// By the name's ending. @throws UsageError for any but .pdf, .svg and .png.
[[nodiscard]] FigureFormat figure_format(std::string_view file_name);

/// A place on a canvas, in points (1/72 inch) from its top left corner.
struct Place {
  double x = 0.0, y = 0.0;
};

enum class Marker {
  circle,
  square,
  triangle,
  diamond,
  inverted_triangle,
  hollow_circle,
  hollow_square,
  cross,
  plus
};

/// A line's look; no dashes: drawn through.
struct Stroke {
  Colour colour = {};
  double width = 0.5;
  std::span<const double> dashes = {};
};

/// A page of lines, marks and text, written as PDF (fonts embedded), SVG (letters as outlines) or
/// PNG (200 pixels an inch, on white).
/// The same calls give the same bytes: no dates, no counters. Not thread-safe.
class Canvas {
 public:
  /// @param width, height  in points @param text  outlives the canvas
  Canvas(FigureFormat format, double width, double height, const std::string& title,
         TextSetter& text);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  void lines(std::span<const Place> places, const Stroke& stroke);
  void mark(Marker marker, Place centre, double size, const Colour& colour);
  /// @param place  top left corner
  void text(std::string_view text, Place place, const TextStyle& style);
  /// Reads upwards; `place` is the bottom left corner of the turned text.
  void text_upwards(std::string_view text, Place place, const TextStyle& style);

  /// The file's bytes. Nothing can be drawn afterwards. @throws InternalError when drawing failed.
  [[nodiscard]] std::string finish();

 private:
  struct Surface;
  std::unique_ptr<Surface> surface_;
  TextSetter& text_;
};

}  // namespace asbench::reports
