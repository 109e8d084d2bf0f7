#include "reports/agreement/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "core/nearest_name.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kNamesListed = 10;

using Unit = std::pair<std::string, std::string>;  ///< system, story
/// dimension -> unit -> its ratings
using RatedUnits = std::map<std::string, std::map<Unit, std::vector<double>>>;

RatedUnits units_of(std::span<const Rating> ratings) {
  RatedUnits units;
  std::set<std::vector<std::string>> seen;
  for (const auto& rating : ratings) {
    if (!seen.insert({rating.system, rating.story, rating.dimension, rating.rater}).second) {
      throw BadInput(
          fmt::format("rater '{}' rates '{}' of story '{}' of system '{}' twice\n  Keep one row; "
                      "average repeated ratings of one judge beforehand.",
                      rating.rater, rating.dimension, rating.story, rating.system));
    }
    units[rating.dimension][{rating.system, rating.story}].push_back(rating.value);
  }
  return units;
}

[[noreturn]] void nothing_rated(const UnmatchedRatings& unmatched) {
  throw BadInput(
      "No rating matches a system and story in these documents\n  The columns system and story "
      "must be written as in the documents.\n  " +
      unmatched_text(unmatched));
}

using Units = std::set<Unit>;

Units units_of_results(std::span<const document::Result> results) {
  Units units;
  for (const auto& result : results) {
    for (const auto& story : result.stories) units.emplace(result.system, story.id);
  }
  return units;
}

std::vector<Rating> matched_ratings(std::span<const document::Result> results,
                                    std::span<const Rating> ratings) {
  const Units known = units_of_results(results);
  std::vector<Rating> matched;
  for (const Rating& rating : ratings) {
    if (known.contains({rating.system, rating.story})) matched.push_back(rating);
  }
  return matched;
}

/// Up to ten names, one a line.
std::string name_lines(std::string_view what, const std::vector<std::string>& names,
                       const std::map<std::string, std::string>& meant) {
  std::string lines;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == kNamesListed) return lines + fmt::format("\n  ... and {} more", names.size() - i);
    const auto near = meant.find(names[i]);
    lines += fmt::format("\n  {} {}{}", what, terminal_text(names[i]),
                         near == meant.end() ? "" : "." + terminal_text(near->second));
  }
  return lines;
}

struct Pairs {
  std::vector<double> x, y;
  void append(const Pairs& other) {
    x.insert(x.end(), other.x.begin(), other.x.end());
    y.insert(y.end(), other.y.begin(), other.y.end());
  }
};

using Correlation = std::optional<double> (*)(std::span<const double>, std::span<const double>);

/// Percentile interval over whole clusters, drawn as in docs/design/metrics.md 9.2. Replicates in
/// which a side doesn't vary have no correlation and are left out.
std::optional<Interval> clustered_interval(const std::map<std::string, Pairs>& clusters,
                                           Correlation correlation,
                                           const AgreementOptions& options) {
  if (clusters.size() < 2) return std::nullopt;
  std::vector<const Pairs*> list;
  for (const auto& [ip, pairs] : clusters) list.push_back(&pairs);
  SplitMix64 random(options.seed);
  std::vector<double> replicates;
  for (int b = 0; b < options.replicates; ++b) {
    Pairs drawn;
    for (std::size_t k = 0; k < list.size(); ++k) drawn.append(*list[random.below(list.size())]);
    if (const auto value = correlation(drawn.x, drawn.y)) replicates.push_back(*value);
  }
  if (replicates.empty()) return std::nullopt;
  std::sort(replicates.begin(), replicates.end());
  return Interval{sorted_quantile(replicates, 0.025), sorted_quantile(replicates, 0.975)};
}

RankAgreement rank_agreement(const std::string& metric, const std::string& dimension,
                             const std::map<std::string, Pairs>& clusters,
                             const AgreementOptions& options) {
  RankAgreement row;
  row.metric = metric;
  row.dimension = dimension;
  Pairs all;
  for (const auto& [ip, pairs] : clusters) all.append(pairs);
  row.n = static_cast<int>(all.x.size());
  row.ips = static_cast<int>(clusters.size());
  row.kendall = kendall_tau_b(all.x, all.y);
  row.spearman = spearman_rho(all.x, all.y);
  if (row.kendall) row.kendall_ci95 = clustered_interval(clusters, kendall_tau_b, options);
  if (row.spearman) row.spearman_ci95 = clustered_interval(clusters, spearman_rho, options);
  return row;
}

