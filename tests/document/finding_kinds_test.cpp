// The table of finding kinds is true of the source: every kind that is raised is in it, and no
// other; docs/findings.md is made of it.
#include "document/finding_kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "core/json.h"
#include "tests/support/paths.h"

namespace asbench::document {
namespace {

namespace fs = std::filesystem;

/// The source without comments, every run of white space one blank.
std::string squeezed(const std::string& source) {
  std::string text;
  bool in_string = false;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (!in_string && source.compare(i, 2, "//") == 0) {
      i = std::min(source.find('\n', i), source.size() - 1);
    } else if (in_string && source[i] == '\\') {
      text += source[i++];
    } else if (source[i] == '"' && (i == 0 || source[i - 1] != '\'')) {
      in_string = !in_string;
    }
    const bool blank = source[i] == ' ' || source[i] == '\n';
    if (!blank || in_string)
      text += source[i];
    else if (!text.empty() && text.back() != ' ')
      text += ' ';
  }
  return text;
}

/// From the bracket at `open` to the one that closes it.
std::string in_brackets(const std::string& text, std::size_t open) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '"' && text[i - 1] != '\\') in_string = !in_string;
    if (in_string) continue;
    if (text[i] == '(' || text[i] == '{') ++depth;
    if ((text[i] == ')' || text[i] == '}') && --depth == 0) return text.substr(open, i - open + 1);
  }
  return text.substr(open);
}

/// What looks like a kind among the texts that findings are made of. Found are: a Finding written
/// as {"kind", story, shot, detail}, and the functions and types through which a kind passes.
std::set<std::string> kinds_raised_in(const std::string& source) {
  static const std::regex finding(
      R"re(\{ ?"([a-z][a-z0-9_]+)", ?(?:""|[^,"{}]+(?:\? [^,"{}]+: "")?), ?[^,"{}]+, ?[^ }])re");
  static const std::regex carrier(
      R"re((?:story_finding|outcome_with_finding|skipped_story|BrokenVideo|report|add_finding)re"
      R"re(|raise|put_off|skip_segment|lose_video) ?[({]|kind =)re");
  static const std::regex kind(R"re("([a-z]+(?:_[a-z0-9]+)+|vfr)")re");
  const std::string text = squeezed(source);
  std::set<std::string> kinds;
  for (std::sregex_iterator it(text.begin(), text.end(), finding), end; it != end; ++it)
    kinds.insert((*it)[1]);
  for (std::sregex_iterator it(text.begin(), text.end(), carrier), end; it != end; ++it) {
    const auto at = static_cast<std::size_t>(it->position() + it->length() - 1);
    const std::string passed =
        text[at] == '=' ? text.substr(at, text.find(';', at) - at) : in_brackets(text, at);
    for (std::sregex_iterator name(passed.begin(), passed.end(), kind); name != end; ++name)
      kinds.insert((*name)[1]);
  }
  return kinds;
}

/// Kind -> a file that raises it.
std::map<std::string, std::string> kinds_raised() {
  std::map<std::string, std::string> kinds;
  for (const char* folder : {"loaders", "features", "metrics", "evaluation"}) {
    for (const auto& entry : fs::recursive_directory_iterator(testing::source_folder() / folder)) {
      const auto ending = entry.path().extension();
      if (ending != ".cpp" && ending != ".h") continue;
      for (const auto& kind : kinds_raised_in(read_text_file(entry.path())))
        kinds.emplace(kind, entry.path().lexically_relative(testing::source_folder()).string());
    }
  }
  return kinds;
}

