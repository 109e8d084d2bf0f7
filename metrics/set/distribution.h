#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/stats.h"
#include "metrics/set/extrapolation.h"
#include "metrics/set/frechet.h"
#include "metrics/set/kernel_distance.h"
#include "metrics/set/prdc.h"
#include "metrics/set/samples.h"

namespace asbench::metrics {

/// Numbers of one set of features against another (docs/design/metrics.md 8), several at a time.
struct DistributionSettings {
  int ddof = 1;        ///< of `frechet`
  int neighbours = 5;  ///< of precision, recall, density, coverage
  std::uint64_t seed = 0;
  /// Of distribution_metrics().
  std::vector<std::string> metrics = {"frechet", "kernel",  "jedi",    "precision",
                                      "recall",  "density", "coverage"};
  KidOptions kid;           ///< of `kid`, the kernel distance over subsets as other tools print it
  bool intervals = false;   ///< delete-one-group jackknife; needs groups
  bool noise_floor = true;  ///< noise floor and extrapolation beside `frechet`
};

struct DistributionResult {
  std::map<std::string, double, std::less<>> values;  ///< by metric id
  std::map<std::string, std::optional<Interval>, std::less<>>
      intervals;                   ///< nothing where the jackknife can't be had
  std::optional<Frechet> frechet;  ///< terms, with settings.ddof
  std::optional<Frechet> frechet_ddof0;
  std::optional<double> frechet_at_infinity;
  std::optional<NoiseFloor> floor;
  std::optional<double> kid_deviation;  ///< of the subsets
  bool degenerate = false;              ///< see Prdc
};

/// Ids that DistributionSettings::metrics takes: frechet, kernel, jedi, precision, recall, density,
/// coverage, kid.
[[nodiscard]] std::span<const std::string_view> distribution_metrics();

/// Rows that a metric needs on both sides: k + 2 for precision, recall, density and coverage, a
/// subset for kid, else 2.
[[nodiscard]] int least_samples(std::string_view metric, const DistributionSettings& settings);

/// @param real_groups, generated_groups  IP of each row, for the jackknife and the noise floor; may
/// be empty
/// @throws UsageError for an unknown metric or ddof; BadInput for NaN or Inf, differing D, a set
/// without variance, fewer rows than
///         least_samples(). Thread-safe.
[[nodiscard]] DistributionResult measure_distribution(
    SamplesView real, SamplesView generated, const DistributionSettings& settings,
    std::span<const std::string> real_groups = {},
    std::span<const std::string> generated_groups = {});

/// Delete-one-group jackknife (docs/design/metrics.md 9.2): se = sqrt((G-1)/G sum (theta_(g) -
/// mean)^2), interval theta -+ t_{.975, G-1} se. Set-level metrics are never bootstrapped with
/// replacement: repeats count as pairs and bias them.
/// @param left_out  theta without group g, for each of the G groups. @returns nothing for G < 2.
[[nodiscard]] std::optional<Interval> jackknife_interval(double value,
                                                         std::span<const double> left_out);

}  // namespace asbench::metrics
