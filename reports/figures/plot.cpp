#include "reports/figures/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/error.h"
#include "reports/figures/series_style.h"
#include "reports/figures/ticks.h"

// The layout, from the outside in: panels in rows of `columns`, the legend under them. In a panel,
// from the left: label of y, texts of its ticks, the area; under the area: texts of x's ticks, its
// label. Lengths are points.
namespace asbench::reports {
namespace {

constexpr double kEdge = 2.0;        ///< around everything
constexpr double kGap = 3.0;         ///< between a text and what it belongs to
constexpr double kTick = 2.5;        ///< length of a tick
constexpr double kBetween = 10.0;    ///< between panels
constexpr double kShape = 0.68;      ///< height of an area by its width
constexpr double kRowHeight = 13.0;  ///< of an area whose y names its ticks, for each of them
constexpr double kLineSample = 22.0, kMarkSample = 7.0;  ///< in the legend
constexpr std::array kZeroDashes = {2.0, 2.0};
constexpr Colour kInk{0, 0, 0}, kGrid{225, 225, 225};

constexpr TextStyle kTickText{.size = 6.5};
constexpr TextStyle kLabelText{.size = 7.5};
constexpr TextStyle kTitleText{.size = 7.5, .bold = true};
constexpr TextStyle kNoteText{.size = 6.5};
constexpr TextStyle kLegendText{.size = 7.0};

TextStyle narrow(TextStyle style, double width, int lines = 1) {
  style.width = width;
  style.lines = lines;
  return style;
}

/// One axis with its ticks: from values to a share 0..1 of its length, left to right or bottom to
/// top.
struct Scale {
  double low = 0.0, high = 1.0;
  bool turned = false;
  Ticks ticks;

  [[nodiscard]] double share(double value) const {
    const double part = (value - low) / (high - low);
    return turned ? 1.0 - part : part;
  }
};

/// Ends of all values and intervals of one axis, a little wider.
Scale scale_of(const Plot& plot, bool horizontal, int wanted_ticks) {
  double low = INFINITY, high = -INFINITY;
  const auto take = [&](double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const auto& series : plot.series) {
    for (const auto& point : series.points) {
      take(horizontal ? point.x : point.y);
      if (const auto& ends = horizontal ? point.x_interval : point.y_interval) {
        take(ends->low);
        take(ends->high);
      }
    }
  }
  if (horizontal && plot.dashed_x) take(*plot.dashed_x);
  const PlotAxis& axis = horizontal ? plot.x : plot.y;
  const bool named = !axis.ticks.empty();
  if (named) {
    take(axis.ticks.front().first);
    take(axis.ticks.back().first);
  }
  if (!(low <= high)) low = high = 0.0;
  const double margin = named        ? 0.5 * (horizontal ? 0.7 : 1.0)
                        : high > low ? 0.06 * (high - low)
                                     : std::max(1e-3, 0.1 * std::abs(high));
  Scale scale{low - margin, high + margin, axis.lower_is_better, axis.ticks};
  if (!named) scale.ticks = round_ticks(scale.low, scale.high, wanted_ticks);
  return scale;
}

/// Where the parts of a panel are.
struct PanelLayout {
  const Plot* plot = nullptr;
  Scale x, y;
  double left = 0.0;                 ///< of the area, from the panel's left
  double top = 0.0;                  ///< of the area, from the panel's top
  double width = 0.0, height = 0.0;  ///< of the area
  double title_height = 0.0;         ///< of title and note
  double y_label_width = 0.0;        ///< with its gap
  double x_tick_height = 0.0, x_label_height = 0.0;
  [[nodiscard]] double below() const { return kTick + kGap + x_tick_height + x_label_height; }
};

double widest(const Ticks& ticks, TextSetter& text) {
  double most = 0.0;
  for (const auto& [place, label] : ticks)
    most = std::max(most, text.measure(label, kTickText).width);
  return most;
}

/// Everything but what panels of one row share.
PanelLayout lay_out(const Plot& plot, double width, TextSetter& text) {
  PanelLayout layout;
  layout.plot = &plot;
  layout.y = scale_of(plot, false, 5);
  layout.x = scale_of(plot, true, 4);
  if (!plot.y.label.empty())
    layout.y_label_width = text.measure(plot.y.label, kLabelText).height + 1.0;
  const double tick_width = std::min(widest(layout.y.ticks, text), 0.45 * width);
  layout.left = layout.y_label_width + tick_width + kTick + kGap;
  layout.width = width - layout.left - kEdge;
  layout.height = plot.y.ticks.empty() ? kShape * layout.width
                                       : kRowHeight * static_cast<double>(plot.y.ticks.size() + 1);
  if (!plot.title.empty())
    layout.title_height += text.measure(plot.title, narrow(kTitleText, width)).height;
  if (!plot.note.empty())
    layout.title_height += text.measure(plot.note, narrow(kNoteText, width, 3)).height;
  if (layout.title_height > 0.0) layout.title_height += kGap;
  layout.x_tick_height = text.measure("0", kTickText).height;
  if (!plot.x.label.empty())
    layout.x_label_height = text.measure(plot.x.label, narrow(kLabelText, layout.width)).height;
  return layout;
}

/// Areas of one row begin and end together, whatever stands around each.
void align_row(std::vector<PanelLayout>& row, double width) {
  double left = 0.0, title = 0.0, height = 0.0, label = 0.0;
  for (const auto& panel : row) {
    left = std::max(left, panel.left);
    title = std::max(title, panel.title_height);
    label = std::max(label, panel.x_label_height);
  }
  for (auto& panel : row) {
    panel.left = left;
    panel.width = width - left - kEdge;
    if (panel.plot->y.ticks.empty()) panel.height = kShape * panel.width;
    panel.top = title;
    panel.x_label_height = label;
    height = std::max(height, panel.height);
  }
  for (auto& panel : row) panel.height = height;
}

class Painter {
 public:
  Painter(Canvas& canvas, TextSetter& text, const PanelLayout& layout, Place corner)
      : canvas_(canvas), text_(text), layout_(layout), plot_(*layout.plot), corner_(corner) {
    area_ = {corner.x + layout.left, corner.y + layout.top};
  }

