// The metrics against plain loops in long double, written from the definitions: all frame pairs
// one by one, no unit vectors kept, no mean vectors, no matrix product.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "metrics/measurement.h"
#include "metrics/numerics/cosine.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;

constexpr double kDoubleVsLongDouble = 1e-13;  // a few hundred additions of numbers up to 1
constexpr int kSeeds = 20;

long double naive_cosine(std::span<const float> f, std::span<const float> g) {
  long double product = 0;
  long double f_squares = 0;
  long double g_squares = 0;
  for (std::size_t j = 0; j < f.size(); ++j) {
    const auto a = static_cast<long double>(f[j]);
    const auto b = static_cast<long double>(g[j]);
    product += a * b;
    f_squares += a * a;
    g_squares += b * b;
  }
  return product / (std::sqrt(f_squares) * std::sqrt(g_squares));
}

/// Mean cosine of all rows of one view with all rows of another.
long double naive_mean_cosine(FeatureView a, FeatureView b) {
  long double sum = 0;
  for (int i = 0; i < a.rows; ++i) {
    for (int j = 0; j < b.rows; ++j) sum += naive_cosine(a.row(i), b.row(j));
  }
  return sum / (static_cast<long double>(a.rows) * b.rows);
}

struct Naive {
  const StoryFeatures& story;
  int shots = static_cast<int>(story.shots.size());

  [[nodiscard]] FeatureView clip(int s) const {
    return story.shots[static_cast<std::size_t>(s)].images.view("clip");
  }
  [[nodiscard]] long double reference_score(int s) const {
    return naive_mean_cosine(clip(s), story.characters.front().references.straight.view("clip"));
  }
  [[nodiscard]] long double alignment(int s, int t) const {
    return naive_mean_cosine(clip(s),
                             story.shots[static_cast<std::size_t>(t)].captions.view("clip"));
  }
  template <typename Function>
  [[nodiscard]] long double mean_over_pairs(Function value) const {
    long double sum = 0;
    for (int s = 0; s < shots; ++s) {
      for (int t = s + 1; t < shots; ++t) sum += value(s, t);
    }
    return sum / (shots * (shots - 1) / 2);
  }
};

class NaiveLoops : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
    testing::RandomStory options;
    options.shots = 2 + GetParam() % 4;
    options.frames = 2 + GetParam() % 5;
    options.references = 1 + GetParam() % 3;
    options.bias = 0.25 * (GetParam() % 5) - 0.25;
    stories_ = {random_story(shelf_, random, "s", "ip", options)};
  }
  void expect(const char* metric, long double naive) const {
    const auto mean = measure(metric, stories_).mean;
    ASSERT_TRUE(mean.has_value()) << metric;
    EXPECT_NEAR(*mean, static_cast<double>(naive), kDoubleVsLongDouble) << metric;
  }
  FeatureShelf shelf_;
  std::vector<StoryFeatures> stories_;
};

TEST_P(NaiveLoops, GiveTheSameAdherenceAndAlignment) {
  const Naive naive{stories_[0]};
  long double adherence = 0;
  long double text = 0;
  for (int s = 0; s < naive.shots; ++s) {
    adherence += naive.reference_score(s) / naive.shots;
    text += naive.alignment(s, s) / naive.shots;
  }
  expect("clip_i", adherence);
  expect("clip_t", text);
}

TEST_P(NaiveLoops, GiveTheSameCrossShotConsistencyAsTheMeanVectorsDo) {
  const Naive naive{stories_[0]};
  const auto consistency = [&](int s, int t) {
    return naive_mean_cosine(naive.clip(s), naive.clip(t));
  };
  expect("cross_shot_clip", naive.mean_over_pairs(consistency));
  expect("faithful_consistency", naive.mean_over_pairs([&](int s, int t) {
    const long double weaker = std::min(naive.reference_score(s), naive.reference_score(t));
    return std::max(0.0L, consistency(s, t)) * std::max(0.0L, weaker);
  }));
}

TEST_P(NaiveLoops, GiveTheSameMarginSummedShotByShot) {
  const Naive naive{stories_[0]};
  long double sum = 0;
  for (int s = 0; s < naive.shots; ++s) {
    long double others = 0;
    for (int t = 0; t < naive.shots; ++t) {
      if (t != s) others += naive.alignment(s, t);
    }
    sum += naive.alignment(s, s) - others / (naive.shots - 1);
  }
  expect("clip_t_margin", sum / naive.shots);
}

TEST_P(NaiveLoops, GiveTheSameWithinShotAndMotionFeatures) {
  const Naive naive{stories_[0]};
  long double within = 0;
  long double steps = 0;
  for (int s = 0; s < naive.shots; ++s) {
    const FeatureView frames = naive.clip(s);
    long double pairs = 0;
    for (int i = 0; i < frames.rows; ++i) {
      for (int j = i + 1; j < frames.rows; ++j) {
        pairs += naive_cosine(frames.row(i), frames.row(j));
      }
    }
    within += pairs / (frames.rows * (frames.rows - 1) / 2) / naive.shots;
    const auto norm = [&](int i) {
      long double squares = 0;
      for (const float value : frames.row(i)) {
        squares += static_cast<long double>(value) * static_cast<long double>(value);
      }
      return std::sqrt(squares);
    };
    for (int i = 0; i + 1 < frames.rows; ++i) {
      for (std::size_t j = 0; j < frames.row(i).size(); ++j) {
        const long double step = static_cast<long double>(frames.row(i)[j]) / norm(i) -
                                 static_cast<long double>(frames.row(i + 1)[j]) / norm(i + 1);
        steps += std::abs(step) / frames.cols / (frames.rows - 1) / naive.shots;
      }
    }
  }
  expect("within_shot", within);
  const auto parts = measure("motion", stories_).parts;
  ASSERT_EQ(parts.at(1).name, "features");
  EXPECT_NEAR(*parts.at(1).value, static_cast<double>(steps), kDoubleVsLongDouble);
}

INSTANTIATE_TEST_SUITE_P(Seeds, NaiveLoops, ::testing::Range(0, kSeeds));

TEST(CosineMatrix, MatchesTheNaiveLoopAtEncoderWidths) {
  std::mt19937_64 random(7);
  std::normal_distribution<float> normal;
  for (const int width : {1, 3, 512, 768}) {
    FeatureShelf shelf;
    const auto rows = [&](std::size_t count) {
      testing::Rows result(count, std::vector<float>(static_cast<std::size_t>(width)));
      for (auto& row : result) {
        for (float& value : row) value = normal(random);
      }
      return shelf.keep(result);
    };
    const FeatureView a = rows(17);
    const FeatureView b = rows(9);
    const Matrix cosines = cosine_matrix(unit_rows(a), unit_rows(b));
    for (int i = 0; i < a.rows; ++i) {
      for (int j = 0; j < b.rows; ++j) {
        EXPECT_NEAR(cosines(i, j), static_cast<double>(naive_cosine(a.row(i), b.row(j))), 1e-14);
      }
    }
  }
}

TEST(UnitRows, SurviveTheLargestAndSmallestFloats) {
  FeatureShelf shelf;
  const auto units = unit_rows(shelf.keep({{3e38F, 3e38F}, {1e-45F, 0.0F}}));
  EXPECT_TRUE(units.usable());
  EXPECT_NEAR(units.rows(0, 0), std::sqrt(.5), 1e-15);
  EXPECT_EQ(units.rows(1, 0), 1.0);
}

}  // namespace
}  // namespace asbench::metrics
