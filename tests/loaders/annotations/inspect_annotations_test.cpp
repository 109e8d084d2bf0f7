// `inspect` of annotation files: the data set's own file, and a made-up tree with planted defects.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>

#include "cli/inspect_options.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/schema.h"
#include "core/words.h"
#include "tests/loaders/annotations/annotation_samples.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::cli {
namespace {

namespace fs = std::filesystem;
using asbench::testing::annotated_video;
using asbench::testing::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStdout;

struct Ran {
  int exit_code;
  std::string text;
};

Ran run(const InspectOptions& options) {
  CaptureStdout();
  const int exit_code = run_inspect(options);
  std::fflush(stdout);
  return {exit_code, GetCapturedStdout()};
}

InspectOptions options_for(const fs::path& split) {
  InspectOptions options;
  options.split.path = split.string();
  return options;
}

using Counts = std::map<std::string, int>;

/// What `inspect --json` printed, as its schema has it.
Json document_of(const Ran& ran) {
  Json document = Json::parse(ran.text);
  check_schema(document, "inspection", "inspect --json");
  return document;
}

Counts counts_of(const Ran& ran) {
  return document_of(ran)["counts"].get<Counts>();
}

TEST(InspectAnnotations, OfTheDataSetsOwnFileFindsExactlyWhatIsKnown) {
  const fs::path file = asbench::testing::genuine_annotations();
  if (file.empty()) GTEST_SKIP() << "the data set's annotation file is not beside this checkout";
  InspectOptions options = options_for(file);
  options.json = true;
  const Ran ran = run(options);
  EXPECT_EQ(ran.exit_code, 2) << "its references are missing";
  EXPECT_EQ(counts_of(ran), (Counts{{"mask_placeholder", 1},
                                    {"missing_reference", 21},
                                    {"no_character", 5},
                                    {"no_scene", 1},
                                    {"prologue_epilogue", 1},
                                    {"extra_not_4s", 22}}));
  const Json document = document_of(ran);
  EXPECT_EQ(document["split"]["stories"], 8);
  EXPECT_EQ(document["split"]["shots"], 64);
  const Json& series = document["statistics"]["series"];
  EXPECT_NEAR(series["shot_seconds"]["mean"].get<double>(), 7.3, 0.05);
  EXPECT_NEAR(series["narrative_words"]["mean"].get<double>(), 14.7, 0.05);
  EXPECT_NEAR(series["descriptive_words"]["mean"].get<double>(), 49.1, 0.05);
  EXPECT_EQ(series["shot_seconds"]["paper_mean"], 3.85);
}

/// "kind file segment shot" of every finding, "-" for what it is not about, sorted.
std::vector<std::string> planted_places(const Json& planted) {
  std::vector<std::string> places;
  const auto number = [](const Json& value) { return value.is_null() ? "-" : value.dump(); };
  for (const Json& one : planted) {
    places.push_back(fmt::format("{} {} {} {}", one["kind"].get<std::string>(),
                                 one["file"].get<std::string>(), number(one["segment"]),
                                 number(one["shot"])));
  }
  std::sort(places.begin(), places.end());
  return places;
}

std::vector<std::string> found_places(const Ran& ran) {
  static const std::regex kFile("[0-9]{5}-[A-Za-z0-9]+[.]json");
  const Json document = document_of(ran);
  std::vector<std::string> places;
  for (const Json& finding : document["findings"]) {
    const auto detail = finding["detail"].get<std::string>();
    std::smatch file;
    std::regex_search(detail, file, kFile);
    const std::string story = finding["story"].is_null() ? "/-" : finding["story"];
    places.push_back(fmt::format("{} {} {} {}", finding["kind"].get<std::string>(), file.str(),
                                 story.substr(story.rfind('/') + 1),
                                 finding["shot"].is_null() ? "-" : finding["shot"].dump()));
  }
  std::sort(places.begin(), places.end());
  return places;
}

TEST(InspectAnnotations, FindsEveryPlantedDefectAndNothingElse) {
  if (std::system("python3 -c ''") != 0) GTEST_SKIP() << "no python3 to make the tree with";
  const TemporaryFolder folder;
  const fs::path tool = asbench::testing::source_folder() / "tools/annotation_tree/make.py";
  for (const char* out : {"tree", "tree.zip"}) {
    const std::string command =
        fmt::format("python3 '{}' --out '{}' --videos 60 --jobs 1 --plant all=1 > '{}'",
                    tool.string(), (folder / out).string(), (folder / "planted.json").string());
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    const auto planted = planted_places(Json::parse(read_text_file(folder / "planted.json")));
    InspectOptions options = options_for(folder / out);
    options.json = true;
    const Ran ran = run(options);
    EXPECT_EQ(found_places(ran), planted) << out;
    EXPECT_GT(planted.size(), 33U);
    EXPECT_EQ(ran.exit_code, 2);
  }
}

/// "é" is one byte in Windows-1252, and "’" has no code in Latin-1.
constexpr const char* kAccents = "Une for\xC3\xAAt pr\xC3\xA8s d\xE2\x80\x99un caf\xC3\xA9.";

std::string in_windows_1252(std::string text) {
  const std::pair<const char*, const char*> letters[] = {
      {"\xC3\xAA", "\xEA"}, {"\xC3\xA8", "\xE8"}, {"\xC3\xA9", "\xE9"}, {"\xE2\x80\x99", "\x92"}};
  for (const auto& [utf8, byte] : letters) text = replaced(text, utf8, byte);
  return text;
}

/// Of text that is Latin-1 but for "’" (U+2019), little-endian.
std::string in_utf16(const std::string& text, bool mark) {
  std::string units = mark ? "\xFF\xFE" : "";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      units += text[i];
      units += '\0';
    } else if (byte == 0xC3) {
      units += static_cast<char>(static_cast<unsigned char>(text[++i]) + 0x40);
      units += '\0';
    } else {
      units += "\x19\x20";
      i += 2;
    }
  }
  return units;
}

