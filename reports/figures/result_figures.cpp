#include "reports/figures/result_figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "core/error.h"
#include "reports/figures/figure_words.h"
#include "reports/figures/ticks.h"
#include "reports/leaderboard/leaderboard.h"
#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kMostWithIntervals = 6;  ///< systems, beyond which bars would hide each other
constexpr int kMostShotTicks = 8;

/// A number of one story; nothing where it has none.
using StoryNumber = std::function<document::ResultValue(const document::StoryMetric&)>;

/// 95 % interval of the mean over stories; nothing where the stories' numbers don't give the mean
/// that the document states (missing shots that count as failures), or lie in one IP.
std::optional<Interval> interval_over_ips(const document::Result& result, const std::string& metric,
                                          double stated, const StoryNumber& number) {
  std::vector<ClusteredValue> values;
  std::vector<double> plain;
  for (const auto& story : result.stories) {
    const auto found = story.metrics.find(metric);
    if (found == story.metrics.end()) continue;
    if (const auto value = number(found->second)) {
      values.push_back({story.ip, *value});
      plain.push_back(*value);
    }
  }
  constexpr double kEqual = 1e-9;
  if (plain.empty() || std::abs(mean(plain) - stated) > kEqual * std::max(1.0, std::abs(stated)))
    return std::nullopt;
  return clustered_bootstrap(values);
}

/// What all figures of a table share.
class TableFigures {
 public:
  TableFigures(const RankedTable& table, const FigureOptions& options)
      : table_(table), columns_(figure_columns(table, options)) {
    with_intervals_ = table.systems.size() <= kMostWithIntervals;
  }

  [[nodiscard]] std::vector<Figure> make() const {
    std::vector<Figure> figures;
    add_each(figures, "drift", [this](std::size_t column) { return drift(column); });
    add_each(figures, "decay", [this](std::size_t column) { return decay(column); });
    add_adherence(figures);
    return figures;
  }

 private:
  void add_each(std::vector<Figure>& figures, const std::string& kind,
                const std::function<std::optional<Figure>(std::size_t)>& make_one) const {
    std::vector<Figure> of_kind;
    std::vector<std::string> parts;
    for (const std::size_t column : columns_) {
      auto figure = make_one(column);
      if (!figure) continue;
      of_kind.push_back(std::move(*figure));
      parts.push_back(table_.metrics[column]);
    }
    add_panels(figures, kind, parts, std::move(of_kind));
  }

  [[nodiscard]] Figure with_names(std::vector<std::size_t> columns) const {
    Figure figure;
    for (const auto& system : table_.systems) {
      const bool withheld = std::any_of(columns.begin(), columns.end(), [&](std::size_t column) {
        return ranks(column) && !system.withheld[column].empty();
      });
      figure.series.push_back(system.result->system + (withheld ? " †" : ""));
    }
    return figure;
  }
  [[nodiscard]] bool ranks(std::size_t column) const {
    return table_.directions[column] != document::ResultDirection::none;
  }

  /// Over which stories, and why a system has a dagger.
  [[nodiscard]] std::string closing_words(std::vector<std::size_t> columns, bool intervals) const {
    std::string text = fmt::format(" {}.", table_heading(table_));
    if (intervals)
      text += with_intervals_
                  ? " Bars: 95 % intervals by bootstrap over whole IPs."
                  : fmt::format(" Intervals are left out: {} systems would hide each other.",
                                table_.systems.size());
    std::vector<std::string> reasons;
    for (const auto& system : table_.systems) {
      for (const std::size_t column : columns) {
        if (ranks(column) && !system.withheld[column].empty())
          reasons.push_back(fmt::format("{}: no marks for {} ({})", system.result->system,
                                        table_.metrics[column], system.withheld[column]));
      }
    }
    if (!reasons.empty()) text += fmt::format(" † {}.", fmt::join(reasons, "; "));
    return text;
  }

  /// One line a system; nothing where no system has two points.
  [[nodiscard]] std::optional<Figure> lines(
      std::size_t column, PlotAxis x, const std::string& what,
      const std::function<std::vector<PlotPoint>(const document::Result&,
                                                 const document::ResultMetric&)>& points) const {
    Plot plot;
    plot.lines = true;
    plot.spread = with_intervals_;
    plot.x = std::move(x);
    plot.y = metric_axis(table_.metrics[column], table_.directions[column]);
    bool any = false;
    for (std::size_t i = 0; i < table_.systems.size(); ++i) {
      const document::Result& result = *table_.systems[i].result;
      const auto* metric = result.find_metric(table_.metrics[column]);
      if (metric == nullptr) continue;
      PlotSeries series{i, points(result, *metric)};
      any = any || series.points.size() > 1;
      if (!series.points.empty()) plot.series.push_back(std::move(series));
    }
    if (!any) return std::nullopt;
    Figure figure = with_names({column});
    figure.caption = what + closing_words({column}, true);
    figure.panels = {std::move(plot)};
    return figure;
  }

  [[nodiscard]] std::optional<Interval> interval(const document::Result& result,
                                                 const std::string& metric, double stated,
                                                 const StoryNumber& number) const {
    if (!with_intervals_) return std::nullopt;
    return interval_over_ips(result, metric, stated, number);
  }

