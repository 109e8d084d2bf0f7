#include "metrics/search/similarity_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "core/error.h"

namespace asbench::metrics {
namespace {

using Options = SimilarityOptions;

/// The CPU, and a GPU where FAISS has one.
std::vector<std::optional<int>> devices() {
  std::vector<std::optional<int>> all = {std::nullopt};
  if (!GpuSearch::of_this_process().why_not(0)) all.emplace_back(0);
  return all;
}

std::vector<float> random_rows(int rows, int cols, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
  for (float& value : values) value = normal(generator);
  return values;
}

/// Rows from best to worst, in double.
std::vector<std::int64_t> naive_order(FeatureView rows, std::span<const float> query,
                                      Options::Measure measure) {
  std::vector<std::pair<double, std::int64_t>> scored;
  for (int i = 0; i < rows.rows; ++i) {
    double score = 0.0;
    for (std::size_t j = 0; j < query.size(); ++j) {
      const double a = rows.row(i)[j], b = query[j];
      score += measure == Options::Measure::inner_product ? -a * b : (a - b) * (a - b);
    }
    scored.emplace_back(score, i);
  }
  std::ranges::sort(scored);
  std::vector<std::int64_t> order;
  for (const auto& [score, row] : scored) order.push_back(row);
  return order;
}

TEST(SimilarityIndex, FindsTheNaiveNeighboursByBothMeasures) {
  const auto values = random_rows(300, 16, 1), queries = random_rows(20, 16, 2);
  const FeatureView rows(values, 16), asked(queries, 16);
  for (const auto measure : {Options::Measure::inner_product, Options::Measure::squared_l2}) {
    for (const auto gpu : devices()) {
      const SimilarityIndex index(rows, {.measure = measure, .gpu = gpu});
      const auto found = index.search(asked, 7);
      ASSERT_EQ(found.rows.size(), 140U);
      for (int q = 0; q < asked.rows; ++q) {
        const auto expected = naive_order(rows, asked.row(q), measure);
        for (std::size_t i = 0; i < 7; ++i)
          EXPECT_EQ(found.rows[static_cast<std::size_t>(q) * 7 + i], expected[i])
              << "query " << q << ", place " << i;
      }
    }
  }
}

TEST(SimilarityIndex, SaysWhichPlacesAreEmpty) {
  const auto values = random_rows(3, 4, 7);
  const auto found = SimilarityIndex(FeatureView(values, 4), {}).search(FeatureView(values, 4), 5);
  for (std::size_t q = 0; q < 3; ++q) {
    const std::set<std::int64_t> first(found.rows.begin() + static_cast<std::ptrdiff_t>(5 * q),
                                       found.rows.begin() + static_cast<std::ptrdiff_t>(5 * q + 3));
    EXPECT_EQ(first, (std::set<std::int64_t>{0, 1, 2}));
    EXPECT_EQ(found.rows[5 * q + 3], -1);
    EXPECT_EQ(found.rows[5 * q + 4], -1);
  }
}

TEST(SimilarityIndex, RefusesWhatItCanNotSearch) {
  auto values = random_rows(5, 4, 8);
  const SimilarityIndex index(FeatureView(values, 4), {});
  EXPECT_EQ(index.size(), 5);
  EXPECT_TRUE(index.search(FeatureView(values.data(), 0, 4), 3).rows.empty());
  EXPECT_THROW((void)index.search(FeatureView(values, 4), 0), UsageError);
  EXPECT_THROW((void)index.search(FeatureView(values, 2), 1), BadInput);
  EXPECT_THROW(SimilarityIndex(FeatureView(), {}), BadInput);
  values[6] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW((void)index.search(FeatureView(values, 4), 1), BadInput);
  EXPECT_THROW(SimilarityIndex(FeatureView(values, 4), {}), BadInput);
}

}  // namespace
}  // namespace asbench::metrics
