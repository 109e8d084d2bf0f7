#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "document/result.h"
#include "reports/agreement/rated_stories.h"
#include "reports/figures/figure_words.h"
#include "reports/figures/result_figures.h"
#include "reports/file_names.h"
#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kMostPanels = 24;

/// A metric as the first document that has it describes it.
const document::ResultMetric& metric_of(std::span<const document::Result> results,
                                        const std::string& id) {
  for (const auto& result : results) {
    if (result.kind == document::ResultKind::reported) continue;
    if (const auto* metric = result.find_metric(id)) return *metric;
  }
  throw InternalError(fmt::format("a figure of the metric {}, which no document has", id));
}

/// The pairs of metric and dimension that figures show.
std::vector<RankAgreement> shown_pairs(std::span<const document::Result> results,
                                       const Agreement& agreement, const FigureOptions& options) {
  std::vector<RankAgreement> pairs;
  for (const auto& row : agreement.metrics) {
    const auto& description = metric_of(results, row.metric).description;
    const bool headline =
        description.leaderboard && description.kind == document::MetricKind::headline;
    const bool named = std::find(options.metrics.begin(), options.metrics.end(), row.metric) !=
                       options.metrics.end();
    if (options.metrics.empty() ? headline : named) pairs.push_back(row);
  }
  if (pairs.empty() && options.metrics.empty()) pairs = agreement.metrics;
  if (!pairs.empty()) return pairs;
  throw UsageError(
      "none of the metrics asked for has ratings to be drawn against\n  Metrics with a preferred "
      "direction and values per story have; `asbench agree` lists them.");
}

std::string correlation(const std::string& name, const std::optional<double>& value,
                        const std::optional<Interval>& interval) {
  if (!value) return fmt::format("{} undefined", name);
  return fmt::format(
      "{} {:.2f}{}", name, *value,
      interval ? fmt::format(" [{:.2f}, {:.2f}]", interval->low, interval->high) : std::string());
}

/// The systems in the order of their tables, as in the other figures: the legend.
std::vector<std::string> system_names(std::span<const document::Result> results) {
  std::vector<std::string> names;
  for (const auto& table : rank(results, {})) {
    for (const auto& system : table.systems) {
      if (!table.reported &&
          std::find(names.begin(), names.end(), system.result->system) == names.end())
        names.push_back(system.result->system);
    }
  }
  return names;
}

Plot scatter_plot(std::span<const document::Result> results, std::span<const Rating> ratings,
                  const RankAgreement& pair, const std::vector<std::string>& systems) {
  Plot plot;
  plot.mark_size = 3.4;
  plot.x = metric_axis(pair.metric, metric_of(results, pair.metric).direction);
  plot.y = {.label = pair.dimension};
  plot.note = fmt::format("{}, N = {}", correlation("τ", pair.kendall, pair.kendall_ci95), pair.n);
  std::map<std::size_t, PlotSeries> by_system;
  for (const auto& story : rated_stories(results, ratings, pair.metric, pair.dimension)) {
    const auto place = static_cast<std::size_t>(
        std::find(systems.begin(), systems.end(), story.system) - systems.begin());
    by_system[place].place = place;
    by_system[place].points.push_back({story.value, story.rating});
  }
  for (auto& [place, series] : by_system) plot.series.push_back(std::move(series));
  return plot;
}

std::string pair_caption(std::span<const document::Result> results, const RankAgreement& pair) {
  const auto& metric = metric_of(results, pair.metric);
  return fmt::format(
      "Stories by {} ({}) and mean rating of {}. {}, {}; N = {} pairs of system and story, {}; "
      "positive is agreement, 95 % intervals by bootstrap over whole IPs.",
      pair.metric, title_of(metric.description, pair.metric), pair.dimension,
      correlation("Kendall's τ-b", pair.kendall, pair.kendall_ci95),
      correlation("Spearman's ρ", pair.spearman, pair.spearman_ci95), pair.n,
      counted(pair.ips, "IP", "IPs"));
}

/// Metrics in rows, the first on top; a mark with its interval for each dimension. Metrics that
/// don't vary have no correlation and no row.
Figure overview(const Agreement& agreement) {
  Figure figure;
  figure.name = "agreement";
  figure.caption =
      "Agreement of metrics with raters: Kendall's τ-b between the order of stories by a metric "
      "and by the mean rating, all systems pooled; positive is agreement. Bars: 95 % intervals by "
      "bootstrap over whole IPs.";
  std::vector<std::string> metrics;
  for (const auto& row : agreement.metrics) {
    if (row.kendall && std::find(metrics.begin(), metrics.end(), row.metric) == metrics.end())
      metrics.push_back(row.metric);
  }
  for (const auto& row : agreement.dimensions) figure.series.push_back(row.dimension);
  Plot plot;
  plot.spread = true;
  plot.zero_line = true;
  plot.x = {.label = "Kendall's τ-b"};
  const auto height = [&](const std::string& metric) {
    const auto from_top = std::find(metrics.begin(), metrics.end(), metric) - metrics.begin();
    return static_cast<double>(metrics.size()) - static_cast<double>(from_top);
  };
  for (auto metric = metrics.rbegin(); metric != metrics.rend(); ++metric)
    plot.y.ticks.emplace_back(height(*metric), *metric);
  for (std::size_t i = 0; i < figure.series.size(); ++i) {
    PlotSeries series{i, {}};
    for (const auto& row : agreement.metrics) {
      if (row.dimension == figure.series[i] && row.kendall)
        series.points.push_back(
            {.x = *row.kendall, .y = height(row.metric), .x_interval = row.kendall_ci95});
    }
    if (!series.points.empty()) plot.series.push_back(std::move(series));
  }
  if (figure.series.size() == 1) figure.caption += " Rated: " + figure.series.front() + ".";
  figure.panels = {std::move(plot)};
  return figure;
}

}  // namespace

std::vector<Figure> agreement_figures(std::span<const document::Result> results,
                                      std::span<const Rating> ratings, const Agreement& agreement,
                                      const FigureOptions& options) {
  std::vector<Figure> figures = {overview(agreement)};
  const auto systems = system_names(results);
  for (const auto& pair : shown_pairs(results, agreement, options)) {
    Figure figure;
    figure.name =
        fmt::format("agreement-{}-{}", file_name_of(pair.metric), file_name_of(pair.dimension));
    figure.caption = pair_caption(results, pair);
    figure.series = systems;
    figure.panels = {scatter_plot(results, ratings, pair, systems)};
    figures.push_back(std::move(figure));
  }
  return figures;
}

Figure agreement_scatter(std::span<const document::Result> results, std::span<const Rating> ratings,
                         const Agreement& agreement, const FigureOptions& options) {
  const auto pairs = shown_pairs(results, agreement, options);
  if (pairs.size() > kMostPanels)
    throw UsageError(fmt::format(
        "a figure of {} metrics and dimensions has more panels than a page; at most {}\n  Name "
        "the metrics that it should show with --figure-metrics.",
        pairs.size(), kMostPanels));
  Figure figure;
  figure.name = "agreement";
  figure.series = system_names(results);
  figure.columns = std::min<std::size_t>(pairs.size(), 3);
  figure.width = pairs.size() > 1 ? kTextWidth : kColumnWidth;
  for (const auto& pair : pairs) {
    figure.caption += (figure.caption.empty() ? "" : " ") + pair_caption(results, pair);
    figure.panels.push_back(scatter_plot(results, ratings, pair, figure.series));
  }
  return figure;
}

}  // namespace asbench::reports