  void paint() {
    titles();
    horizontal_axis();
    vertical_axis();
    const Place end{area_.x + layout_.width, area_.y + layout_.height};
    const Place axes[] = {area_, {area_.x, end.y}, end};
    canvas_.lines(axes, {.colour = kInk, .width = 0.6});
    if (plot_.zero_line && layout_.x.low < 0.0 && layout_.x.high > 0.0) {
      const Place zero[] = {{across(0.0), area_.y}, {across(0.0), end.y}};
      canvas_.lines(zero, {.colour = kInk, .width = 0.5, .dashes = kZeroDashes});
    }
    if (plot_.dashed_x) {
      const double x = across(*plot_.dashed_x);
      const Place dashed[] = {{x, area_.y}, {x, end.y}};
      canvas_.lines(dashed, {.colour = kInk, .width = 0.7, .dashes = kZeroDashes});
    }
    for (const auto& series : plot_.series) {
      if (plot_.lines) join(series);
      intervals(series);
    }
    for (const auto& series : plot_.series) marks(series);
  }

 private:
  [[nodiscard]] double across(double value) const {
    return area_.x + layout_.x.share(value) * layout_.width;
  }
  [[nodiscard]] double up(double value) const {
    return area_.y + (1.0 - layout_.y.share(value)) * layout_.height;
  }

  void titles() {
    double y = corner_.y;
    for (const auto& [text, style] :
         {std::pair{&plot_.title, narrow(kTitleText, layout_.width + layout_.left)},
          std::pair{&plot_.note, narrow(kNoteText, layout_.width + layout_.left, 3)}}) {
      if (text->empty()) continue;
      canvas_.text(*text, {corner_.x, y}, style);
      y += text_.measure(*text, style).height;
    }
  }

