// What hostile JSON may cost: memory, time, and the length of messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/json_shape.h"
#include "core/text.h"
#include "core/words.h"
#include "core/write_file.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryFolder;

template <typename Action>
std::string bad_input(Action action) {
  try {
    action();
  } catch (const BadInput& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

std::string refusal(const std::string& text, const JsonLimits& limits = {}) {
  return bad_input([&] { static_cast<void>(parse_json(text, "x.json", limits)); });
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(JsonErrors, QuoteTheEndOfALongTokenOnly) {
  const std::string message = refusal("[\"" + std::string(5000, 'x') + "\x01tail\"]");
  EXPECT_THAT(message, AllOf(HasSubstr("x.json: not valid JSON"), HasSubstr("line 1, column"),
                             HasSubstr("...xxx"), HasSubstr("U+0001")));
  EXPECT_EQ(message.find(std::string(80, 'x')), std::string::npos);
  EXPECT_LT(message.size(), 400U);
}

TEST(JsonErrors, QuoteNothingThatATerminalObeys) {
  for (const char* text :
       {"[\x1b[31m]", "{\"a\xC2\x9B\": \xE2\x80\xAE}", "\"caf\xE9\"", "nul\x7F"}) {
    const std::string message = refusal(text);
    EXPECT_THAT(message, HasSubstr("not valid JSON"));
    EXPECT_EQ(terminal_lines(message), message) << text;
  }
}

TEST(JsonErrors, QuoteALongNumberAndALongKeyInPart) {
  EXPECT_LT(refusal("[1" + std::string(5000, '0') + "]").size(), 200U);
  const std::string key(5000, 'k');
  const std::string text = "{\"" + key + "\": 1, \"" + key + "\": 2}";
  EXPECT_LT(refusal(text, {.refuse_duplicate_keys = true}).size(), 200U);
  std::vector<std::string> duplicates;
  static_cast<void>(parse_json(text, "x", {}, &duplicates));
  ASSERT_EQ(duplicates.size(), 1U);
  EXPECT_EQ(display_width(duplicates[0]), 80U);
}

TEST(JsonLimits, AFileIsRefusedByItsSizeWithTheLimitsName) {
  const TemporaryFolder folder;
  const auto file = folder / "huge.json";
  std::ofstream(file) << "{}";
  std::filesystem::resize_file(file, std::size_t{3} << 30);  // sparse: takes no room on the disk
  const std::string message = bad_input([&] {
    static_cast<void>(read_json_file(file, {.max_bytes = 256 << 20, .kind = "a result document"}));
  });
  EXPECT_THAT(message,
              HasSubstr("huge.json: 3 GB or more; a result document may have at most 256 MB"));
  EXPECT_THAT(bad_input([&] { static_cast<void>(read_text_file(file, 1000, "a list")); }),
              HasSubstr("a list may have at most 1000 bytes"));
}

TEST(JsonShape, ManySmallValuesAreRefusedBeforeTheyAreBuilt) {
  for (const char* piece : {"0,", "[],", "{},", "\"\",", "{\"a\":1},", "[[0]],"}) {
    const std::string text = "[" + repeated(piece, 17'000'000) + "0]";
    EXPECT_THAT(problem_with_shape(text, {}), HasSubstr("many small values")) << piece;
  }
  EXPECT_EQ(problem_with_shape("[" + repeated("0,", 100'000) + "0]", {}), "")
      << "a small file may hold what it likes";
}

TEST(JsonShape, ATextOfASizeThatResultsHaveIsRead) {
  // A story as write_json_file() writes it, 40 MB of them.
  const std::string story = Json{{"id", "ip00/0"},
                                 {"ip", "ip00"},
                                 {"mean", 0.81234567890123},
                                 {"shots",
                                  {{{"value", 0.8123456789012345},
                                    {"frames",
                                     {0.8123456789012345, 0.71234567890123456, 0.6123456789012345,
                                      0.5123456789012345, 0.4123456789012345}}}}}}
                                .dump(1);
  const std::string text = "[" + repeated(story + ",", (40U << 20) / story.size()) + "0]";
  EXPECT_EQ(problem_with_shape(text, {}), "");
}

TEST(JsonFiles, ALargeFileIsReadAsASmallOneIs) {
  const TemporaryFolder folder;
  const std::string text = "\xEF\xBB\xBF[" +
                           repeated(
                               "{\"a\": 0.12345678901234567, \"ü\": \"a text of some length, as "
                               "captions have: a fox runs over a hill, and it rains\\n\"},",
                               100'000) +
                           "0]";
  ASSERT_GT(text.size(), std::size_t{8} << 20);
  write_file_atomically(folder / "x.json", text);
  EXPECT_EQ(read_json_file(folder / "x.json"), parse_json(text, "text"));
  write_file_atomically(folder / "x.json", text.substr(0, text.size() - 1));
  EXPECT_THAT(bad_input([&] { static_cast<void>(read_json_file(folder / "x.json")); }),
              HasSubstr("not valid JSON"));
}

TEST(JsonShape, LongTextsAndNumbersAreRefused) {
  EXPECT_THAT(refusal("[\"" + std::string(2 << 20, 'x') + "\"]"),
              HasSubstr("a text of 2 MB; at most 1 MB are allowed"));
  EXPECT_THAT(refusal("[" + std::string(2 << 20, '1') + "]"),
              HasSubstr("a number or word of 2 MB"));
  EXPECT_THAT(refusal("[\"" + std::string(2 << 20, 'x')), HasSubstr("a text of 2 MB"));
  EXPECT_THAT(refusal("[\"\\"), HasSubstr("not valid JSON")) << "ends in an escape";
}

TEST(JsonShape, ObjectsOfManyKeysAreRefusedBeforeTheyTakeHours) {
  std::string text = "{";
  for (int i = 0; i < 70'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  text += "\"last\":0}";
  EXPECT_THAT(refusal(text), HasSubstr("an object has 70001 keys, too many to read"));
}

TEST(JsonShape, BracketsInTextsDontCount) {
  EXPECT_EQ(problem_with_shape("{\"[[[\": \"]]{,,,\\\"{{\"}", {.max_depth = 1}), "");
  EXPECT_THAT(problem_with_shape("[[", {.max_depth = 1}), HasSubstr("nested deeper than 1 levels"));
  EXPECT_EQ(problem_with_shape("]]}},,", {}), "") << "not valid, and that is for the parser to say";
}

TEST(SizeInWords, HasFourDigits) {
  EXPECT_EQ(size_in_words(812), "812 bytes");
  EXPECT_EQ(size_in_words(std::size_t{3} << 19), "1.5 MB");
  EXPECT_EQ(size_in_words(std::size_t{5} << 30), "5 GB");
}

}  // namespace
}  // namespace asbench
