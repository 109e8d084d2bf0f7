#include "reports/figures/figure_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "document/result.h"
#include "reports/file_names.h"
#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kMostPanels = 9;  ///< side by side
constexpr std::size_t kPanelsInRow = 3;

}  // namespace

std::vector<std::size_t> figure_columns(const RankedTable& table, const FigureOptions& options) {
  std::vector<std::size_t> columns, directed;
  for (std::size_t i = 0; i < table.metrics.size(); ++i) {
    const auto& description = table.descriptions[i];
    const bool directs = table.directions[i] != document::ResultDirection::none;
    if (directs) directed.push_back(i);
    // Ratings are always described: a metric of an earlier document stands beside them all the
    // same.
    const bool headline =
        description.title.empty()
            ? directs
            : description.leaderboard && description.kind == document::MetricKind::headline;
    if (options.metrics.empty() && headline) columns.push_back(i);
  }
  for (const auto& metric : options.metrics) {
    const auto found = std::find(table.metrics.begin(), table.metrics.end(), metric);
    if (found != table.metrics.end())
      columns.push_back(static_cast<std::size_t>(found - table.metrics.begin()));
  }
  return columns.empty() && options.metrics.empty() ? directed : columns;
}

PlotAxis metric_axis(const std::string& metric, document::ResultDirection direction) {
  return {.label = fmt::format("{}{}", metric, arrow(direction)),
          .lower_is_better = direction == document::ResultDirection::lower};
}

std::string metric_in_words(const RankedTable& table, std::size_t column) {
  const std::string& id = table.metrics[column];
  const std::string& title = title_of(table.descriptions[column], id);
  const auto direction = table.directions[column];
  const std::string better = direction == document::ResultDirection::higher  ? "higher is better"
                             : direction == document::ResultDirection::lower ? "lower is better"
                                                                             : "";
  const std::string known = title == id ? better : better.empty() ? title : title + ", " + better;
  return known.empty() ? id : fmt::format("{} ({})", id, known);
}

void add_panels(std::vector<Figure>& figures, const std::string& kind,
                const std::vector<std::string>& parts, std::vector<Figure> of_panels) {
  Figure all;
  all.name = kind;
  all.width = kTextWidth;
  all.columns = std::min(kPanelsInRow, of_panels.size() == 4 ? std::size_t{2} : of_panels.size());
  for (std::size_t i = 0; i < of_panels.size(); ++i) {
    Figure& figure = of_panels[i];
    figure.name = fmt::format("{}-{}", kind, file_name_of(parts[i]));
    all.series = figure.series;
    all.caption += fmt::format("{}({}) {}", i > 0 ? " " : "", i + 1, figure.caption);
    all.panels.push_back(figure.panels.front());
    figures.push_back(std::move(figure));
  }
  if (all.panels.size() > 1 && all.panels.size() <= kMostPanels) figures.push_back(std::move(all));
}

}  // namespace asbench::reports
