#include "reports/figures/distribution_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace asbench::reports {
namespace {

constexpr int kBins = 30;
constexpr double kShown = 0.995;  ///< of the values have a bin of their own width

/// Where bins begin, and how wide they are.
struct Bins {
  double first = 0.0;
  double width = 1.0;
  int count = 1;
};

Bins bins_of(std::span<const float> values) {
  const double low = values.front();
  const auto place =
      static_cast<std::size_t>(std::ceil(kShown * static_cast<double>(values.size()))) - 1;
  const double high = std::max<double>(values[place], low);
  const bool whole = std::all_of(values.begin(), values.end(),
                                 [](float value) { return value == std::floor(value); });
  if (whole) {
    const double width = std::ceil((high - low + 1.0) / kBins);
    return {low - 0.5, width, static_cast<int>(std::ceil((high - low + 1.0) / width))};
  }
  if (high <= low) return {low - 0.5, 1.0, 1};
  return {low, (high - low) / kBins, kBins};
}

Plot panel_of(const NamedDistribution& distribution) {
  const Bins bins = bins_of(distribution.values);
  std::vector<double> shares(static_cast<std::size_t>(bins.count), 0.0);
  for (const float value : distribution.values) {
    const double bin = std::floor((value - bins.first) / bins.width);
    shares[static_cast<std::size_t>(std::clamp(bin, 0.0, bins.count - 1.0))] += 1.0;
  }
  Plot plot;
  plot.title = distribution.title;
  plot.note = fmt::format("n = {}, mean {:.2f}", distribution.values.size(), distribution.mean);
  if (distribution.expected_mean)
    plot.note += fmt::format("; dashed: the paper's, {:.2f}", *distribution.expected_mean);
  plot.y.label = "share, %";
  plot.lines = true;
  plot.mark_size = 0.0;
  plot.dashed_x = distribution.expected_mean;
  PlotSeries outline;
  outline.points.push_back({bins.first, 0.0});
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double share = 100.0 * shares[i] / static_cast<double>(distribution.values.size());
    const double left = bins.first + static_cast<double>(i) * bins.width;
    outline.points.push_back({left, share});
    outline.points.push_back({left + bins.width, share});
  }
  outline.points.push_back({bins.first + bins.count * bins.width, 0.0});
  plot.series.push_back(std::move(outline));
  return plot;
}

}  // namespace

Figure distribution_figure(const std::string& name,
                           std::span<const NamedDistribution> distributions) {
  Figure figure;
  figure.name = "statistics";
  figure.caption = fmt::format(
      "Distributions of {}: the share of values in bins of equal width; the last bin also has "
      "what is beyond it. Dashed lines: means that the paper gives.",
      name);
  figure.width = kTextWidth;
  figure.columns = 3;
  figure.series = {name};
  for (const NamedDistribution& distribution : distributions)
    figure.panels.push_back(panel_of(distribution));
  return figure;
}

}  // namespace asbench::reports