TEST(InspectAnnotations, ReadsFilesInOtherEncodingsAndSaysSo) {
  Json video = annotated_video("a", 1);
  asbench::testing::script_of(video)["storyline"] = kAccents;
  asbench::testing::shot_of(video, 2)["visual annotation"]["narrative caption"] = kAccents;
  const auto expected = asbench::testing::parsed(video).videos.at(0);
  const std::string utf8 = video.dump();
  const std::pair<const char*, std::string> files[] = {
      {"Windows-1252", in_windows_1252(utf8)},
      {"UTF-16 LE", in_utf16(utf8, true)},
      {"UTF-16 LE", in_utf16(utf8, false)},
  };
  for (const auto& [encoding, bytes] : files) {
    SCOPED_TRACE(encoding);
    const TemporaryFolder folder;
    write_file_atomically(folder / "a.json", bytes);
    const auto file = loaders::parse_annotations(bytes, {"a.json", "a"});
    EXPECT_EQ(asbench::testing::kinds_of(file), std::vector<std::string>{"text_encoding"});
    EXPECT_TRUE(file.videos.at(0) == expected);

    InspectOptions options = options_for(folder.path());
    const Ran text = run(options);
    EXPECT_EQ(text.exit_code, 0) << "information";
    EXPECT_THAT(text.text, HasSubstr(fmt::format("a.json: read as {} (it gives", encoding)));
    options.json = true;
    EXPECT_EQ(counts_of(run(options)), (Counts{{"text_encoding", 1}}));
    options.split.format = "annotations";
    options.json = false;
    options.selection.stories = {"a/0"};
    EXPECT_THAT(run(options).text, HasSubstr("text_encoding (1"))
        << "a split that is read as one says the same";
  }
}

