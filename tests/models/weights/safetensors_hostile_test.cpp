// Every check of docs/design/animeshootergen.md 7.3, one file each that breaks it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "models/weights/safetensors.h"
#include "tests/models/pickle/pickle_bytes.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using asbench::testing::as_bytes;
using asbench::testing::expect_error;
using asbench::testing::little;
using asbench::testing::TemporaryFolder;

std::string file_with(std::string_view header, std::size_t data_bytes) {
  return little(header.size(), 8) + std::string(header) + std::string(data_bytes, 'd');
}

std::string entry(std::string_view dtype, std::string_view shape, std::string_view offsets) {
  return fmt::format(R"("t":{{"dtype":"{}","shape":{},"data_offsets":{}}})", dtype, shape, offsets);
}

void expect_refused(const std::string& file, const std::vector<std::string_view>& parts) {
  std::vector<std::string_view> all{"file.safetensors"};
  all.insert(all.end(), parts.begin(), parts.end());
  expect_error([&] { (void)parse_safetensors_header(as_bytes(file), "file.safetensors"); }, all);
}

void expect_header_refused(std::string_view header, std::size_t data_bytes,
                           const std::vector<std::string_view>& parts) {
  expect_refused(file_with(header, data_bytes), parts);
}

TEST(SafetensorsHostile, TooShortForTheLengthOfTheHeader) {
  expect_refused("", {"0 bytes"});
  expect_refused("1234567", {"7 bytes"});
}

TEST(SafetensorsHostile, AHeaderLongerThanTheFileOrTheLimit) {
  expect_refused(little(3, 8) + "{}", {"3 bytes long"});
  expect_refused(little(~0ULL, 8) + "{}", {"18446744073709551615"});
  expect_refused(little(100'000'001, 8) + "{}", {"the limit is 100000000"});
}

TEST(SafetensorsHostile, AHeaderThatIsNotOneObjectFollowedBySpaces) {
  for (const std::string_view header :
       {"", "[]", " {}", "{}\n", "\xEF\xBB\xBF{}", "{}x", "null", "      "}) {
    expect_header_refused(header, 0, {"must be one JSON object"});
  }
  using namespace std::string_view_literals;
  expect_header_refused("{}\0{}"sv, 0, {"must be one JSON object"});
  expect_header_refused("{\"a\":}", 0, {"not valid UTF-8 JSON"});
  expect_header_refused("{}{}", 0, {"not valid UTF-8 JSON"});
  expect_header_refused("{\"\xFF\":{}}", 0, {"not valid UTF-8 JSON"});
}

TEST(SafetensorsHostile, DuplicateKeys) {
  const std::string t = entry("U8", "[1]", "[0,1]");
  expect_header_refused("{" + t + "," + t + "}", 1, {"\"t\"", "occurs twice"});
  expect_header_refused(R"({"t":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1,
                        {"\"t\"", "\"dtype\"", "occurs twice"});
  expect_header_refused(R"({"__metadata__":{"a":"b","a":"c"}})", 0, {"\"a\"", "occurs twice"});
  expect_header_refused(R"({"__metadata__":{},"__metadata__":{}})", 0, {"occurs twice"});
}

TEST(SafetensorsHostile, NumbersThatAreNotUnsignedIntegers) {
  for (const std::string_view number :
       {"-1", "1.0", "1e0", "18446744073709551616", "\"1\"", "true", "null", "[1]", "{}"}) {
    expect_header_refused("{" + entry("U8", fmt::format("[{}]", number), "[0,1]") + "}", 1,
                          {"\"t\"", "shape"});
    expect_header_refused("{" + entry("U8", "[1]", fmt::format("[0,{}]", number)) + "}", 1,
                          {"\"t\"", "data_offsets"});
  }
  expect_header_refused("{" + entry("U8", "[9223372036854775808]", "[0,1]") + "}", 1,
                        {"out of range"});
}

TEST(SafetensorsHostile, SizesThatOverflow) {
  expect_header_refused("{" + entry("F32", "[4611686018427387904]", "[0,0]") + "}", 0,
                        {"\"t\"", "overflows"});
  expect_header_refused("{" + entry("U8", "[4294967296,4294967296]", "[0,0]") + "}", 0,
                        {"overflows"});
  expect_header_refused("{" + entry("U8", "[0,4294967296,4294967296]", "[0,0]") + "}", 0,
                        {"overflows"});
}

TEST(SafetensorsHostile, ASizeThatDiffersFromItsInterval) {
  expect_header_refused("{" + entry("F32", "[2]", "[0,4]") + "}", 4,
                        {"\"t\"", "F32 [2] takes 8 bytes", "data_offsets span 4"});
  expect_header_refused("{" + entry("F32", "[0]", "[0,4]") + "}", 4, {"takes 0 bytes"});
  expect_header_refused("{" + entry("F32", "[1]", "[4,0]") + "}", 4, {"ends before it begins"});
}