/// Metrics that rank, in document order. One signature each: values of two ways of measuring are
/// not one ranking.
std::vector<std::pair<std::string, document::ResultDirection>> ranking_metrics(
    std::span<const document::Result> results) {
  std::vector<std::pair<std::string, document::ResultDirection>> metrics;
  std::map<std::string, const document::ResultMetric*> known;
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) {
      if (metric.direction == document::ResultDirection::none ||
          result.kind == document::ResultKind::reported)
        continue;
      const auto [place, fresh] = known.emplace(metric.id, &metric);
      if (fresh)
        metrics.emplace_back(metric.id, metric.direction);
      else if (place->second->signature != metric.signature) {
        throw NotComparable(fmt::format(
            "{}: {} was measured differently from the documents before it\n  {}\n  {}\n  "
            "Score all systems in the same way, or run this command for each.",
            result.where, metric.id, metric.signature, place->second->signature));
      }
    }
  }
  return metrics;
}

std::map<std::string, Pairs> pairs_by_ip(std::span<const document::Result> results,
                                         const std::string& metric, double sign,
                                         const std::map<Unit, std::vector<double>>& units) {
  std::map<std::string, Pairs> clusters;
  for (const auto& result : results) {
    for (const auto& story : result.stories) {
      const auto unit = units.find({result.system, story.id});
      const auto value = story.metrics.find(metric);
      if (unit == units.end() || value == story.metrics.end() || !value->second.mean) continue;
      auto& pairs = clusters[story.ip];
      pairs.x.push_back(sign * *value->second.mean);
      pairs.y.push_back(mean(unit->second));
    }
  }
  return clusters;
}

document::MetricDescription rating_description(const std::string& dimension) {
  document::MetricDescription description;
  description.title = "Rating: " + dimension;
  description.definition =
      "Mean of the ratings of a story over raters, then over the stories that were rated.";
  description.family = "ratings";
  description.kind = document::MetricKind::headline;
  description.unit = "stories";
  description.leaderboard = true;
  return description;
}

void add_metric(document::Result& result, const std::string& id, const std::string& dimension,
                const std::string& signature, const std::vector<ClusteredValue>& values) {
  document::ResultMetric metric;
  metric.id = id;
  metric.signature = signature;
  metric.description = rating_description(dimension);
  metric.direction = document::ResultDirection::higher;
  double sum = 0.0;
  for (const auto& value : values) sum += value.value;
  metric.mean = sum / static_cast<double>(values.size());
  metric.ci95 = clustered_bootstrap(values);
  metric.n_stories = metric.n_evaluated = static_cast<int>(values.size());
  metric.n_skipped = static_cast<int>(result.stories.size() - values.size());
  result.metrics.push_back(std::move(metric));
}

}  // namespace

std::optional<double> krippendorff_alpha(std::span<const std::vector<double>> units) {
  std::vector<double> pairable;
  double observed = 0.0;  // sum over units of squared differences of ordered pairs / (raters - 1)
  for (const auto& unit : units) {
    if (unit.size() < 2) continue;
    double differences = 0.0;
    for (const double a : unit) {
      for (const double b : unit) differences += (a - b) * (a - b);
    }
    observed += differences / static_cast<double>(unit.size() - 1);
    pairable.insert(pairable.end(), unit.begin(), unit.end());
  }
  if (pairable.empty()) return std::nullopt;
  const auto n = static_cast<double>(pairable.size());
  const double centre = mean(pairable);
  double spread = 0.0;
  for (const double value : pairable) spread += (value - centre) * (value - centre);
  const double expected = 2.0 * n * spread;  // the same over all ordered pairs
  if (expected <= 0.0) return std::nullopt;
  return 1.0 - (n - 1.0) * observed / expected;
}

