#include "models/tokenizers/vocabulary_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/models/tokenizers/toy_tokenizer.h"

namespace asbench::models {
namespace {

using ::testing::AllOf;
using testing::bad_input_of;
using ::testing::HasSubstr;

TEST(VocabularyFiles, ReadsAVocabulary) {
  const Vocabulary vocabulary = parse_vocabulary(R"({"a": 0, "\u0120b</w>": 7})", "vocab.json");
  EXPECT_EQ(vocabulary.size(), 2U);
  EXPECT_EQ(vocabulary.at("\u0120b</w>"), 7);
}

TEST(VocabularyFiles, RefusesVocabulariesThatAreNotTokenToId) {
  const std::map<std::string, std::string> bad = {
      {"", "not valid JSON"},
      {"{", "not valid JSON"},
      {R"({"a": 0} x)", "not valid JSON"},
      {"{\"\xFF\": 0}", "not valid JSON"},
      {"[1]", "expected one JSON object"},
      {"3", "expected one JSON object"},
      {R"({"a": "0"})", "the token \"a\" has \"0\" where an id"},
      {R"({"a": null})", "the token \"a\" has null"},
      {R"({"a": true})", "the token \"a\" has a boolean"},
      {R"({"a": [0]})", "the token \"a\" has an array"},
      {R"({"a": {"b": 0}})", "the token \"a\" has an object"},
      {R"({"a": -1})", "the token \"a\" has -1"},
      {R"({"a": 1.0})", "the token \"a\" has 1.0"},
      {R"({"a": 2147483648})", "the token \"a\" has 2147483648"},
      {R"({"a": 99999999999999999999})", "the token \"a\" has 99999999999999999999"},
      {R"({"a": 0, "b": 1, "a": 2})", "the token \"a\" is listed twice"},
  };
  for (const auto& one : bad) {
    const auto& [text, message] = one;
    EXPECT_THAT(bad_input_of([&] { (void)parse_vocabulary(one.first, "some/vocab.json"); }),
                AllOf(HasSubstr("some/vocab.json: "), HasSubstr(message)))
        << text;
  }
}

TEST(VocabularyFiles, ReadsMergesWithAndWithoutHeaderAndWithEitherLineEnd) {
  const Merges expected = {{"a", "b"}, {"ab", "c</w>"}, {"#", "#"}};
  EXPECT_EQ(parse_merges("#version: 0.2\na b\nab c</w>\n# #\n", "m"), expected);
  EXPECT_EQ(parse_merges("a b\nab c</w>\n# #", "m"), expected);
  EXPECT_EQ(parse_merges("#version: 0.2\r\na b\r\nab c</w>\r\n# #\r\n", "m"), expected);
  EXPECT_EQ(parse_merges("a b\nab c</w>\n#version of something\n# #\n", "m"), expected);
  EXPECT_EQ(parse_merges("", "m"), Merges{});
}

TEST(VocabularyFiles, RefusesLinesThatAreNoPairs) {
  for (const char* line : {"", "a", "a b c", "a  b", " a b", "a b ", "# a header"}) {
    const std::string text = std::string("#version: 0.2\na b\n") + line + "\nc d\n";
    EXPECT_THAT(bad_input_of([&] { (void)parse_merges(text, "some/merges.txt"); }),
                HasSubstr(std::string("some/merges.txt: merge on line 3 is \"") + line + "\""));
  }
  EXPECT_THAT(bad_input_of([] { (void)parse_merges("a \xFF\n", "m"); }), HasSubstr("m: byte 2"));
}

TEST(VocabularyFiles, ReadsATokenizerJsonWithMergesOfBothForms) {
  const VocabularyFiles files = parse_tokenizer_json(
      R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b", ["b", "a"]]},
          "added_tokens": [{"id": 0, "content": "a"}]})",
      "t");
  EXPECT_EQ(files.vocabulary.at("b"), 1);
  EXPECT_EQ(files.merges, (Merges{{"a", "b"}, {"b", "a"}}));
  EXPECT_EQ(files.added_tokens.at(0).at("content"), "a");
}

TEST(VocabularyFiles, RefusesTokenizerJsonsOfOtherKinds) {
  const std::map<std::string, std::string> bad = {
      {"{", "not valid JSON"},
      {"[]", "expected the object \"model\""},
      {R"({"model": {"type": "Unigram", "vocab": {}, "merges": []}})", "model.type is \"Unigram\""},
      {R"({"model": {"end_of_word_suffix": null, "vocab": {}, "merges": []}})",
       "model.end_of_word_suffix is null"},
      {R"({"model": {"vocab": [], "merges": []}})", "expected the object \"vocab\""},
      {R"({"model": {"vocab": {}}})", "expected the array \"merges\""},
      {R"({"model": {"vocab": {"a": -1}, "merges": []}})", "the token \"a\" has -1"},
      {R"({"model": {"vocab": {}, "merges": [["a"]]}})", "entry 1 is not a pair"},
      {R"({"model": {"vocab": {}, "merges": ["a"]}})", "is \"a\""},
      {R"({"model": {"vocab": {}, "merges": []}, "added_tokens": {}})",
       "expected the array \"added_tokens\""},
  };
  for (const auto& one : bad) {
    const auto& [text, message] = one;
    EXPECT_THAT(bad_input_of([&] { (void)parse_tokenizer_json(one.first, "some/tokenizer.json"); }),
                AllOf(HasSubstr("some/tokenizer.json: "), HasSubstr(message)))
        << text;
  }
}

}  // namespace
}  // namespace asbench::models
