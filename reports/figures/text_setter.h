#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

struct _cairo;  // cairo_t, as cairo names it  NOLINT(bugprone-reserved-identifier)

namespace asbench::reports {

/// Red, green and blue, each 0..255.
struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;
};

/// How a piece of text is set. Lengths in the units of what it is drawn on: points of a figure,
/// pixels of a picture.
struct TextStyle {
  double size = 7.0;
  Colour colour = {};
  bool bold = false;
  /// Widest line; more is broken at spaces or, in scripts without them, between characters. 0: any.
  double width = 0.0;
  int lines = 1;  ///< with a width: the most lines; what doesn't fit ends in an ellipsis
};

struct TextSize {
  double width = 0.0, height = 0.0;
};

/// Pixels of a picture to draw on: rows of blue, green, red and a byte that stays unused.
struct PixelRows {
  std::span<std::uint8_t> bytes;  ///< [height * stride]
  int width = 0, height = 0;
  std::size_t stride = 0;  ///< bytes of a row, at least 4 * width
};

/// Sets text in the fonts of this machine: DejaVu Sans, and for what that lacks whatever font has
/// it (Pango). Text is shown as everywhere else in the program: control characters and the like are
/// escaped (terminal_text() of core/text.h). Letters that no font has are drawn as a box with their
/// number and remembered. Not thread-safe; an object for each thread.
class TextSetter {
 public:
  /// @throws SystemFault when this machine has no font at all.
  TextSetter();
  ~TextSetter();
  TextSetter(const TextSetter&) = delete;
  TextSetter& operator=(const TextSetter&) = delete;

  [[nodiscard]] TextSize measure(std::string_view text, const TextStyle& style);
  /// @param x, y  top left corner
  void draw(_cairo* context, std::string_view text, double x, double y, const TextStyle& style);
  void draw(const PixelRows& pixels, std::string_view text, double x, double y,
            const TextStyle& style);

  /// What was asked for so far and no font has.
  [[nodiscard]] const std::set<char32_t>& missing() const { return missing_; }

 private:
  struct Fonts;
  void lay_out(std::string_view text, const TextStyle& style);

  std::unique_ptr<Fonts> fonts_;
  std::set<char32_t> missing_;
};

/// What to tell the user of letters that no font has: how many, which, and what to install. Empty
/// where none is missing.
[[nodiscard]] std::string missing_letters_text(const std::set<char32_t>& missing);

}  // namespace asbench::reports
