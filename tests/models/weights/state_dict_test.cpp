#include "models/weights/state_dict.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "models/weights/safetensors.h"
#include "models/weights/tensor_views.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;
using asbench::testing::TemporaryFolder;

class StateDictTest : public ::testing::Test {
 protected:
  /// Adds a weight file with tensors of ones: name to shape.
  void write(const std::string& file,
             const std::map<std::string, std::vector<std::int64_t>>& shapes) {
    std::map<std::string, TensorView> views;
    for (const auto& [name, shape] : shapes) {
      const auto bytes = dense_bytes(DType::f32, shape).value();
      views[name] = {DType::f32, shape,
                     std::as_bytes(std::span(ones_).first(bytes / sizeof(float)))};
    }
    write_safetensors(folder_ / file, views);
    checkpoint_.folder = folder_.path();
    checkpoint_.weight_files.push_back(folder_ / file);
  }
  [[nodiscard]] StateDict load() const { return StateDict::load(checkpoint_); }

  TemporaryFolder folder_;
  std::vector<float> ones_ = std::vector<float>(1000, 1.0F);
  Checkpoint checkpoint_;
};

TEST_F(StateDictTest, IsContentWhenEveryTensorWasTaken) {
  write("x", {{"a", {2, 3}}, {"b", {}}});
  StateDict weights = load();
  EXPECT_TRUE(weights.take("a", {2, 3}).equal(at::ones({2, 3})));
  EXPECT_TRUE(weights.take("b", {}).equal(at::ones({})));
  EXPECT_NO_THROW(weights.finish());
}

TEST_F(StateDictTest, ListsAllProblemsAtOnce) {
  write("x", {{"a", {2, 3}}, {"b", {4}}, {"extra.weight", {5}}, {"extra.bias", {1}}});
  StateDict weights = load();
  EXPECT_EQ(weights.take("a", {3, 2}).sizes(), (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(weights.take("c", {7}).sizes(), (std::vector<std::int64_t>{7}));
  (void)weights.take("b", {4});
  expect_error([&] { weights.finish(); },
               {(folder_ / "x").string() + ": the weights do not fit", "1 missing:\n  c: [7]",
                "1 misshaped:\n  a: Float [2, 3], a floating-point [3, 2] was expected",
                "2 unexpected:\n  extra.bias: Float [1]\n  extra.weight: Float [5]"});
}

TEST_F(StateDictTest, IgnoresWhatThePatternsName) {
  write("x", {{"pooler.dense.weight", {1}}, {"a.0.mask", {1}}, {"a.12.mask", {1}}});
  EXPECT_NO_THROW(load().finish({"pooler.*", "a.*.mask"}));
  expect_error([&] { load().finish({"pooler.*", "a.?.mask"}); }, {"1 unexpected", "a.12.mask"});
  expect_error([&] { load().finish({"pooler", "mask"}); }, {"3 unexpected"});
}

TEST_F(StateDictTest, ShortensLongListsAndCountsTheRest) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (int i = 0; i < 25; ++i) shapes[fmt::format("t{:02}", i)] = {1};
  write("x", shapes);
  expect_error([&] { load().finish(); }, {"25 unexpected", "t19", "... and 5 more"});
}

TEST_F(StateDictTest, DoesNotGoOnWithANetworkOfOtherWeights) {
  write("x", {{"a", {2}}, {"z", {2}}});
  StateDict weights = load();
  for (int i = 0; i < 20; ++i) (void)weights.take(fmt::format("t{:02}", i), {1});
  expect_error([&] { (void)weights.take("t20", {1}); },
               {(folder_ / "x").string(), "the first problems.\n21 missing:\n  t00: [1]",
                "... and 1 more", "2 not asked for so far:\n  a: Float [2]\n  z: Float [2]"});

  StateDict huge = load();
  (void)huge.take("z", {2});
  expect_error(
      [&] {
        (void)huge.take("a", {10'000'000, 10'000'000, 10'000});
      },
      {"1 misshaped:\n  a: Float [2]", "[10000000, 10000000, 10000] was expected"});
}

TEST_F(StateDictTest, RefusesAWholeNumberWhereAWeightIsWanted) {
  const std::int64_t number = 3;
  write_safetensors(folder_ / "x",
                    {{"a", {DType::i64, {1}, std::as_bytes(std::span(&number, 1))}}});
  checkpoint_.weight_files = {folder_ / "x"};
  StateDict weights = load();
  (void)weights.take("a", {1});
  expect_error([&] { weights.finish(); }, {"1 misshaped", "a: Long [1]", "floating-point [1]"});
}

TEST_F(StateDictTest, HandsOutViewsOfTheMappingThatOutliveIt) {
  write("x", {{"a", {10, 10}}});
  at::Tensor first;
  at::Tensor second;
  {
    StateDict weights = load();
    first = weights.take("a", {10, 10});
    second = weights.take("a", {10, 10});
  }
  EXPECT_EQ(first.const_data_ptr(), second.const_data_ptr()) << "a copy was made";
  std::filesystem::remove(folder_ / "x");
  EXPECT_EQ(first.sum().item<float>(), 100.0F);
}

TEST_F(StateDictTest, CopiesWhatIsMisaligned) {
  // Written by hand: one byte before four floats.
  const std::string header =
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[4],"data_offsets":[1,17]}})";
  std::string text(1, static_cast<char>(header.size()));
  text += std::string(7, '\0') + header + "x" +
          std::string(reinterpret_cast<const char*>(ones_.data()), 16);
  write_file_atomically(folder_ / "x", text);
  checkpoint_.weight_files = {folder_ / "x"};
  EXPECT_TRUE(load().take("b", {4}).equal(at::ones({4})));
}