  void horizontal_axis() {
    const double bottom = area_.y + layout_.height;
    double free_from = -INFINITY;  // texts of ticks don't touch
    for (const auto& [value, label] : layout_.x.ticks) {
      const double x = across(value);
      const Place tick[] = {{x, bottom}, {x, bottom + kTick}};
      canvas_.lines(tick, {.colour = kInk, .width = 0.5});
      const double width = text_.measure(label, kTickText).width;
      if (!layout_.x.turned && x - width / 2.0 < free_from) continue;
      canvas_.text(label, {x - width / 2.0, bottom + kTick + kGap / 2.0}, kTickText);
      free_from = x + width / 2.0 + 2.0;
    }
    if (plot_.x.label.empty()) return;
    const TextStyle style = narrow(kLabelText, layout_.width);
    const double width = text_.measure(plot_.x.label, style).width;
    canvas_.text(
        plot_.x.label,
        {area_.x + (layout_.width - width) / 2.0, bottom + kTick + kGap + layout_.x_tick_height},
        style);
  }

  void vertical_axis() {
    const double room = layout_.left - layout_.y_label_width - kTick - kGap;
    for (const auto& [value, label] : layout_.y.ticks) {
      const double y = up(value);
      const Place grid[] = {{area_.x, y}, {area_.x + layout_.width, y}};
      canvas_.lines(grid, {.colour = kGrid, .width = 0.5});
      const Place tick[] = {{area_.x - kTick, y}, {area_.x, y}};
      canvas_.lines(tick, {.colour = kInk, .width = 0.5});
      const TextStyle style = narrow(kTickText, room + 0.5);
      const TextSize size = text_.measure(label, style);
      canvas_.text(label, {area_.x - kTick - kGap / 2.0 - size.width, y - size.height / 2.0},
                   style);
    }
    if (plot_.y.label.empty()) return;
    const TextStyle style = narrow(kLabelText, layout_.height);
    const double length = text_.measure(plot_.y.label, style).width;
    canvas_.text_upwards(plot_.y.label, {corner_.x, area_.y + (layout_.height + length) / 2.0},
                         style);
  }

  /// How far the series stands beside its x, so that intervals of several can be seen.
  [[nodiscard]] double beside(const PlotSeries& series) const {
    if (!plot_.spread || plot_.series.size() < 2) return 0.0;
    std::size_t rank = 0;
    for (const auto& other : plot_.series) rank += other.place < series.place ? 1 : 0;
    const auto count = static_cast<double>(plot_.series.size());
    return (static_cast<double>(rank) - (count - 1.0) / 2.0) * std::min(3.0, 16.0 / count);
  }

  /// Where a point stands: series that would hide each other are moved apart across, or up where
  /// the rows have names.
  [[nodiscard]] Place place_of(const PlotSeries& series, const PlotPoint& point) const {
    const bool rows = !plot_.y.ticks.empty();
    const double aside = beside(series);
    return {across(point.x) + (rows ? 0.0 : aside), up(point.y) + (rows ? aside : 0.0)};
  }

  void join(const PlotSeries& series) {
    const SeriesStyle style = series_style(series.place);
    std::vector<Place> places;
    for (const auto& point : series.points) places.push_back(place_of(series, point));
    canvas_.lines(places, {.colour = style.colour, .width = 1.1, .dashes = style.dashes});
  }

  void intervals(const PlotSeries& series) {
    const Stroke stroke{.colour = series_style(series.place).colour, .width = 0.7};
    for (const auto& point : series.points) {
      const Place at = place_of(series, point);
      if (point.y_interval) {
        const Place bar[] = {{at.x, up(point.y_interval->low)}, {at.x, up(point.y_interval->high)}};
        canvas_.lines(bar, stroke);
      }
      if (point.x_interval) {
        const Place bar[] = {{across(point.x_interval->low), at.y},
                             {across(point.x_interval->high), at.y}};
        canvas_.lines(bar, stroke);
      }
    }
  }

  void marks(const PlotSeries& series) {
    if (plot_.mark_size <= 0.0) return;
    const SeriesStyle style = series_style(series.place);
    for (const auto& point : series.points)
      canvas_.mark(style.marker, place_of(series, point), plot_.mark_size, style.colour);
  }

