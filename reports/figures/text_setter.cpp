#include "reports/figures/text_setter.h"

#include <fmt/format.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

#include <cerrno>

#include "core/error.h"
#include "core/text.h"
#include "core/words.h"

namespace asbench::reports {
namespace {

/// Latin, Greek and Cyrillic first; the next ones have Chinese, Japanese and Korean. Pango asks
/// every other font of the machine after these.
constexpr const char* kFamilies =
    "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Droid Sans Fallback, sans-serif";

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
struct FreeFont {
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
struct FreeOptions {
  void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
};

void require_a_font() {
  const FcFontSet* fonts = FcInit() == FcTrue ? FcConfigGetFonts(nullptr, FcSetSystem) : nullptr;
  if (fonts != nullptr && fonts->nfont > 0) return;
  throw SystemFault("no font is installed, so that no text can be drawn", "fontconfig", ENOENT,
                    "Install one, such as Debian's fonts-dejavu-core (`fc-list` shows them).");
}

}  // namespace

struct TextSetter::Fonts {
  std::unique_ptr<PangoFontMap, Unref> map{pango_cairo_font_map_new()};
  std::unique_ptr<PangoContext, Unref> context{pango_font_map_create_context(map.get())};
  std::unique_ptr<PangoLayout, Unref> layout;
  std::unique_ptr<PangoFontDescription, FreeFont> font{
      pango_font_description_from_string(kFamilies)};

  Fonts() {
    // Outlines as they are: the same places on every surface, whatever the desktop's settings.
    const std::unique_ptr<cairo_font_options_t, FreeOptions> options(cairo_font_options_create());
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context.get(), options.get());
    pango_context_set_language(context.get(), pango_language_from_string("en"));
    pango_context_set_round_glyph_positions(context.get(), FALSE);
    layout.reset(pango_layout_new(context.get()));
  }
};

TextSetter::TextSetter() {
  require_a_font();
  fonts_ = std::make_unique<Fonts>();
}

TextSetter::~TextSetter() = default;

void TextSetter::lay_out(std::string_view text, const TextStyle& style) {
  PangoLayout* layout = fonts_->layout.get();
  PangoFontDescription* font = fonts_->font.get();
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout, font);
  const bool limited = style.width > 0.0;
  pango_layout_set_width(layout, limited ? static_cast<int>(style.width * PANGO_SCALE) : -1);
  pango_layout_set_height(layout, limited ? -style.lines : -1);
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize(layout, limited ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  const std::string shown = terminal_text(text);
  pango_layout_set_text(layout, shown.data(), static_cast<int>(shown.size()));
  if (pango_layout_get_unknown_glyphs_count(layout) == 0) return;
  // Which of them? Each alone, the whole text last.
  for (std::size_t at = 0; at < shown.size();) {
    const CodePoint point = code_point_at(shown, at);
    pango_layout_set_text(layout, shown.data() + at, static_cast<int>(point.length));
    if (pango_layout_get_unknown_glyphs_count(layout) > 0) missing_.insert(point.value);
    at += point.length;
  }
  pango_layout_set_text(layout, shown.data(), static_cast<int>(shown.size()));
}

TextSize TextSetter::measure(std::string_view text, const TextStyle& style) {
  lay_out(text, style);
  int width = 0, height = 0;
  pango_layout_get_size(fonts_->layout.get(), &width, &height);
  return {static_cast<double>(width) / PANGO_SCALE, static_cast<double>(height) / PANGO_SCALE};
}

void TextSetter::draw(_cairo* context, std::string_view text, double x, double y,
                      const TextStyle& style) {
  // The base line is that of DejaVu Sans, whatever fonts the text needs: names in several scripts
  // stand in one line.
  lay_out("x", style);
  const int base = pango_layout_get_baseline(fonts_->layout.get());
  lay_out(text, style);
  const int raise = base - pango_layout_get_baseline(fonts_->layout.get());
  cairo_set_source_rgb(context, style.colour.red / 255.0, style.colour.green / 255.0,
                       style.colour.blue / 255.0);
  cairo_move_to(context, x, y + static_cast<double>(raise) / PANGO_SCALE);
  pango_cairo_show_layout(context, fonts_->layout.get());
}

void TextSetter::draw(const PixelRows& pixels, std::string_view text, double x, double y,
                      const TextStyle& style) {
  cairo_surface_t* surface =
      cairo_image_surface_create_for_data(pixels.bytes.data(), CAIRO_FORMAT_RGB24, pixels.width,
                                          pixels.height, static_cast<int>(pixels.stride));
  cairo_t* context = cairo_create(surface);
  draw(context, text, x, y, style);
  const cairo_status_t status = cairo_status(context);
  cairo_destroy(context);
  cairo_surface_destroy(surface);
  if (status != CAIRO_STATUS_SUCCESS)
    throw InternalError(
        fmt::format("text can't be drawn on a picture: {}", cairo_status_to_string(status)));
}

std::string missing_letters_text(const std::set<char32_t>& missing) {
  if (missing.empty()) return {};
  constexpr std::size_t kShown = 8;
  std::string shown;
  std::size_t count = 0;
  for (const char32_t letter : missing) {
    if (count++ == kShown) break;
    shown += fmt::format("{}{} U+{:04X}", shown.empty() ? "" : ", ", utf8(letter),
                         static_cast<std::uint32_t>(letter));
  }
  return fmt::format(
      "no font of this machine has {} of the names and captions ({}{})\n  Each is drawn as a box "
      "with its number. Install a font that has them and run this again: Debian's "
      "fonts-droid-fallback or fonts-noto-cjk for Chinese, Japanese and Korean, fonts-noto-core "
      "for other scripts.",
      counted(static_cast<std::int64_t>(missing.size()), "character", "characters"), shown,
      missing.size() > kShown ? ", ..." : "");
}

}  // namespace asbench::reports
