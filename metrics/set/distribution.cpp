#include "metrics/set/distribution.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/student_t.h"

namespace asbench::metrics {
namespace {

constexpr std::array<std::string_view, 8> kMetrics = {"frechet", "kernel",  "jedi",     "precision",
                                                      "recall",  "density", "coverage", "kid"};

bool wants(const DistributionSettings& settings, std::string_view metric) {
  return std::find(settings.metrics.begin(), settings.metrics.end(), metric) !=
         settings.metrics.end();
}

bool wants_prdc(const DistributionSettings& settings) {
  return wants(settings, "precision") || wants(settings, "recall") || wants(settings, "density") ||
         wants(settings, "coverage");
}

void check(const DistributionSettings& settings) {
  for (const auto& metric : settings.metrics) {
    if (std::find(kMetrics.begin(), kMetrics.end(), metric) == kMetrics.end()) {
      const std::vector<std::string> known(kMetrics.begin(), kMetrics.end());
      throw UsageError(fmt::format("Unknown distribution metric '{}'.{} Choose from: {}.", metric,
                                   did_you_mean(metric, known), fmt::join(kMetrics, ", ")));
    }
  }
  if (settings.ddof != 0 && settings.ddof != 1)
    throw UsageError(fmt::format("ddof is 0 or 1, not {}", settings.ddof));
}

/// The values alone, without what stands beside them. Every set that gets here has passed
/// require_variance() or is part of one.
void measure_values(SamplesView real, SamplesView generated, const DistributionSettings& settings,
                    DistributionResult& result) {
  if (wants(settings, "frechet")) {
    const FrechetParts parts = frechet_parts(real, generated);
    result.frechet = parts.with(settings.ddof);
    result.frechet_ddof0 = parts.with(0);
    result.values["frechet"] = result.frechet->value();
  }
  if (wants(settings, "kernel")) result.values["kernel"] = kernel_distance(real, generated);
  if (wants(settings, "jedi")) result.values["jedi"] = jedi_distance(real, generated);
  if (wants(settings, "kid")) {
    const Kid found = kid(real, generated, settings.kid);
    result.values["kid"] = found.mean;
    result.kid_deviation = found.deviation;
  }
  if (wants_prdc(settings)) {
    const Prdc found = prdc(real, generated, settings.neighbours);
    result.degenerate = found.degenerate;
    if (wants(settings, "precision")) result.values["precision"] = found.precision;
    if (wants(settings, "recall")) result.values["recall"] = found.recall;
    if (wants(settings, "density")) result.values["density"] = found.density;
    if (wants(settings, "coverage")) result.values["coverage"] = found.coverage;
  }
}

std::vector<int> rows_outside(std::span<const std::string> groups, const std::string& left_out) {
  std::vector<int> rows;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i] != left_out) rows.push_back(static_cast<int>(i));
  }
  return rows;
}

/// The settings without what these sets are too small for.
DistributionSettings affordable(DistributionSettings settings, SamplesView real,
                                SamplesView generated) {
  const int fewer = std::min(real.rows, generated.rows);
  const bool constant = all_equal(real) || all_equal(generated);
  std::erase_if(settings.metrics, [&](const std::string& metric) {
    return constant || least_samples(metric, settings) > fewer;
  });
  return settings;
}

void add_intervals(SamplesView real, SamplesView generated, const DistributionSettings& settings,
                   std::span<const std::string> real_groups,
                   std::span<const std::string> generated_groups, DistributionResult& result) {
  std::set<std::string> names(generated_groups.begin(), generated_groups.end());
  names.insert(real_groups.begin(), real_groups.end());
  names.erase("");  // rows of no group are never left out
  std::map<std::string, std::vector<double>, std::less<>> left_out;
  for (const auto& name : names) {
    const Samples fewer_real = select_rows(real, rows_outside(real_groups, name));
    const Samples fewer_generated = select_rows(generated, rows_outside(generated_groups, name));
    DistributionResult without;
    measure_values(fewer_real, fewer_generated, affordable(settings, fewer_real, fewer_generated),
                   without);
    for (const auto& [metric, value] : without.values) left_out[metric].push_back(value);
  }
  for (const auto& [metric, value] : result.values) {
    const auto& others = left_out[metric];
    // An interval from some of the groups would be too narrow: all can be left out, or there is
    // none.
    result.intervals[metric] =
        others.size() < names.size() ? std::nullopt : jackknife_interval(value, others);
  }
}

}  // namespace

std::span<const std::string_view> distribution_metrics() {
  return kMetrics;
}

int least_samples(std::string_view metric, const DistributionSettings& settings) {
  if (metric == "kid") return settings.kid.subset_size;
  const bool by_neighbours =
      metric == "precision" || metric == "recall" || metric == "density" || metric == "coverage";
  return by_neighbours ? settings.neighbours + 2 : 2;
}

std::optional<Interval> jackknife_interval(double value, std::span<const double> left_out) {
  const auto groups = static_cast<double>(left_out.size());
  if (left_out.size() < 2) return std::nullopt;
  const double centre = mean(left_out);
  double sum = 0.0;
  for (const double theta : left_out) sum += (theta - centre) * (theta - centre);
  const double half =
      student_t_quantile(0.975, groups - 1.0) * std::sqrt((groups - 1.0) / groups * sum);
  return Interval{value - half, value + half};
}

DistributionResult measure_distribution(SamplesView real, SamplesView generated,
                                        const DistributionSettings& settings,
                                        std::span<const std::string> real_groups,
                                        std::span<const std::string> generated_groups) {
  check(settings);
  DistributionResult result;
  require_variance(real, generated,
                   settings.metrics.empty() ? "distribution" : settings.metrics.front());
  measure_values(real, generated, settings, result);
  if (result.frechet && settings.noise_floor) {
    result.frechet_at_infinity = frechet_at_infinity(real, generated, settings.ddof, settings.seed);
    result.floor = noise_floor(real, generated, real_groups, settings.ddof, settings.seed);
  }
  if (settings.intervals && !real_groups.empty() && !generated_groups.empty()) {
    add_intervals(real, generated, settings, real_groups, generated_groups, result);
  }
  return result;
}

}  // namespace asbench::metrics
