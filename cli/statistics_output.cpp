#include "cli/statistics_output.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "core/say.h"
#include "core/text.h"
#include "core/words.h"
#include "reports/figures/distribution_figure.h"
#include "reports/figures/write_figures.h"

namespace asbench::cli {
namespace {

constexpr std::size_t kTitleColumns = 34;
constexpr std::size_t kNumberColumns = 10;

std::string with_unit(std::string_view title, std::string_view unit) {
  return unit.empty() ? std::string(title) : fmt::format("{} ({})", title, unit);
}

std::string row(std::string_view title, const std::vector<std::string>& cells) {
  std::string text = "  " + align_left(title, kTitleColumns);
  for (const std::string& cell : cells) text += align_right(cell, kNumberColumns);
  return text + "\n";
}

std::string count_row(const loaders::StatisticsCount& count) {
  std::string text = row(count.title, {fmt::format("{}", count.number)});
  if (!count.paper) return text;
  text.pop_back();
  const double share = 100.0 * static_cast<double>(count.number) / *count.paper;
  return text + align_right(fmt::format("{:.0f}", *count.paper), kNumberColumns) +
         fmt::format("  {:.3g} % of it\n", share);
}

}  // namespace

std::string statistics_text(const loaders::SplitStatistics& statistics) {
  std::string text = "statistics\n" + row("", {"here", "paper"});
  for (const auto& count : statistics.counts) {
    if (count.number > 0 || count.paper) text += count_row(count);
  }
  text += row("", {"mean", "paper", "median", "least", "most"});
  for (const auto& series : statistics.series) {
    if (series.values.empty()) {
      text += row(with_unit(series.title, series.unit), {"none"});
      continue;
    }
    text += row(
        with_unit(series.title, series.unit),
        {fmt::format("{:.2f}", series.mean()),
         series.paper_mean ? fmt::format("{:.2f}", *series.paper_mean) : "",
         fmt::format("{:.4g}", series.quantile(0.5)), fmt::format("{:.4g}", series.quantile(0.0)),
         fmt::format("{:.4g}", series.quantile(1.0))});
  }
  return text;
}

Json statistics_json(const loaders::SplitStatistics& statistics) {
  const auto or_null = [](const std::optional<double>& number) {
    return number ? Json(*number) : Json();
  };
  Json counts = Json::object();
  for (const auto& count : statistics.counts) {
    counts[std::string(count.key)] = {{"number", count.number}, {"paper", or_null(count.paper)}};
  }
  Json series = Json::object();
  for (const auto& one : statistics.series) {
    Json entry{
        {"n", one.values.size()}, {"mean", nullptr}, {"paper_mean", or_null(one.paper_mean)}};
    if (!one.values.empty()) {
      entry["mean"] = one.mean();
      entry["median"] = one.quantile(0.5);
      entry["least"] = one.quantile(0.0);
      entry["most"] = one.quantile(1.0);
    }
    entry["unit"] = one.unit.empty() ? Json() : Json(one.unit);
    series[std::string(one.key)] = std::move(entry);
  }
  return {{"counts", std::move(counts)}, {"series", std::move(series)}};
}

void plot_statistics(const loaders::SplitStatistics& statistics, const std::string& split,
                     const std::string& file) {
  std::vector<reports::NamedDistribution> distributions;
  for (const auto& series : statistics.series) {
    if (series.values.empty()) continue;
    distributions.push_back(
        {with_unit(series.title, series.unit), series.values, series.mean(), series.paper_mean});
  }
  reports::TextSetter text;
  reports::write_figure(file, reports::distribution_figure(split, distributions), text);
  say(fmt::format("drawn: {}\n", file));
}

}  // namespace asbench::cli
