#include "models/weights/shard_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;

void expect_refused(std::string_view text, const std::vector<std::string_view>& parts) {
  std::vector<std::string_view> all{"an.index.json"};
  all.insert(all.end(), parts.begin(), parts.end());
  expect_error([&] { (void)parse_shard_index(text, "an.index.json"); }, all);
}

TEST(ShardIndex, ListsEachFileOnce) {
  const ShardIndex index = parse_shard_index(
      R"({"metadata": {"total_size": 7, "deep": [{"a": null}]},
          "weight_map": {"b": "m-2.safetensors", "a": "m-1.safetensors", "c": "m-1.safetensors"}})",
      "x");
  EXPECT_EQ(index.files, (std::vector<std::string>{"m-1.safetensors", "m-2.safetensors"}));
  EXPECT_EQ(index.weight_map.at("c"), "m-1.safetensors");
  EXPECT_EQ(index.weight_map.size(), 3U);
}

TEST(ShardIndex, RefusesFileNamesThatLeaveTheFolder) {
  for (const std::string_view name :
       {"/etc/passwd.safetensors", "../x.safetensors", "a/b.safetensors", "a\\\\b.safetensors",
        "..", ".safetensors", ".x.safetensors", "", "x.bin", "a\\u0000.safetensors",
        "a\\n.safetensors"}) {
    expect_refused(fmt::format(R"({{"weight_map":{{"t":"{}"}}}})", name), {"\"t\"", "plain name"});
  }
}

TEST(ShardIndex, RefusesTensorsThatOccurTwice) {
  expect_refused(R"({"weight_map":{"t":"a.safetensors","t":"b.safetensors"}})",
                 {"\"t\"", "occurs twice"});
  expect_refused(R"({"weight_map":{"t":"a.safetensors"},"weight_map":{"u":"b.safetensors"}})",
                 {"\"weight_map\"", "occurs twice"});
}

TEST(ShardIndex, RefusesOtherShapesOfJson) {
  expect_refused("", {"not valid UTF-8 JSON"});
  expect_refused("[]", {"an object was expected"});
  expect_refused("{}", {"weight_map is missing or empty"});
  expect_refused(R"({"weight_map":{}})", {"missing or empty"});
  expect_refused(R"({"weight_map":[]})", {"weight_map is an array"});
  expect_refused(R"({"weight_map":"x"})", {"weight_map is a text"});
  for (const std::string_view value : {"1", "null", "true", "[]", "{}", "1.5", "-1"}) {
    expect_refused(fmt::format(R"({{"weight_map":{{"t":{}}}}})", value),
                   {"\"t\"", "a file name was expected"});
  }
  expect_refused(std::string(R"({"weight_map":{"t":"a.safetensors"}})") + '\0' + "x", {"NUL"});
  expect_refused("{\"metadata\":" + std::string(100'000, '['), {"nested deeper"});
  expect_refused(
      fmt::format(R"({{"weight_map":{{"{}":"a.safetensors"}}}})", std::string(1025, 'n')),
      {"1025 bytes"});
}

}  // namespace
}  // namespace asbench::models
