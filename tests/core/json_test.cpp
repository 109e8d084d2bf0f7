#include "core/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <limits>
#include <thread>

#include "core/error.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

/// The message of the BadInput that `action` throws.
template <typename Action>
std::string bad_input(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

std::string parse_failure(const std::string& text, const JsonLimits& limits = {}) {
  return bad_input([&] { static_cast<void>(parse_json(text, "my.json", limits)); });
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(ParseJson, KeepsTheOrderOfKeys) {
  EXPECT_EQ(parse_json(R"({"z": 1, "a": [true, null, "x"]})", "text").dump(),
            R"({"z":1,"a":[true,null,"x"]})");
}

TEST(ParseJson, AcceptsAByteOrderMark) {
  EXPECT_EQ(parse_json("\xEF\xBB\xBF[1]", "text")[0], 1);
}

TEST(ParseJson, NamesTheTextTheLineAndTheColumnOfAnError) {
  EXPECT_THAT(parse_failure("{\n  \"a\": ,\n}"),
              AllOf(HasSubstr("my.json"), HasSubstr("line 2, column 8")));
}

TEST(ParseJson, RefusesWhatIsNoDocument) {
  for (const char* text : {"", "   ", "{", "[1] 2", "{'a': 1}", "nul", "\"\xFF\"", "[1,]"}) {
    EXPECT_THAT(parse_failure(text), HasSubstr("not valid JSON")) << text;
  }
}

TEST(ParseJson, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_THAT(parse_failure("[1e999]"), HasSubstr("1e999"));
}

TEST(ParseJson, RefusesNestingThatCouldExhaustTheStack) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_NO_THROW(static_cast<void>(parse_json(nested(64), "text")));
  EXPECT_THAT(parse_failure(nested(65)), HasSubstr("nested deeper than 64 levels"));
  EXPECT_THAT(parse_failure(nested(1'000'000)), HasSubstr("nested deeper"));
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  EXPECT_THAT(parse_failure(objects), HasSubstr("nested deeper"));
}

TEST(ParseJson, RefusesTextsOverTheLimit) {
  EXPECT_NO_THROW(static_cast<void>(parse_json("[1234]", "text", {.max_bytes = 6})));
  EXPECT_THAT(parse_failure("[12345]", {.max_bytes = 6}),
              HasSubstr("7 bytes; a JSON file may have at most 6 bytes"));
}

TEST(ParseJson, TellsOrRefusesKeysThatOccurTwice) {
  const std::string text = R"({"a": 1, "b": {"a": 2}, "a": 3})";
  std::vector<std::string> duplicates;
  EXPECT_EQ(parse_json(text, "text", {}, &duplicates)["a"], 3);
  EXPECT_THAT(duplicates, ElementsAre("a"));
  EXPECT_THAT(parse_failure(text, {.refuse_duplicate_keys = true}),
              HasSubstr("the key \"a\" occurs twice"));
}

TEST(JsonFiles, NumbersReadBackToTheSameDouble) {
  const TemporaryFolder folder;
  const std::vector<double> values = {0.1,
                                      1.0 / 3.0,
                                      -0.0,
                                      5e-324,
                                      std::numeric_limits<double>::max(),
                                      std::nextafter(1.0, 2.0),
                                      123456789012345678.0};
  write_json_file(folder / "x.json", Json{{"values", values}});
  const Json back = read_json_file(folder / "x.json");
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = back["values"][i];
    EXPECT_EQ(value, values[i]);
    EXPECT_EQ(std::signbit(value), std::signbit(values[i]));
  }
}

TEST(JsonFiles, ADocumentWithANanIsNotWritten) {
  const TemporaryFolder folder;
  const Json document{{"a", {1.0, std::nan("")}}};
  try {
    write_json_file(folder / "x.json", document);
    FAIL() << "written";
  } catch (const InternalError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/a/1"));
  }
  EXPECT_TRUE(names_in(folder.path()).empty());
}

TEST(JsonFiles, BytesThatAreNoUtf8DoNotLoseTheDocument) {
  const TemporaryFolder folder;
  write_json_file(folder / "x.json", Json{{"file", "caf\xe9.mp4"}});
  EXPECT_EQ(read_json_file(folder / "x.json").at("file"), "caf\xef\xbf\xbd.mp4");
}

TEST(JsonFiles, AFileThatCannotBeReadIsNamed) {
  const TemporaryFolder folder;
  const std::string missing = (folder / "none.json").string();
  EXPECT_THAT(bad_input([&] { static_cast<void>(read_json_file(missing)); }),
              HasSubstr(missing + ": no such file"));
  const std::string directory = folder.path().string();
  EXPECT_THAT(bad_input([&] { static_cast<void>(read_json_file(directory)); }),
              HasSubstr(directory + ": this is a folder"));
}

TEST(TextFiles, AreReadWholeAndNotBeyondTheLimit) {
  const TemporaryFolder folder;
  const std::string bytes = std::string(200'000, 'x') + std::string("\0\r\n\xFF", 4);
  write_file_atomically(folder / "x", bytes);
  EXPECT_EQ(read_text_file(folder / "x"), bytes);
  EXPECT_EQ(read_text_file(folder / "x", bytes.size()), bytes);
  EXPECT_THAT(bad_input([&] { static_cast<void>(read_text_file(folder / "x", 1000)); }),
              HasSubstr("a text file may have at most 1000 bytes"));
}

TEST(AtomicWrite, ReplacesTheFileAndLeavesNothingElse) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "x", "old and longer");
  write_file_atomically(folder / "x", "new");
  EXPECT_EQ(read_text_file(folder / "x"), "new");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("x"));
}

TEST(AtomicWrite, NamesThePathWhenItFailsAndLeavesNothing) {
  const TemporaryFolder folder;
  const fs::path nowhere = folder / "none" / "x";
  EXPECT_THAT(bad_input([&] { write_file_atomically(nowhere, "text"); }),
              AllOf(HasSubstr(nowhere.string()), HasSubstr("No such file or directory")));
  fs::create_directory(folder / "taken");
  EXPECT_THAT(bad_input([&] { write_file_atomically(folder / "taken", "text"); }),
              AllOf(HasSubstr((folder / "taken").string()), HasSubstr("this is a folder")));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("taken"));
}

TEST(AtomicWrite, AReaderSeesTheOldFileOrTheNewOne) {
  const TemporaryFolder folder;
  const std::string first(300'000, 'a');
  const std::string second(300'000, 'b');
  write_file_atomically(folder / "x", first);
  std::jthread writer([&] {
    for (int i = 0; i < 40; ++i) write_file_atomically(folder / "x", i % 2 == 0 ? second : first);
  });
  for (int i = 0; i < 200; ++i) {
    const std::string seen = read_text_file(folder / "x");
    ASSERT_TRUE(seen == first || seen == second) << seen.size() << " bytes";
  }
}

}  // namespace
}  // namespace asbench