  [[nodiscard]] std::optional<Figure> drift(std::size_t column) const {
    std::size_t shots = 0;
    for (const auto& system : table_.systems) {
      if (const auto* metric = system.result->find_metric(table_.metrics[column]))
        shots = std::max(shots, metric->per_shot_index.size());
    }
    if (shots < 2) return std::nullopt;
    const auto points = [&](const document::Result& result, const document::ResultMetric& metric) {
      std::vector<PlotPoint> of_shots;
      for (std::size_t i = 0; i < metric.per_shot_index.size(); ++i) {
        const auto& value = metric.per_shot_index[i];
        if (!value) continue;
        const auto number = [i](const document::StoryMetric& story) {
          return i < story.shots.size() ? story.shots[i].value : document::ResultValue();
        };
        of_shots.push_back({.x = static_cast<double>(i + 1),
                            .y = *value,
                            .y_interval = interval(result, metric.id, *value, number)});
      }
      return of_shots;
    };
    return lines(
        column, {.label = "shot", .ticks = count_ticks(static_cast<int>(shots), kMostShotTicks)},
        fmt::format("Drift: {} of each shot, mean over stories.", metric_in_words(table_, column)),
        points);
  }

  [[nodiscard]] std::optional<Figure> decay(std::size_t column) const {
    int farthest = 0;
    for (const auto& system : table_.systems) {
      if (const auto* metric = system.result->find_metric(table_.metrics[column])) {
        for (const auto& row : metric->by_distance) farthest = std::max(farthest, row.distance);
      }
    }
    if (farthest < 2) return std::nullopt;
    const auto points = [&](const document::Result& result, const document::ResultMetric& metric) {
      std::vector<PlotPoint> of_distances;
      for (const auto& row : metric.by_distance) {
        if (!row.value) continue;
        const auto number = [&](const document::StoryMetric& story) -> document::ResultValue {
          for (const auto& own : story.by_distance) {
            if (own.distance == row.distance) return own.value;
          }
          return std::nullopt;
        };
        of_distances.push_back({.x = static_cast<double>(row.distance),
                                .y = *row.value,
                                .y_interval = interval(result, metric.id, *row.value, number)});
      }
      return of_distances;
    };
    return lines(column, {.label = "shots apart", .ticks = count_ticks(farthest, kMostShotTicks)},
                 fmt::format("Decay: {} of pairs of shots by their distance, mean over stories.",
                             metric_in_words(table_, column)),
                 points);
  }

  [[nodiscard]] std::vector<std::size_t> of_family(std::string_view family) const {
    std::vector<std::size_t> found;
    for (const std::size_t column : columns_) {
      if (table_.descriptions[column].family == family) found.push_back(column);
    }
    return found;
  }

  [[nodiscard]] std::optional<Figure> scatter(std::size_t across, std::size_t up) const {
    Plot plot;
    plot.mark_size = 5.0;
    plot.x = metric_axis(table_.metrics[across], table_.directions[across]);
    plot.y = metric_axis(table_.metrics[up], table_.directions[up]);
    for (std::size_t i = 0; i < table_.systems.size(); ++i) {
      const auto* x = table_.systems[i].result->find_metric(table_.metrics[across]);
      const auto* y = table_.systems[i].result->find_metric(table_.metrics[up]);
      if (x == nullptr || y == nullptr || !x->mean || !y->mean) continue;
      plot.series.push_back({i, {{*x->mean, *y->mean, x->ci95, y->ci95}}});
    }
    if (plot.series.empty()) return std::nullopt;
    Figure figure = with_names({across, up});
    figure.caption =
        fmt::format("Adherence to the character, {}, against adherence to the caption, {}.",
                    metric_in_words(table_, across), metric_in_words(table_, up)) +
        closing_words({across, up}, false) + " Bars: 95 % intervals by bootstrap over whole IPs.";
    figure.panels = {std::move(plot)};
    return figure;
  }

  void add_adherence(std::vector<Figure>& figures) const {
    std::vector<Figure> of_kind;
    std::vector<std::string> parts;
    for (const std::size_t up : of_family("text")) {
      for (const std::size_t across : of_family("adherence")) {
        auto figure = scatter(across, up);
        if (!figure) continue;
        of_kind.push_back(std::move(*figure));
        parts.push_back(table_.metrics[across] + "-" + table_.metrics[up]);
      }
    }
    add_panels(figures, "adherence", parts, std::move(of_kind));
  }

  const RankedTable& table_;
  std::vector<std::size_t> columns_;
  bool with_intervals_ = true;
};

void require_metrics(std::span<const document::Result> results,
                     const std::vector<std::string>& metrics) {
  for (const auto& metric : metrics) {
    const bool known =
        std::any_of(results.begin(), results.end(), [&](const document::Result& result) {
          return result.kind != document::ResultKind::reported &&
                 result.find_metric(metric) != nullptr;
        });
    if (!known)
      throw UsageError(fmt::format(
          "--metrics {}: no measured document has this metric, so that no figure can show it",
          metric));
  }
}

/// Names become names of files: each once.
void make_names_differ(std::vector<Figure>& figures) {
  std::map<std::string, int> seen;
  for (auto& figure : figures) {
    const int count = ++seen[figure.name];
    if (count > 1) figure.name += fmt::format("-{}", count);
  }
}

}  // namespace

std::vector<Figure> result_figures(std::span<const document::Result> results,
                                   const FigureOptions& options) {
  require_metrics(results, options.metrics);
  std::vector<Figure> figures;
  int number = 0;
  for (const auto& table : rank(results, {})) {
    if (table.reported) continue;
    ++number;
    for (auto& figure : TableFigures(table, options).make()) {
      if (number > 1) figure.name = fmt::format("table{}-{}", number, figure.name);
      figures.push_back(std::move(figure));
    }
  }
  make_names_differ(figures);
  return figures;
}

}  // namespace asbench::reports