  Canvas& canvas_;
  TextSetter& text_;
  const PanelLayout& layout_;
  const Plot& plot_;
  Place corner_, area_;
};

/// Names of the series that a panel has, in columns of equal width.
class Legend {
 public:
  Legend(const Figure& figure, TextSetter& text) : figure_(figure) {
    std::set<std::size_t> used;
    for (const auto& panel : figure.panels) {
      for (const auto& series : panel.series) used.insert(series.place);
    }
    if (used.size() < 2) return;
    places_.assign(used.begin(), used.end());
    lines_ = figure.panels.front().lines;
    sample_ = lines_ ? kLineSample : kMarkSample;
    double most = 0.0;
    for (const std::size_t place : places_)
      most = std::max(most, text.measure(figure.series.at(place), kLegendText).width);
    const double room = figure.width - 2.0 * kEdge;
    const double wanted = sample_ + kGap + most + 8.0;
    const auto count = places_.size();
    columns_ = std::clamp<std::size_t>(static_cast<std::size_t>(room / wanted), 1, count);
    // Rows that are equally full look better than a last one with a single name.
    const std::size_t rows = (count + columns_ - 1) / columns_;
    columns_ = (count + rows - 1) / rows;
    column_width_ = std::min(wanted, room / static_cast<double>(columns_));
    row_height_ = text.measure("X", kLegendText).height + 1.0;
    height_ = static_cast<double>(rows) * row_height_ + 2.0 * kGap;
  }
  [[nodiscard]] double height() const { return height_; }

  void paint(Canvas& canvas, double top) const {
    const double used = column_width_ * static_cast<double>(columns_);
    const double left = std::max(kEdge, (figure_.width - used) / 2.0);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const double x = left + column_width_ * static_cast<double>(i % columns_);
      const double y = top + 2.0 * kGap + row_height_ * static_cast<double>(i / columns_);
      const SeriesStyle style = series_style(places_[i]);
      const Place middle{x + sample_ / 2.0, y + row_height_ / 2.0};
      if (lines_) {
        const Place sample[] = {{x, middle.y}, {x + sample_, middle.y}};
        canvas.lines(sample, {.colour = style.colour, .width = 1.1, .dashes = style.dashes});
      }
      canvas.mark(style.marker, middle, 4.0, style.colour);
      canvas.text(figure_.series[places_[i]], {x + sample_ + kGap, y},
                  narrow(kLegendText, column_width_ - sample_ - kGap));
    }
  }

 private:
  const Figure& figure_;
  std::vector<std::size_t> places_;
  bool lines_ = false;
  double sample_ = 0.0;
  std::size_t columns_ = 0;
  double column_width_ = 0.0, row_height_ = 0.0, height_ = 0.0;
};

}  // namespace

std::string render(const Figure& figure, FigureFormat format, TextSetter& text) {
  if (figure.panels.empty()) throw InternalError("a figure needs a panel");
  const std::size_t columns = std::min(figure.columns, figure.panels.size());
  const double width = (figure.width - 2.0 * kEdge - kBetween * static_cast<double>(columns - 1)) /
                       static_cast<double>(columns);
  std::vector<std::vector<PanelLayout>> rows;
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    if (i % columns == 0) rows.emplace_back();
    rows.back().push_back(lay_out(figure.panels[i], width, text));
  }
  double height = kEdge;
  for (auto& row : rows) {
    align_row(row, width);
    height += row.front().top + row.front().height + row.front().below() + kBetween / 2.0;
  }
  const Legend legend(figure, text);
  Canvas canvas(format, figure.width, std::ceil(height + legend.height() + kEdge), figure.name,
                text);
  double y = kEdge;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double x = kEdge + (width + kBetween) * static_cast<double>(i);
      Painter(canvas, text, row[i], {x, y}).paint();
    }
    y += row.front().top + row.front().height + row.front().below() + kBetween / 2.0;
  }
  legend.paint(canvas, y - kBetween / 2.0);
  return canvas.finish();
}

}  // namespace asbench::reports
