#include "metrics/search/similarity_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "core/error.h"

namespace asbench::metrics {
namespace {

using Options = SimilarityOptions;

/// The CPU, and a GPU where FAISS has one.
std::vector<Options::Device> devices() {
  std::vector<Options::Device> all = {Options::Device::cpu};
  if (similarity_search_has_gpu()) all.push_back(Options::Device::gpu);
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
    for (const auto device : devices()) {
      const SimilarityIndex index(rows, {.measure = measure, .device = device});
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

TEST(SimilarityIndex, WithEveryCellProbedFindsWhatTheFlatOneFinds) {
  const auto values = random_rows(2000, 8, 3), queries = random_rows(50, 8, 4);
  const FeatureView rows(values, 8), asked(queries, 8);
  for (const auto measure : {Options::Measure::inner_product, Options::Measure::squared_l2}) {
    const auto flat = SimilarityIndex(rows, {.measure = measure}).search(asked, 5);
    for (const auto device : devices()) {
      const SimilarityIndex index(rows, {.measure = measure,
                                         .kind = Options::Kind::inverted,
                                         .device = device,
                                         .cells = 20,
                                         .probes = 20});
      EXPECT_EQ(index.search(asked, 5).rows, flat.rows);
    }
  }
}

TEST(SimilarityIndex, InvertedFindsNearlyAllWithTheDefaults) {
  const auto values = random_rows(5000, 8, 5), queries = random_rows(100, 8, 6);
  const FeatureView rows(values, 8), asked(queries, 8);
  const auto flat =
      SimilarityIndex(rows, {.measure = Options::Measure::squared_l2}).search(asked, 1);
  const auto inverted = SimilarityIndex(rows, {.measure = Options::Measure::squared_l2,
                                               .kind = Options::Kind::inverted})
                            .search(asked, 1);
  int same = 0;
  for (std::size_t i = 0; i < flat.rows.size(); ++i)
    same += flat.rows[i] == inverted.rows[i] ? 1 : 0;
  EXPECT_GE(same, 95);
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
  EXPECT_THROW(
      SimilarityIndex(FeatureView(values, 4), {.kind = Options::Kind::inverted, .cells = 6}),
      BadInput);
  if (!similarity_search_has_gpu()) {
    EXPECT_THROW(SimilarityIndex(FeatureView(values, 4), {.device = Options::Device::gpu}),
                 UsageError);
  }
  values[6] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW((void)index.search(FeatureView(values, 4), 1), BadInput);
  EXPECT_THROW(SimilarityIndex(FeatureView(values, 4), {}), BadInput);
}

}  // namespace
}  // namespace asbench::metrics
