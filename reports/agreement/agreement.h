#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "document/result.h"

namespace asbench::reports {

/// One rating of one system's story by a person or a judge model.
struct Rating {
  std::string system, story, dimension, rater;
  double value = 0.0;
};

/// Krippendorff's alpha with the interval metric (squared differences) over units that at least two
/// raters rated. 1: they agree; 0: as chance would. Ratings of one unit stand in one inner vector.
/// @returns nothing when no unit has two ratings, or all ratings are equal (nothing to agree
/// about). Source: Krippendorff 2004, Content Analysis, 11.3.
[[nodiscard]] std::optional<double> krippendorff_alpha(std::span<const std::vector<double>> units);

/// Kendall's tau-b: (concordant - discordant) / sqrt((pairs - ties in x)(pairs - ties in y)). O(n
/// log n), Knight 1966.
/// @returns nothing when a side has no two different values. Same length, finite.
[[nodiscard]] std::optional<double> kendall_tau_b(std::span<const double> x,
                                                  std::span<const double> y);

/// Spearman's rho: Pearson's r of the mid-ranks. @returns nothing when a side has no two different
/// values.
[[nodiscard]] std::optional<double> spearman_rho(std::span<const double> x,
                                                 std::span<const double> y);

/// Adds a metric "rated DIMENSION" to every result that has ratings: mean over rated stories with
/// the interval of docs/design/metrics.md 9.2; its signature names raters and their agreement.
/// @param source  where the ratings are from, "ratings.csv#1a2b3c4d": part of the signature, so two
/// files never stand in one column
/// @throws BadInput when a rater rates the same thing twice, or no rating belongs to any system and
/// story of the results.
void attach_ratings(std::vector<document::Result>& results, std::span<const Rating> ratings,
                    const std::string& source);

/// Ratings whose system and story are in none of the results.
struct UnmatchedRatings {
  int ratings = 0;                   ///< how many
  int all = 0;                       ///< of how many
  std::vector<std::string> systems;  ///< names that no result has, in order
  std::vector<std::string>
      stories;  ///< "STORY of SYSTEM" where only the story is unknown, in order
  /// " Did you mean NAME?" of the names above that are nearly one of the documents.
  std::map<std::string, std::string> meant;
};
[[nodiscard]] UnmatchedRatings unmatched_ratings(std::span<const document::Result> results,
                                                 std::span<const Rating> ratings);
/// "3 of 12 ratings match no system and story of the documents: ...", one line for each name.
[[nodiscard]] std::string unmatched_text(const UnmatchedRatings& unmatched);

struct AgreementOptions {
  int replicates = 1000;
  std::uint64_t seed = 0;
  bool allow_unmatched = false;  ///< leave ratings of other systems and stories out, and count them
};

/// How one metric ranks stories as raters do.
struct RankAgreement {
  std::string metric, dimension;
  int n = 0;    ///< (system, story) pairs with a value and a rating
  int ips = 0;  ///< clusters of the bootstrap
  std::optional<double> kendall,
      spearman;  ///< sign changed where lower is better: positive is agreement
  std::optional<Interval> kendall_ci95,
      spearman_ci95;  ///< percentile bootstrap over whole IPs; nothing below two IPs
};

struct DimensionAgreement {
  std::string dimension;
  std::optional<double> alpha;
  int raters = 0;
  int units = 0;  ///< (system, story) pairs rated
  int ratings = 0;
};

struct Agreement {
  std::vector<DimensionAgreement> dimensions;  ///< of the ratings that match
  std::vector<RankAgreement> metrics;
  UnmatchedRatings unmatched;
};

/// @throws BadInput when a rater rates the same thing twice.
[[nodiscard]] std::vector<DimensionAgreement> rater_agreement(std::span<const Rating> ratings);

/// Every metric of the results that has a direction and values per story, against every dimension;
/// all systems pooled.
/// @throws NotComparable when a metric's signatures differ between results, BadInput as
/// attach_ratings, and when some ratings match nothing unless the options allow it.
[[nodiscard]] Agreement agreement(std::span<const document::Result> results,
                                  std::span<const Rating> ratings,
                                  const AgreementOptions& options = {});

[[nodiscard]] std::string agreement_text(const Agreement& agreement);
[[nodiscard]] Json agreement_json(const Agreement& agreement);

}  // namespace asbench::reports
