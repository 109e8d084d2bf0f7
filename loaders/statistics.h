#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/annotations/index.h"
#include "loaders/split.h"

// The numbers of a data set's description, beside those that AnimeShooter's paper gives
// (docs/design/dataset.md 1), so that half a download is seen at once.
namespace asbench::loaders {

/// How often something is there.
struct StatisticsCount {
  std::string_view key;    ///< for JSON: "videos"
  std::string_view title;  ///< for people
  std::uint64_t number = 0;
  std::optional<double> paper;  ///< as the paper gives it, rounded as there
};

/// One number of each video, story or shot.
struct StatisticsSeries {
  std::string_view key;
  std::string_view title;
  std::string_view unit;      ///< "s", "words"; empty: a number of things
  std::vector<float> values;  ///< ascending
  std::optional<double> paper_mean;

  /// NaN without values. In double precision.
  [[nodiscard]] double mean() const;
  /// The middle value, of two the lower. @param part  0 to 1: 0 the least, 1 the most
  [[nodiscard]] double quantile(double part) const;
};

struct SplitStatistics {
  std::vector<StatisticsCount> counts;
  std::vector<StatisticsSeries> series;
};

/// Of annotation files. Videos that are double are left out, and so is what could not be read.
/// Lengths of videos and stories are those of their frames; a file without a frame rate has none.
/// A text that is absent has no length.
/// @param stories  only these, by id, and of their videos nothing but them
[[nodiscard]] SplitStatistics statistics_of(
    const AnnotationIndex& index, const std::optional<std::set<std::string>>& stories = {});

/// Of any split. It knows no frame rates, so nothing has a length in seconds.
[[nodiscard]] SplitStatistics statistics_of(const Split& split);

}  // namespace asbench::loaders
