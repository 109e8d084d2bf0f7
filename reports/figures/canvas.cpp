#include "reports/figures/canvas.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/text.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyContext {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};

/// Called by cairo, a C library: no exception may pass through it.
cairo_status_t take_bytes(void* closure, const unsigned char* data, unsigned int length) noexcept {
  try {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

/// cairo numbers the surfaces of a process: id="surface16". Each number becomes 0, so that a
/// figure doesn't depend on how many were drawn before it.
std::string without_counters(const std::string& svg) {
  constexpr std::string_view kId = "id=\"surface";
  std::string text;
  std::size_t at = 0;
  for (auto found = svg.find(kId); found != std::string::npos; found = svg.find(kId, at)) {
    text.append(svg, at, found + kId.size() - at);
    text += '0';
    at = svg.find('"', found + kId.size());
  }
  return text.append(svg, at);
}

/// What screen readers and lists of files call the drawing.
std::string with_title(const std::string& svg, const std::string& title) {
  const auto open = svg.find("<svg ");
  const auto end = open == std::string::npos ? open : svg.find('>', open);
  if (end == std::string::npos) throw InternalError("cairo wrote an SVG without its first element");
  return fmt::format("{}\n<title>{}</title>{}", svg.substr(0, end + 1), xml_text(title),
                     svg.substr(end + 1));
}

constexpr double kPixelsPerPoint = 200.0 / 72.0;

/// @param bytes  where PDF and SVG are written to; must outlive the surface
cairo_surface_t* make_surface(FigureFormat format, double width, double height,
                              std::string& bytes) {
  if (format == FigureFormat::pdf)
    return cairo_pdf_surface_create_for_stream(take_bytes, &bytes, width, height);
  if (format == FigureFormat::svg)
    return cairo_svg_surface_create_for_stream(take_bytes, &bytes, width, height);
  cairo_surface_t* surface = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(width * kPixelsPerPoint)),
      static_cast<int>(std::ceil(height * kPixelsPerPoint)));
  cairo_surface_set_device_scale(surface, kPixelsPerPoint, kPixelsPerPoint);
  return surface;
}

void set_colour(cairo_t* context, const Colour& colour) {
  cairo_set_source_rgb(context, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0);
}

void polygon(cairo_t* context, Place centre, std::initializer_list<Place> corners) {
  for (const Place& corner : corners)
    cairo_line_to(context, centre.x + corner.x, centre.y + corner.y);
  cairo_close_path(context);
}

/// The outline of a marker whose half width is r.
void outline(cairo_t* context, Marker marker, Place at, double r) {
  cairo_new_path(context);
  switch (marker) {
    case Marker::circle:
    case Marker::hollow_circle:
      cairo_arc(context, at.x, at.y, r, 0.0, 2.0 * std::numbers::pi);
      break;
    case Marker::square:
    case Marker::hollow_square:
      cairo_rectangle(context, at.x - 0.9 * r, at.y - 0.9 * r, 1.8 * r, 1.8 * r);
      break;
    case Marker::triangle:
      polygon(context, at, {{-1.1 * r, 0.9 * r}, {1.1 * r, 0.9 * r}, {0.0, -1.1 * r}});
      break;
    case Marker::inverted_triangle:
      polygon(context, at, {{-1.1 * r, -0.9 * r}, {1.1 * r, -0.9 * r}, {0.0, 1.1 * r}});
      break;
    case Marker::diamond:
      polygon(context, at, {{-1.2 * r, 0.0}, {0.0, -1.2 * r}, {1.2 * r, 0.0}, {0.0, 1.2 * r}});
      break;
    case Marker::cross:
      cairo_move_to(context, at.x - r, at.y - r);
      cairo_line_to(context, at.x + r, at.y + r);
      cairo_move_to(context, at.x - r, at.y + r);
      cairo_line_to(context, at.x + r, at.y - r);
      break;
    case Marker::plus:
      cairo_move_to(context, at.x - 1.2 * r, at.y);
      cairo_line_to(context, at.x + 1.2 * r, at.y);
      cairo_move_to(context, at.x, at.y - 1.2 * r);
      cairo_line_to(context, at.x, at.y + 1.2 * r);
      break;
  }
}

}  // namespace

