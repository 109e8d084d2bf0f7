#include "models/qwen2/key_value_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace asbench::models {
namespace {

Qwen2Config two_layers() {
  Qwen2Config config;
  config.layers = 2;
  return config;
}

at::Tensor rows(std::int64_t tokens, double first) {
  return at::arange(2 * tokens * 3, at::kFloat).add_(first).view({2, tokens, 3});
}

TEST(KeyValueCache, KeepsWhatItWasGivenInOrderWhileItGrows) {
  KeyValueCache cache(two_layers());
  EXPECT_EQ(cache.length(), 0);
  EXPECT_EQ(cache.batch(), 0);
  EXPECT_EQ(cache.bytes(), 0);
  std::vector<at::Tensor> keys[2];
  std::vector<at::Tensor> values[2];
  for (const std::int64_t tokens : {2, 1, 1, 7, 1, 30}) {
    for (std::size_t layer = 0; layer < 2; ++layer) {
      keys[layer].push_back(rows(tokens, 100.0 * static_cast<double>(cache.length() + tokens)));
      values[layer].push_back(rows(tokens, -500.0 - static_cast<double>(layer)));
      const auto all = cache.append(layer, keys[layer].back(), values[layer].back());
      EXPECT_TRUE(at::equal(all.keys, at::cat(keys[layer], 1)));
      EXPECT_TRUE(at::equal(all.values, at::cat(values[layer], 1)));
    }
    cache.advance(tokens, 2);
  }
  EXPECT_EQ(cache.length(), 42);
  EXPECT_EQ(cache.batch(), 2);
  EXPECT_GE(cache.bytes(), 2 * 2 * 2 * 42 * 3 * 4);
  EXPECT_LE(cache.bytes(), 2 * 2 * 2 * 63 * 3 * 4);
}

TEST(KeyValueCache, RefusesALayerThatWasLeftOutOrDoneTwice) {
  KeyValueCache cache(two_layers());
  static_cast<void>(cache.append(0, rows(2, 0), rows(2, 0)));
  EXPECT_THROW(static_cast<void>(cache.append(0, rows(2, 0), rows(2, 0))), InternalError);
  EXPECT_THROW(cache.advance(2, 2), InternalError);
  KeyValueCache other(two_layers());
  static_cast<void>(other.append(0, rows(2, 0), rows(2, 0)));
  other.advance(2, 1);
  EXPECT_THROW(static_cast<void>(other.append(1, rows(2, 0), rows(2, 0))), InternalError);
}

}  // namespace
}  // namespace asbench::models