TEST(InspectAnnotations, PrintsTheStatisticsBesideThePapers) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.json") << annotated_video("a", 2).dump();
  const Ran ran = run(options_for(folder.path()));
  EXPECT_EQ(ran.exit_code, 0) << ran.text;
  EXPECT_THAT(ran.text, HasSubstr("1 video, 2 stories, 6 shots in 1 file"));
  EXPECT_THAT(ran.text, HasSubstr("29428"));
  EXPECT_THAT(ran.text, ::testing::ContainsRegex("shots of a story +3.00 +14.82 +3 +3 +3"));
  EXPECT_THAT(ran.text, HasSubstr("findings  none"));
}

TEST(InspectAnnotations, DrawsTheDistributions) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.json") << annotated_video("a", 2).dump();
  InspectOptions options = options_for(folder / "a.json");
  options.plot = (folder / "plot.png").string();
  EXPECT_EQ(run(options).exit_code, 0);
  EXPECT_TRUE(read_text_file(folder / "plot.png").starts_with("\x89PNG"));
  options.plot = (folder / "plot.gif").string();
  EXPECT_THROW(static_cast<void>(run_inspect(options)), UsageError);
}

TEST(InspectAnnotations, ListsTenOfAKindAndAllOnRequest) {
  const TemporaryFolder folder;
  Json video = annotated_video("a", 5);
  for (int segment = 0; segment < 5; ++segment) {
    for (int shot = 1; shot <= 3; ++shot)
      asbench::testing::shot_of(video, shot, segment)["scene"] = nullptr;
  }
  std::ofstream(folder / "a.json") << video.dump();
  InspectOptions options = options_for(folder.path());
  EXPECT_THAT(run(options).text, HasSubstr("... and 5 more (--all lists them)"));
  options.all = true;
  const Ran all = run(options);
  EXPECT_THAT(all.text, HasSubstr("story a/4 shot 3: a.json: the shot names no scene"));
  EXPECT_THAT(all.text, Not(HasSubstr("more (--all")));
}

TEST(InspectAnnotations, SaysWhenItsJsonDoesNotListAllFindings) {
  const TemporaryFolder folder;
  Json video = annotated_video("a", 334);
  for (int segment = 0; segment < 334; ++segment) {
    for (int shot = 1; shot <= 3; ++shot)
      asbench::testing::shot_of(video, shot, segment)["scene"] = nullptr;
  }
  write_json_file(folder / "a.json", video);
  InspectOptions options = options_for(folder.path());
  options.json = true;
  const Json first = document_of(run(options));
  EXPECT_EQ(first["counts"]["no_scene"], 1002);
  EXPECT_EQ(first["findings"].size(), 1000U);
  EXPECT_EQ(first["truncated"], true);
  options.all = true;
  const Json all = document_of(run(options));
  EXPECT_EQ(all["findings"].size(), 1002U);
  EXPECT_EQ(all["truncated"], false);
}

TEST(InspectAnnotations, OfAPartReadsOnlyThat) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.json") << annotated_video("a", 2).dump();
  InspectOptions options = options_for(folder.path());
  options.selection.stories = {"a/1"};
  options.write = (folder / "part.json").string();
  EXPECT_THROW(static_cast<void>(run_inspect(options)), BadInput)
      << "its references are not there yet, and a manifest would not show it";
  options.write.reset();
  options.json = true;
  const Json document = document_of(run(options));
  EXPECT_EQ(document["split"]["stories"], 1);
  EXPECT_EQ(document["split"]["form"], "annotations");
}

TEST(InspectAnnotations, RefusesAFolderWithoutAnnotations) {
  const TemporaryFolder folder;
  InspectOptions options = options_for(folder.path());
  options.split.format = "annotations";
  EXPECT_THROW(static_cast<void>(run_inspect(options)), BadInput);
}

}  // namespace
}  // namespace asbench::cli