FigureFormat figure_format(std::string_view file_name) {
  if (file_name.ends_with(".pdf")) return FigureFormat::pdf;
  if (file_name.ends_with(".svg")) return FigureFormat::svg;
  if (file_name.ends_with(".png")) return FigureFormat::png;
  throw UsageError(fmt::format(
      "{}: a figure is written as PDF, SVG or PNG\n  End its name in .pdf, .svg or .png.",
      file_name));
}

struct Canvas::Surface {
  std::string bytes;  ///< outlives the surface, which writes into it
  FigureFormat format;
  std::string title;
  std::unique_ptr<cairo_surface_t, DestroySurface> surface;
  std::unique_ptr<cairo_t, DestroyContext> context;
};

Canvas::Canvas(FigureFormat format, double width, double height, const std::string& title,
               TextSetter& text)
    : surface_(std::make_unique<Surface>()), text_(text) {
  surface_->format = format;
  surface_->title = title;
  surface_->surface.reset(make_surface(format, width, height, surface_->bytes));
  if (format == FigureFormat::pdf) {
    cairo_surface_t* pdf = surface_->surface.get();
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, nullptr);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, terminal_text(title).c_str());
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATOR, "asbench");
  }
  surface_->context.reset(cairo_create(surface_->surface.get()));
  if (format == FigureFormat::png) {
    cairo_set_source_rgb(surface_->context.get(), 1.0, 1.0, 1.0);
    cairo_paint(surface_->context.get());
  }
  cairo_set_line_join(surface_->context.get(), CAIRO_LINE_JOIN_ROUND);
}

Canvas::~Canvas() = default;

void Canvas::lines(std::span<const Place> places, const Stroke& stroke) {
  cairo_t* context = surface_->context.get();
  cairo_new_path(context);
  for (const Place& place : places) cairo_line_to(context, place.x, place.y);
  set_colour(context, stroke.colour);
  cairo_set_line_width(context, stroke.width);
  cairo_set_dash(context, stroke.dashes.data(), static_cast<int>(stroke.dashes.size()), 0.0);
  cairo_stroke(context);
}

void Canvas::mark(Marker marker, Place centre, double size, const Colour& colour) {
  cairo_t* context = surface_->context.get();
  cairo_set_dash(context, nullptr, 0, 0.0);
  outline(context, marker, centre, size / 2.0);
  const bool hollow = marker == Marker::hollow_circle || marker == Marker::hollow_square;
  if (marker == Marker::cross || marker == Marker::plus) {
    cairo_set_line_width(context, 1.0);
    set_colour(context, colour);
    cairo_stroke(context);
    return;
  }
  // Filled ones get a thin white edge, hollow ones a white inside: marks that overlap stay apart.
  set_colour(context, hollow ? Colour{255, 255, 255} : colour);
  cairo_fill_preserve(context);
  cairo_set_line_width(context, hollow ? 0.9 : 0.4);
  set_colour(context, hollow ? colour : Colour{255, 255, 255});
  cairo_stroke(context);
}

void Canvas::text(std::string_view text, Place place, const TextStyle& style) {
  text_.draw(surface_->context.get(), text, place.x, place.y, style);
}

void Canvas::text_upwards(std::string_view text, Place place, const TextStyle& style) {
  cairo_t* context = surface_->context.get();
  cairo_save(context);
  cairo_translate(context, place.x, place.y);
  cairo_rotate(context, -std::numbers::pi / 2.0);
  text_.draw(context, text, 0.0, 0.0, style);
  cairo_restore(context);
}

std::string Canvas::finish() {
  const cairo_status_t drawn = cairo_status(surface_->context.get());
  surface_->context.reset();
  cairo_status_t packed = CAIRO_STATUS_SUCCESS;
  if (surface_->format == FigureFormat::png) {
    packed =
        cairo_surface_write_to_png_stream(surface_->surface.get(), take_bytes, &surface_->bytes);
  }
  cairo_surface_finish(surface_->surface.get());
  const cairo_status_t written = cairo_surface_status(surface_->surface.get());
  for (const cairo_status_t status : {drawn, packed, written}) {
    if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
    if (status != CAIRO_STATUS_SUCCESS)
      throw InternalError(
          fmt::format("a figure can't be drawn: {}", cairo_status_to_string(status)));
  }
  return surface_->format == FigureFormat::svg
             ? with_title(without_counters(surface_->bytes), surface_->title)
             : std::move(surface_->bytes);
}

}  // namespace asbench::reports