TEST_F(StateDictTest, AmendsWhatItHandsOut) {
  write("x", {{"a", {2, 3}}, {"b", {4}}});
  StateDict weights = load();
  weights.amend("a", [](const at::Tensor& stored) { return stored + 2; });
  weights.amend("a", [](const at::Tensor& stored) { return stored * 5; });
  for (int again = 0; again < 2; ++again)
    EXPECT_TRUE(weights.take("a", {2, 3}).equal(at::full({2, 3}, 15.0F)));
  EXPECT_TRUE(weights.take("b", {4}).equal(at::ones({4})));
  EXPECT_TRUE(load().take("a", {2, 3}).equal(at::ones({2, 3}))) << "the file was written to";
  expect_error<InternalError>(
      [&] { weights.amend("c", [](const at::Tensor& stored) { return stored; }); }, {"\"c\""});
  // An amended tensor must be taken like any other.
  StateDict left = load();
  left.amend("a", [](const at::Tensor& stored) { return stored; });
  (void)left.take("b", {4});
  expect_error([&] { left.finish(); }, {"1 unexpected", "a: Float [2, 3]"});
}

TEST_F(StateDictTest, NamesTheShardOfATensorThatDoesNotFit) {
  write("a.safetensors", {{"a", {2}}});
  write("b.safetensors", {{"b", {3}}, {"c", {4}}});
  StateDict weights = load();
  (void)weights.take("a", {5});
  (void)weights.take("b", {3});
  (void)weights.take("d", {1});
  expect_error([&] { weights.finish(); },
               {folder_.path().string() + ": the weights do not fit", "1 missing:\n  d: [1]",
                "1 misshaped:\n  a in a.safetensors: Float [2], a floating-point [5] was expected",
                "1 unexpected:\n  c in b.safetensors: Float [4]"});
}

TEST_F(StateDictTest, ReadsShardsAsOne) {
  write("a.safetensors", {{"a", {2}}});
  write("b.safetensors", {{"b", {3}}});
  checkpoint_.weight_map = {{"a", "a.safetensors"}, {"b", "b.safetensors"}};
  StateDict weights = load();
  (void)weights.take("a", {2});
  (void)weights.take("b", {3});
  EXPECT_NO_THROW(weights.finish());
}

TEST_F(StateDictTest, RefusesShardsThatContradictTheirIndex) {
  write("a.safetensors", {{"a", {2}}});
  write("b.safetensors", {{"b", {3}}});
  checkpoint_.weight_map = {{"a", "a.safetensors"}, {"b", "a.safetensors"}};
  expect_error([&] { (void)load(); }, {"places tensor \"b\" in a.safetensors"});
  checkpoint_.weight_map = {{"a", "a.safetensors"}, {"c", "b.safetensors"}};
  expect_error([&] { (void)load(); }, {"places tensor \"c\" in b.safetensors"});
}

TEST_F(StateDictTest, RefusesATensorInTwoShards) {
  write("a.safetensors", {{"a", {2}}});
  write("b.safetensors", {{"a", {2}}});
  expect_error([&] { (void)load(); }, {"\"a\" is in two shards, a.safetensors and b.safetensors"});
}

TEST(TensorViews, RefuseBytesThatDoNotFitTheShape) {
  const std::vector<std::byte> bytes(7);
  expect_error<InternalError>([&] { (void)view_tensor(bytes, DType::f32, {2}, nullptr); },
                              {"7 bytes", "F32 [2]"});
}

}  // namespace
}  // namespace asbench::models