TEST(SafetensorsHostile, IntervalsWithAHoleAnOverlapOrAnotherEnd) {
  const auto two = [](int begin_a, int end_a, int begin_b, int end_b) {
    return fmt::format(
        R"({{"a":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}},"b":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}}}})",
        end_a - begin_a, begin_a, end_a, end_b - begin_b, begin_b, end_b);
  };
  expect_header_refused(two(0, 2, 3, 4), 4, {"\"b\"", "hole"});
  expect_header_refused(two(1, 2, 2, 4), 4, {"\"a\"", "hole"});
  expect_header_refused(two(0, 3, 2, 4), 4, {"\"b\"", "overlap"});
  expect_header_refused(two(0, 4, 0, 4), 4, {"overlap"});
  expect_header_refused(two(0, 4, 2, 2), 4, {"overlap"});
  expect_header_refused(two(0, 2, 2, 4), 5, {"describes 4 bytes", "the file has 5"});
  expect_header_refused(two(0, 2, 2, 4), 3, {"cut off"});
  expect_header_refused("{}", 1, {"describes 0 bytes"});
}

TEST(SafetensorsHostile, UnknownTypesAreRefusedByName) {
  for (const std::string_view dtype : {"F8_E4M3", "U16", "C64", "f32", ""}) {
    expect_header_refused("{" + entry(dtype, "[1]", "[0,1]") + "}", 1,
                          {"\"t\"", fmt::format("\"{}\"", dtype), "not supported"});
  }
}

TEST(SafetensorsHostile, TooManyAxes) {
  expect_header_refused("{" + entry("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]") + "}", 1,
                        {"more than 8 axes"});
  EXPECT_NO_THROW((void)parse_safetensors_header(
      as_bytes(file_with("{" + entry("U8", "[1,1,1,1,1,1,1,1]", "[0,1]") + "}", 1)), "x"));
}

TEST(SafetensorsHostile, NamesThatAreTooLong) {
  const std::string name(1025, 'n');
  expect_header_refused(
      fmt::format(R"({{"{}":{{"dtype":"U8","shape":[],"data_offsets":[0,1]}}}})", name), 1,
      {"1025 bytes", "1024 are allowed"});
}

TEST(SafetensorsHostile, MoreTensorsThanTheLimit) {
  std::string header = "{";
  for (std::size_t i = 0; i <= kMaxTensors; ++i) {
    header += fmt::format(R"({}"{:x}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
                          i == 0 ? "" : ",", i);
  }
  header += "}";
  ASSERT_LT(header.size(), kMaxHeaderBytes);
  expect_header_refused(header, 0, {"more than 131072 tensors"});
}

TEST(SafetensorsHostile, FieldsOfTheWrongKindOrUnknown) {
  expect_header_refused(R"({"t":1})", 0, {"\"t\"", "an object was expected"});
  expect_header_refused(R"({"t":[]})", 0, {"an object was expected"});
  expect_header_refused(R"({"t":{"dtype":1,"shape":[],"data_offsets":[0,0]}})", 0,
                        {"the name of a type was expected"});
  expect_header_refused(R"({"t":{"dtype":[],"shape":[],"data_offsets":[0,0]}})", 0, {"dtype"});
  expect_header_refused(R"({"t":{"dtype":"U8","shape":{},"data_offsets":[0,0]}})", 0, {"shape"});
  expect_header_refused(R"({"t":{"dtype":"U8","shape":"1","data_offsets":[0,0]}})", 0, {"shape"});
  expect_header_refused(R"({"t":{"dtype":"U8","shape":[0],"extra":1}})", 0, {"\"extra\""});
  for (const std::string_view offsets : {"[]", "[0]", "[0,0,0]"}) {
    expect_header_refused("{" + entry("U8", "[0]", offsets) + "}", 0, {"data_offsets", "two"});
  }
  expect_header_refused(R"({"t":{}})", 0, {"dtype is missing"});
  expect_header_refused(R"({"t":{"dtype":"U8","data_offsets":[0,0]}})", 0, {"shape is missing"});
  expect_header_refused(R"({"t":{"dtype":"U8","shape":[0]}})", 0, {"data_offsets is missing"});
  expect_header_refused(R"({"__metadata__":{"a":1}})", 0, {"a text was expected"});
  expect_header_refused(R"({"__metadata__":{"a":{}}})", 0, {"a text was expected"});
  expect_header_refused(R"({"__metadata__":[]})", 0, {"an object was expected"});
}

TEST(SafetensorsHostile, DeepNesting) {
  for (const int depth : {4, 5, 100'000}) {
    const auto count = static_cast<std::size_t>(depth);
    expect_header_refused(
        "{\"t\":{\"shape\":" + std::string(count, '[') + std::string(count, ']') + "}}", 0,
        {"\"t\"", "an array where"});
  }
}

TEST(SafetensorsHostile, EveryPrefixOfAFileIsRefused) {
  const std::string file = file_with("{" + entry("F32", "[2]", "[0,8]") + "}  ", 8);
  ASSERT_NO_THROW((void)parse_safetensors_header(as_bytes(file), "x"));
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_THROW((void)parse_safetensors_header(as_bytes(file.substr(0, size)), "x"), BadInput)
        << size;
  }
}

TEST(SafetensorsHostile, TheMessageNamesTheFile) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "bad.safetensors", "<html>not found</html>");
  for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied}) {
    expect_error([&] { (void)SafetensorsFile::open(folder / "bad.safetensors", mode); },
                 {"bad.safetensors", "not a safetensors file"});
  }
}

}  // namespace
}  // namespace asbench::models
