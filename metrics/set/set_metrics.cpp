#include "metrics/set/set_metrics.h"

#include <limits>

#include "metrics/set/frechet_parts.h"

namespace asbench::metrics {
namespace {

Measure set_measure(std::string_view name, std::string_view title, Direction direction, double low,
                    double high, std::string_view formula, std::string_view source,
                    std::string_view cites) {
  Measure info;
  info.measure = name;
  info.measure_title = title;
  info.family = "set";
  info.direction = direction;
  info.range_low = low;
  info.range_high = high;
  info.formula = formula;
  info.source = source;
  info.cites = {cites};
  info.aggregation = "set";
  info.unit = "clips";
  info.reads = {Modality::clip};
  info.parts = {kRealCount, kGeneratedCount};
  return info;
}

Measure neighbour_measure(std::string_view name, std::string_view title, double high,
                          std::string_view formula, std::string_view source,
                          std::string_view cites) {
  Measure info = set_measure(name, title, Direction::higher, 0.0, high, formula, source, cites);
  info.uses_neighbours = true;
  return info;
}

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

}  // namespace

std::vector<Measure> set_measures() {
  std::vector<Measure> all = {
      set_measure("frechet", "Frechet video distance", Direction::lower, 0.0, kNoLimit,
                  "Squared distance of the means + traces of both covariances - 2 trace of their "
                  "product's root, with one feature per clip; a noise floor and an "
                  "extrapolation to infinitely many clips accompany it. Biased upwards for few "
                  "clips: docs/distribution.md.",
                  "Unterthiner et al. 2018; variants of StyleGAN-V, "
                  "common_metrics_on_video_quality, content-debiased FVD",
                  "unterthiner2018fvd"),
      set_measure("kernel", "Kernel video distance", Direction::lower, -kNoLimit, kNoLimit,
                  "Unbiased squared MMD with kernel (x.y / D + 1)^3, all pairs; may be negative.",
                  "Binkowski et al. 2018 (KID) on video features", "binkowski2018kid"),
      set_measure("jedi", "JEDi-form MMD", Direction::lower, 0.0, kNoLimit,
                  "100 x biased squared MMD with kernel (x.y / D)^2.", "Luo et al. 2024 (JEDi)",
                  "luo2025jedi"),
      neighbour_measure(
          "precision", "Share of generated clips near real ones", 1.0,
          "Share of generated clips inside the k-nearest-neighbour ball of a real clip.",
          "Kynkaanniemi et al. 2019; prdc", "kynkaanniemi2019precision"),
      neighbour_measure(
          "recall", "Share of real clips near generated ones", 1.0,
          "Share of real clips inside the k-nearest-neighbour ball of a generated clip.",
          "Kynkaanniemi et al. 2019; prdc", "kynkaanniemi2019precision"),
      neighbour_measure(
          "density", "Mean number of real clips near a generated one", kNoLimit,
          "Mean over generated clips of the number of real k-nearest-neighbour balls that "
          "hold it, / k; may exceed 1.",
          "Naeem et al. 2020; prdc", "naeem2020prdc"),
      neighbour_measure(
          "coverage", "Share of real clips with a generated one nearby", 1.0,
          "Share of real clips whose k-nearest-neighbour ball holds a generated clip.",
          "Naeem et al. 2020; prdc", "naeem2020prdc"),
  };
  Measure& frechet = all.front();
  for (const std::string_view part : frechet_part_names()) frechet.parts.push_back(part);
  frechet.set_parts = frechet_parts;
  frechet.uses_ddof = true;
  return all;
}

}  // namespace asbench::metrics