TEST(FindingKinds, TheScanSeesEveryWayToRaiseOne) {
  using ::testing::UnorderedElementsAre;
  EXPECT_THAT(kinds_raised_in(R"(all.push_back({"a_kind", "", std::nullopt, "a text"});)"),
              UnorderedElementsAre("a_kind"));
  EXPECT_THAT(kinds_raised_in("return Finding{\"b_kind\",\n story.id, shot.number,\n fmt::format("
                              "\"{}\", x)};"),
              UnorderedElementsAre("b_kind"));
  EXPECT_THAT(kinds_raised_in(R"(x = story_finding(story, lack ? "c_kind" : "d_kind", "why");)"),
              UnorderedElementsAre("c_kind", "d_kind"));
  EXPECT_THAT(kinds_raised_in(R"(return outcome_with_finding(Outcome::failed, story, 1, "e_kind",)"
                              R"("why");)"),
              UnorderedElementsAre("e_kind"));
  EXPECT_THAT(kinds_raised_in(R"(raise(gap > 0 ? "h_kind" : "i_kind", "why");)"),
              UnorderedElementsAre("h_kind", "i_kind"));
  EXPECT_THAT(kinds_raised_in(R"(BrokenVideo(const path& f, std::string kind = "f_kind");)"),
              UnorderedElementsAre("f_kind"));
  EXPECT_THAT(kinds_raised_in(R"(// push_back({"g_kind", "", std::nullopt, "a text"});)"),
              UnorderedElementsAre());
  EXPECT_THAT(kinds_raised_in(R"(json = {{"name", a}, {"n_stories", b}, {"more", c}};)"),
              UnorderedElementsAre());
}

TEST(FindingKinds, AreThoseThatTheSourceRaises) {
  const auto raised = kinds_raised();
  for (const auto& [kind, file] : raised) {
    EXPECT_NE(find_finding_kind(kind), nullptr)
        << file << " raises " << kind << ": add it to document/finding_kinds.cpp";
  }
  for (const auto& entry : finding_kinds()) {
    EXPECT_TRUE(raised.contains(std::string(entry.kind)))
        << entry.kind << " is in document/finding_kinds.cpp, and nothing raises it";
  }
}

TEST(FindingKinds, AreListedOnceWithASentence) {
  std::set<std::string_view> kinds;
  for (const auto& entry : finding_kinds()) {
    EXPECT_TRUE(kinds.insert(entry.kind).second) << entry.kind;
    EXPECT_GT(entry.sentence.size(), 20U) << entry.kind;
    EXPECT_TRUE(entry.sentence.ends_with('.')) << entry.kind;
  }
  EXPECT_EQ(find_finding_kind("no_such_kind"), nullptr);
}

TEST(FindingKinds, BlockWhenTheyTakeSomethingAway) {
  for (const char* kind : {"missing_shot", "broken_video", "damaged_video", "bad_cuts",
                           "missing_reference", "empty_reference", "missing_caption", "bad_json",
                           "bad_schema", "missing_prompts", "duplicate_key", "empty_story"})
    EXPECT_TRUE(is_blocking(kind)) << kind;
  for (const char* kind : {"short_shot", "duplicate_shot", "unexpected_file", "shot_count",
                           "shared_reference", "text_encoding", "no_such_kind"})
    EXPECT_FALSE(is_blocking(kind)) << kind;
}

TEST(FindingKinds, BlockOnlyRunsThatNeedWhatIsLost) {
  constexpr InputNeeds kNothing{.references = false, .captions = false};
  for (const auto& entry : finding_kinds()) {
    const bool reference = entry.kind == "missing_reference" || entry.kind == "empty_reference";
    const bool caption = entry.kind == "missing_caption";
    EXPECT_EQ(is_blocking(entry.kind), entry.blocking) << entry.kind;
    EXPECT_EQ(is_blocking(entry.kind, kNothing), entry.blocking && !reference && !caption)
        << entry.kind;
    EXPECT_EQ(is_blocking(entry.kind, {.references = true, .captions = false}),
              entry.blocking && !caption)
        << entry.kind;
    EXPECT_EQ(is_blocking(entry.kind, {.references = false, .captions = true}),
              entry.blocking && !reference)
        << entry.kind;
    EXPECT_EQ(what_it_stops(entry.kind), !entry.blocking ? ""
                                         : reference     ? "metrics with references"
                                         : caption       ? "metrics with captions"
                                                         : "scoring")
        << entry.kind;
  }
}

TEST(FindingKinds, ThePageIsCurrent) {
  const std::string wanted = finding_kinds_markdown();
  const fs::path page = testing::source_folder() / "docs" / "findings.md";
  const fs::path made = testing::build_folder() / "findings.md";
  write_file_atomically(made, wanted);
  ASSERT_TRUE(fs::exists(page)) << "copy " << made << " to docs/findings.md";
  EXPECT_EQ(read_text_file(page), wanted)
      << "docs/findings.md is not what the table says: copy " << made << " over it";
}

}  // namespace
}  // namespace asbench::document
