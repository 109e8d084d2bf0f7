// `inspect` of annotation files: the data set's own file, and a made-up tree with planted defects.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "cli/inspect_options.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
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

Counts finding_counts(const Ran& ran) {
  return Json::parse(ran.text)["finding_counts"].get<Counts>();
}

TEST(InspectAnnotations, OfTheDataSetsOwnFileFindsExactlyWhatIsKnown) {
  const fs::path file = asbench::testing::genuine_annotations();
  if (file.empty()) GTEST_SKIP() << "the data set's annotation file is not beside this checkout";
  InspectOptions options = options_for(file);
  options.json = true;
  const Ran ran = run(options);
  EXPECT_EQ(ran.exit_code, 2) << "its references are missing";
  EXPECT_EQ(finding_counts(ran), (Counts{{"mask_placeholder", 1},
                                         {"missing_reference", 21},
                                         {"no_character", 5},
                                         {"no_scene", 1},
                                         {"prologue_epilogue", 1},
                                         {"extra_not_4s", 22}}));
  const Json document = Json::parse(ran.text);
  EXPECT_EQ(document["split"]["stories"], 8);
  EXPECT_EQ(document["split"]["shots"], 64);
  const Json& series = document["statistics"]["series"];
  EXPECT_NEAR(series["shot_seconds"]["mean"].get<double>(), 7.3, 0.05);
  EXPECT_NEAR(series["narrative_words"]["mean"].get<double>(), 14.7, 0.05);
  EXPECT_NEAR(series["descriptive_words"]["mean"].get<double>(), 49.1, 0.05);
  EXPECT_EQ(series["shot_seconds"]["paper_mean"], 3.85);
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
    const auto planted = Json::parse(read_text_file(folder / "planted.json")).get<Counts>();
    InspectOptions options = options_for(folder / out);
    options.json = true;
    const Ran ran = run(options);
    EXPECT_EQ(finding_counts(ran), planted) << out;
    EXPECT_GT(planted.size(), 30U);
    EXPECT_EQ(ran.exit_code, 2);
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
  const Json document = Json::parse(run(options).text);
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
