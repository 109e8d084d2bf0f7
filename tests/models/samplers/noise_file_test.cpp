#include "models/samplers/noise_file.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;
using asbench::testing::TemporaryFolder;

class NoiseFileTest : public ::testing::Test {
 protected:
  void write(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape,
             const std::vector<float>& values) {
    const auto bytes = std::as_bytes(std::span(values)).first(dense_bytes(dtype, shape).value());
    write_safetensors(path(), {{name, {dtype, shape, bytes}}});
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "noise.safetensors"; }
  [[nodiscard]] at::Tensor take(std::string_view story, std::int64_t shot) const {
    return NoiseFile::open(path()).take(story, shot, {1, 1, 2, 1, 2});
  }

  TemporaryFolder folder_;
  std::vector<float> values_ = {0.5F, -1.0F, 2.0F, 3.0F};
};

TEST_F(NoiseFileTest, GivesTheShotsTensorWithABatchAxis) {
  write("a/b/2", DType::f32, {1, 2, 1, 2}, values_);
  const at::Tensor noise = take("a/b", 2);
  EXPECT_TRUE(noise.equal(at::tensor(at::ArrayRef<float>(values_)).view({1, 1, 2, 1, 2})));
}

TEST_F(NoiseFileTest, IsAnErrorWithoutTheShot) {
  write("story/1", DType::f32, {1, 2, 1, 2}, values_);
  expect_error([&] { (void)take("story", 2); }, {path().string(), "story/2"});
  expect_error([&] { (void)take("other", 1); }, {path().string(), "other/1"});
}

TEST_F(NoiseFileTest, IsAnErrorOfAnotherShapeOrType) {
  write("story/1", DType::f32, {2, 1, 1, 2}, values_);
  expect_error([&] { (void)take("story", 1); },
               {path().string(), "story/1", "[2, 1, 1, 2]", "[1, 2, 1, 2]"});
  write("story/1", DType::bf16, {1, 2, 1, 2}, values_);
  expect_error([&] { (void)take("story", 1); }, {"story/1", "BF16", "F32"});
}

TEST_F(NoiseFileTest, IsAnErrorWithValuesThatAreNotFinite) {
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    values_[2] = bad;
    write("story/1", DType::f32, {1, 2, 1, 2}, values_);
    expect_error([&] { (void)take("story", 1); }, {path().string(), "story/1", "not finite"});
  }
}

}  // namespace
}  // namespace asbench::models
