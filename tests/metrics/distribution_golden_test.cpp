// Against published tools on the same features: tests/golden/distribution.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>

#include "core/hash.h"
#include "core/json.h"
#include "metrics/set/frechet.h"
#include "metrics/set/kernel_distance.h"
#include "metrics/set/prdc.h"
#include "tests/metrics/random_samples.h"
#include "tests/support/paths.h"

namespace asbench::metrics {
namespace {

constexpr double kAgainst50Digits = 1e-10;  // relative; singular values in double
constexpr double kAgainstTools = 1e-6;      // relative; what their matrix roots are worth
constexpr double kKernelRounding = 1e-10;   // relative; they add in another order

std::filesystem::path golden_folder() {
  return asbench::testing::source_folder() / "tests/golden/distribution";
}

/// The same formula as in generate.py.
Samples features(int rows, int cols, std::uint64_t salt) {
  Samples samples(rows, cols);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < cols; ++j) {
      std::uint64_t z = (salt * 1000003 + static_cast<std::uint64_t>(i) * 10007 +
                         static_cast<std::uint64_t>(j) * 101 + 12345) *
                        0x9E3779B97F4A7C15U;
      z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
      z = (z ^ z >> 27) * 0x94D049BB133111EBU;
      z ^= z >> 31;
      const std::int64_t spread = 4 + 60 / (1 + j);
      const auto drawn = static_cast<std::int64_t>(z % static_cast<std::uint64_t>(2 * spread + 1));
      samples.row(i)[static_cast<std::size_t>(j)] =
          static_cast<double>(drawn - spread + (salt % 2 == 1 ? 3 : 0)) / 8.0;
    }
  }
  return samples;
}

double absolute_sum(const Samples& samples) {
  double sum = 0.0;
  for (const double value : samples.values) sum += std::abs(value);
  return sum;
}

struct Case {
  Json golden;
  Samples real, generated;
};

std::vector<Case> cases() {
  std::vector<Case> result;
  const Json document = read_json_file(golden_folder() / "golden.json");
  for (const Json& golden : document.at("cases")) {
    const int dim = golden.at("dim").get<int>();
    result.push_back({golden, features(golden.at("real").get<int>(), dim, 2),
                      features(golden.at("generated").get<int>(), dim, 3)});
    EXPECT_EQ(absolute_sum(result.back().real), golden.at("checksum")[0].get<double>());
    EXPECT_EQ(absolute_sum(result.back().generated), golden.at("checksum")[1].get<double>());
  }
  EXPECT_EQ(result.size(), 3U);
  return result;
}

void expect_relative(double actual, const Json& expected, double tolerance,
                     const std::string& what) {
  EXPECT_NEAR(actual, expected.get<double>(), tolerance * std::abs(expected.get<double>())) << what;
}

TEST(DistributionGolden, WasMadeByTheScriptBesideIt) {
  EXPECT_EQ(
      read_json_file(golden_folder() / "golden.json").at("generator_sha256").get<std::string>(),
      sha256_hex(read_text_file(golden_folder() / "generate.py")));
}

TEST(DistributionGolden, FrechetMatches50DigitsAndTheTools) {
  for (const auto& [golden, real, generated] : cases()) {
    const std::string name = golden.at("name").get<std::string>();
    const double zero = frechet_distance(real, generated, 0).value(),
                 one = frechet_distance(real, generated, 1).value();
    expect_relative(zero, golden.at("frechet_50_digits")[0], kAgainst50Digits, name);
    expect_relative(one, golden.at("frechet_50_digits")[1], kAgainst50Digits, name);
    expect_relative(zero, golden.at("scipy")[0], kAgainstTools, name);
    expect_relative(one, golden.at("scipy")[1], kAgainstTools, name);
    expect_relative(one, golden.at("clean_fid"), kAgainstTools, name);
    expect_relative(one, golden.at("torch_fidelity_fid"), kAgainstTools, name);
  }
}

TEST(DistributionGolden, KidMatchesTorchFidelity) {
  for (const auto& [golden, real, generated] : cases()) {
    const Json& expected = golden.at("torch_fidelity_kid");
    const Kid found = kid(real, generated,
                          {.subsets = expected.at("subsets").get<int>(),
                           .subset_size = expected.at("size").get<int>(),
                           .seed = 2020});
    expect_relative(found.mean, expected.at("mean_and_deviation")[0], kKernelRounding, "mean");
    expect_relative(found.deviation, expected.at("mean_and_deviation")[1], kKernelRounding,
                    "deviation");
  }
}

TEST(DistributionGolden, PrdcEqualsThePackage) {
  for (const auto& [golden, real, generated] : cases()) {
    const Prdc found = prdc(real, generated, golden.at("k").get<int>());
    const Json& expected = golden.at("prdc");
    // Equal counts; the quotients of equal counts.
    EXPECT_DOUBLE_EQ(found.precision, expected.at("precision").get<double>());
    EXPECT_DOUBLE_EQ(found.recall, expected.at("recall").get<double>());
    EXPECT_DOUBLE_EQ(found.density, expected.at("density").get<double>());
    EXPECT_DOUBLE_EQ(found.coverage, expected.at("coverage").get<double>());
  }
}

}  // namespace
}  // namespace asbench::metrics
