// Copies of a training set: the nearest row, the threshold calibrated for it.
#include "metrics/search/copy_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"

namespace asbench::metrics {
namespace {

constexpr double kFloat = 1e-6;  // unit rows are kept in float32

double cosine_distance(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    ab += static_cast<double>(a[j]) * static_cast<double>(b[j]);
    aa += static_cast<double>(a[j]) * static_cast<double>(a[j]);
    bb += static_cast<double>(b[j]) * static_cast<double>(b[j]);
  }
  return 1.0 - ab / std::sqrt(aa * bb);
}

/// Clips of five frames that lie near each other.
struct Training {
  int cols = 64;
  std::vector<float> values;
  std::vector<int> clips;

  Training(int count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (int clip = 0; clip < count; ++clip) {
      std::vector<float> centre;
      for (int j = 0; j < cols; ++j) centre.push_back(normal(random));
      for (int frame = 0; frame < 5; ++frame) {
        for (const float value : centre) values.push_back(value + 0.01F * normal(random));
        clips.push_back(clip);
      }
    }
  }
  [[nodiscard]] FeatureView view() const { return {values, cols}; }
};

/// Half the mean distance of a row to its 50 nearest rows of other clips.
double naive_threshold(const Training& training, int row) {
  const FeatureView rows = training.view();
  std::vector<double> distances;
  for (int other = 0; other < rows.rows; ++other) {
    if (training.clips[static_cast<std::size_t>(other)] !=
        training.clips[static_cast<std::size_t>(row)]) {
      distances.push_back(cosine_distance(rows.row(row), rows.row(other)));
    }
  }
  std::ranges::sort(distances);
  const std::size_t count = std::min<std::size_t>(50, distances.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) sum += distances[i];
  return 0.5 * sum / static_cast<double>(count);
}

TEST(CopySearch, FindsTheNearestRowAndItsNaiveThreshold) {
  for (const int clips : {2, 4, 30}) {
    const Training training(clips, 1), asked(6, 2);
    const auto hits = CopySearch(training.view(), training.clips).find(asked.view());
    ASSERT_EQ(hits.size(), 30U);
    for (int i = 0; i < 30; ++i) {
      int nearest = 0;
      for (int row = 1; row < training.view().rows; ++row) {
        if (cosine_distance(asked.view().row(i), training.view().row(row)) <
            cosine_distance(asked.view().row(i), training.view().row(nearest)))
          nearest = row;
      }
      const auto& hit = hits[static_cast<std::size_t>(i)];
      EXPECT_EQ(hit.row, nearest);
      EXPECT_NEAR(hit.copy.distance,
                  cosine_distance(asked.view().row(i), training.view().row(nearest)), kFloat);
      EXPECT_NEAR(hit.copy.threshold, naive_threshold(training, nearest), kFloat);
    }
  }
}

TEST(CopySearch, CallsACopyACopyAndNothingElse) {
  const Training training(40, 3), others(40, 4);
  const CopySearch search(training.view(), training.clips);
  // A row of the set, scaled: an exact copy for a cosine.
  std::vector<float> copied(training.values.begin() + 640, training.values.begin() + 704);
  for (float& value : copied) value *= 3.0F;
  const auto hit = search.find({copied, 64}).front();
  EXPECT_EQ(hit.row, 10);
  EXPECT_NEAR(hit.copy.distance, 0.0, kFloat);
  EXPECT_TRUE(hit.copy.is_copy());
  int called = 0;
  for (const auto& other : search.find(others.view())) called += other.copy.is_copy() ? 1 : 0;
  EXPECT_LT(called, 20) << "a tenth of 200 strangers";
}

TEST(CopySearch, MeasuresARowAgainstOtherClipsOnly) {
  // Every clip's own frames are a hundredth apart, its neighbours far away: with them among the
  // neighbours no copy would be found.
  const Training training(20, 5);
  const CopySearch search(training.view(), training.clips);
  std::vector<float> near(training.values.begin(), training.values.begin() + 64);
  near[0] += 0.02F;
  EXPECT_TRUE(search.find({near, 64}).front().copy.is_copy());
  std::vector<int> each_its_own;
  for (int i = 0; i < 100; ++i) each_its_own.push_back(i);
  const double apart = search.find({near, 64}).front().copy.threshold;
  EXPECT_LT(CopySearch(training.view(), each_its_own).find({near, 64}).front().copy.threshold,
            apart);
}

TEST(CopySearch, RefusesWhatItCanNotCompare) {
  Training training(3, 6);
  const auto message = [](auto&& run) -> std::string {
    try {
      run();
    } catch (const BadInput& error) {
      return error.what();
    }
    return "taken";
  };
  const std::vector<int> one_clip(15, 0);
  EXPECT_NE(message([&] { CopySearch(training.view(), one_clip); }).find("a single clip"),
            std::string::npos);
  const CopySearch search(training.view(), training.clips);
  EXPECT_NE(message([&] {
              (void)search.find({training.values.data(), 1, 4});
            }).find("4 columns"),
            std::string::npos);
  const std::vector<float> zero(64, 0.0F);
  EXPECT_NE(message([&] { (void)search.find({zero, 64}); }).find("frame 0"), std::string::npos);
  training.values[150] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(message([&] { CopySearch(training.view(), training.clips); }).find("training row 2"),
            std::string::npos);
}

}  // namespace
}  // namespace asbench::metrics