UnmatchedRatings unmatched_ratings(std::span<const document::Result> results,
                                   std::span<const Rating> ratings) {
  const Units known = units_of_results(results);
  std::set<std::string> known_systems, known_stories;
  for (const auto& result : results) {
    known_systems.insert(result.system);
    for (const auto& story : result.stories) known_stories.insert(story.id);
  }
  const std::vector<std::string> all_systems(known_systems.begin(), known_systems.end());
  const std::vector<std::string> all_stories(known_stories.begin(), known_stories.end());
  std::set<std::string> systems;
  std::set<std::string> stories;
  UnmatchedRatings unmatched;
  unmatched.all = static_cast<int>(ratings.size());
  for (const Rating& rating : ratings) {
    if (known.contains({rating.system, rating.story})) continue;
    ++unmatched.ratings;
    const bool known_system = known_systems.contains(rating.system);
    const std::string name =
        known_system ? fmt::format("{} of {}", rating.story, rating.system) : rating.system;
    if (!(known_system ? stories : systems).insert(name).second) continue;
    const std::string near = known_system ? did_you_mean(rating.story, all_stories)
                                          : did_you_mean(rating.system, all_systems);
    if (!near.empty()) unmatched.meant[name] = near;
  }
  unmatched.systems.assign(systems.begin(), systems.end());
  unmatched.stories.assign(stories.begin(), stories.end());
  return unmatched;
}

std::string unmatched_text(const UnmatchedRatings& unmatched) {
  return fmt::format("{} of {} {} no system and story of the documents:{}{}", unmatched.ratings,
                     unmatched.all, unmatched.ratings == 1 ? "ratings matches" : "ratings match",
                     name_lines("unknown system", unmatched.systems, unmatched.meant),
                     name_lines("unknown story", unmatched.stories, unmatched.meant));
}

std::vector<DimensionAgreement> rater_agreement(std::span<const Rating> ratings) {
  std::map<std::string, std::set<std::string>> raters;
  for (const auto& rating : ratings) raters[rating.dimension].insert(rating.rater);
  std::vector<DimensionAgreement> rows;
  for (const auto& [dimension, units] : units_of(ratings)) {
    DimensionAgreement row;
    row.dimension = dimension;
    row.raters = static_cast<int>(raters.at(dimension).size());
    row.units = static_cast<int>(units.size());
    std::vector<std::vector<double>> values;
    for (const auto& [unit, of_unit] : units) {
      values.push_back(of_unit);
      row.ratings += static_cast<int>(of_unit.size());
    }
    row.alpha = krippendorff_alpha(values);
    rows.push_back(std::move(row));
  }
  return rows;
}

void attach_ratings(std::vector<document::Result>& results, std::span<const Rating> ratings,
                    const std::string& source) {
  const auto units = units_of(ratings);
  bool any = false;
  for (const auto& dimension : rater_agreement(ratings)) {
    const std::string id = "rated " + dimension.dimension;
    const std::string signature = fmt::format(
        "{} | scores={} | raters={} | alpha={} (Krippendorff, interval) | agg=rater>story>system",
        id, source, dimension.raters,
        dimension.alpha ? fmt::format("{:.3f}", *dimension.alpha) : "none");
    for (auto& result : results) {
      std::vector<ClusteredValue> values;
      for (auto& story : result.stories) {
        const auto unit = units.at(dimension.dimension).find({result.system, story.id});
        if (unit == units.at(dimension.dimension).end()) continue;
        values.push_back({story.ip, mean(unit->second)});
        story.metrics[id].mean = values.back().value;
      }
      if (values.empty()) continue;
      any = true;
      add_metric(result, id, dimension.dimension, signature, values);
    }
  }
  if (!any) nothing_rated(unmatched_ratings(results, ratings));
}

Agreement agreement(std::span<const document::Result> results, std::span<const Rating> all_ratings,
                    const AgreementOptions& options) {
  const auto unmatched = unmatched_ratings(results, all_ratings);
  if (unmatched.ratings == unmatched.all) nothing_rated(unmatched);
  if (unmatched.ratings > 0 && !options.allow_unmatched) {
    throw BadInput(
        unmatched_text(unmatched) +
        "\n  Correct the names, add the documents of these systems, or leave these ratings "
        "out with --allow-unmatched.");
  }
  const auto ratings = matched_ratings(results, all_ratings);
  Agreement found{rater_agreement(ratings), {}, unmatched};
  const auto metrics = ranking_metrics(results);
  for (const auto& [dimension, units] : units_of(ratings)) {
    for (const auto& [metric, direction] : metrics) {
      const auto clusters = pairs_by_ip(
          results, metric, direction == document::ResultDirection::lower ? -1.0 : 1.0, units);
      if (!clusters.empty())
        found.metrics.push_back(rank_agreement(metric, dimension, clusters, options));
    }
  }
  if (found.metrics.empty()) {
    throw BadInput(
        "No metric of the documents has a value for a rated story\n  Only metrics with a preferred "
        "direction and values per story can be compared with ratings.");
  }
  return found;
}

}  // namespace asbench::reports
