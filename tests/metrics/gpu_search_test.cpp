// The way to FAISS on a GPU, driven by a stand-in for the plug-in: what is searched where, what is
// said when a GPU can't.
#include "metrics/search/gpu_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "metrics/search/similarity_index.h"
#include "tests/support/paths.h"

namespace asbench::metrics {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::StartsWith;

std::string stand_in() {
  return (testing::build_folder() / "lib" / "libasbench_fake_faiss_gpu.so").string();
}

/// A variable that the stand-in reads, for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

std::vector<float> random_rows(int rows, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(rows) * 8);
  for (float& value : values) value = normal(generator);
  return values;
}

class OnAStandIn : public ::testing::Test {
 protected:
  [[nodiscard]] SimilarityIndex index(SimilarityOptions options = {}) const {
    options.gpu = 0;
    options.gpu_search = &gpu_;
    return {{values_, 8}, options};
  }
  [[nodiscard]] std::vector<std::int64_t> rows_on_cpu(int k) const {
    return SimilarityIndex({values_, 8}, {}).search({queries_, 8}, k).rows;
  }
  const GpuSearch gpu_{stand_in()};
  const std::vector<float> values_ = random_rows(90, 1), queries_ = random_rows(7, 2);
};

TEST_F(OnAStandIn, FindsWhatTheCpuFinds) {
  const auto on_gpu = index();
  EXPECT_EQ(on_gpu.search({queries_, 8}, 5).rows, rows_on_cpu(5));
  EXPECT_EQ(on_gpu.searched_by(), "faiss 9.8.7 gpu cuda:0 (Stand-in)");
  const auto by_distance = index({.measure = SimilarityOptions::Measure::squared_l2});
  const SimilarityIndex reference({values_, 8},
                                  {.measure = SimilarityOptions::Measure::squared_l2});
  EXPECT_EQ(by_distance.search({queries_, 8}, 3).rows, reference.search({queries_, 8}, 3).rows);
}

TEST_F(OnAStandIn, MoreNeighboursThanItFindsAreTheCpus) {
  const auto some = index();
  EXPECT_EQ(some.search({queries_, 8}, 65).rows, rows_on_cpu(65));
  EXPECT_THAT(
      some.searched_by(),
      AllOf(
          StartsWith("faiss 1."),
          HasSubstr(" cpu (not on cuda:0: 65 neighbours were asked for, a GPU finds 64 at most)")));
  (void)some.search({queries_, 8}, 64);
  EXPECT_THAT(some.searched_by(),
              AllOf(StartsWith("faiss 9.8.7 gpu cuda:0 (Stand-in) (in part not on cuda:0: 65")));
}

TEST_F(OnAStandIn, WhatDoesNotFitIsTheCpus) {
  const Variable small("FAKE_GPU_BYTES", "2879");  // 90 rows of 8 floats need 2,880
  const auto rows = index();
  EXPECT_EQ(rows.search({queries_, 8}, 5).rows, rows_on_cpu(5));
  EXPECT_THAT(rows.searched_by(), HasSubstr(" cpu (not on cuda:0: its memory is too small)"));
}

TEST_F(OnAStandIn, AFailedSearchIsTheCpus) {
  const auto rows = index();
  const Variable fails("FAKE_GPU_FAILS", "it fell off the bus");
  EXPECT_EQ(rows.search({queries_, 8}, 5).rows, rows_on_cpu(5));
  EXPECT_THAT(rows.searched_by(), HasSubstr(" cpu (not on cuda:0: it fell off the bus)"));
}

TEST_F(OnAStandIn, SearchesOfManyThreadsAreOneAfterTheOther) {
  const auto rows = index();
  const auto expected = rows_on_cpu(5);
  std::vector<std::thread> threads;
  std::vector<std::vector<std::int64_t>> found(4);
  for (auto& list : found) threads.emplace_back([&] { list = rows.search({queries_, 8}, 5).rows; });
  for (auto& thread : threads) thread.join();
  for (const auto& list : found) EXPECT_EQ(list, expected);
}

TEST_F(OnAStandIn, SaysWhichGpusThereAre) {
  EXPECT_FALSE(gpu_.why_not(0));
  EXPECT_THAT(gpu_.why_not(1),
              Optional(std::string("there is no GPU 1: 1 answers, counted from 0")));
  EXPECT_TRUE(gpu_.why_not(-1));
  const Variable none("FAKE_GPUS", "0");
  EXPECT_THAT(gpu_.why_not(0),
              Optional(std::string("no GPU or driver answers: the driver is asleep")));
  EXPECT_THAT(index().searched_by(),
              HasSubstr(" cpu (not on cuda:0: no GPU or driver answers: the driver is asleep)"));
}

TEST(GpuSearch, SaysWhyThereIsNoPlugin) {
  const GpuSearch none{std::string()};
  EXPECT_THAT(none.why_not(0), Optional(HasSubstr("`./bootstrap.sh cuda` builds it")));
  EXPECT_EQ(none.largest_k(), 0);
  EXPECT_EQ(none.faiss_version(), "");
  EXPECT_EQ(none.gpu_name(0), "");
  const GpuSearch absent("/no/such/plugin.so");
  EXPECT_THAT(absent.why_not(0), Optional(AllOf(HasSubstr("/no/such/plugin.so can't be opened: "),
                                                HasSubstr("No such file"))));
  const GpuSearch other("libdl.so.2");
  EXPECT_THAT(other.why_not(0), Optional(HasSubstr("of another version of asbench")));
}

}  // namespace
}  // namespace asbench::metrics
