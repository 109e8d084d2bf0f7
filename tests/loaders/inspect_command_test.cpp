#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/inspect_options.h"
#include "core/error.h"
#include "core/json.h"
#include "core/schema.h"
#include "loaders/split.h"
#include "tests/loaders/annotations/annotation_samples.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::cli {
namespace {

using asbench::testing::TemporaryFolder;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStdout;

struct Ran {
  int exit_code;
  std::string text;
};

Ran run(const InspectOptions& options) {
  CaptureStdout();
  int exit_code = -1;
  try {
    exit_code = run_inspect(options);
  } catch (...) {
    static_cast<void>(GetCapturedStdout());
    throw;
  }
  std::fflush(stdout);
  return {exit_code, GetCapturedStdout()};
}

InspectOptions options_for(const std::filesystem::path& split,
                           const std::optional<std::filesystem::path>& outputs = {}) {
  InspectOptions options;
  options.split.path = split.string();
  if (outputs) options.outputs.path = outputs->string();
  return options;
}

void expect_in(const std::string& text, std::initializer_list<const char*> parts) {
  for (const char* part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

struct InspectCommand : ::testing::Test {
  InspectCommand() {
    asbench::testing::make_demo_split(folder / "split");
    std::uint64_t seed = 0;
    for (const auto& story : loaders::read_split(folder / "split").stories) {
      for (const auto& shot : story.shots) {
        asbench::testing::make_video(
            folder / "out" / story.id / fmt::format("shot_{:02}.mp4", shot.number),
            {.frames = 8, .seed = ++seed});
      }
    }
  }
  TemporaryFolder folder;
};

TEST_F(InspectCommand, DescribesASplitAlone) {
  const Ran ran = run(options_for(folder / "split"));
  EXPECT_EQ(ran.exit_code, 0);
  expect_in(ran.text, {"form demo", "2 IPs, 3 stories, 12 shots, 12 captions, 2 references",
                       "findings  none"});
}

TEST_F(InspectCommand, SaysThatEverythingIsThere) {
  const Ran ran = run(options_for(folder / "split", folder / "out"));
  EXPECT_EQ(ran.exit_code, 0);
  expect_in(ran.text, {"layout default", "12 of 12 shots are usable",
                       "12 shots: 8 frames, 64x48, 16 fps", "findings  none"});
}

TEST_F(InspectCommand, LooksAtThePartThatIsChosen) {
  std::filesystem::remove(folder / "out/alpha/1/shot_01.mp4");
  InspectOptions options = options_for(folder / "split", folder / "out");
  options.selection.ips = {"beta"};
  const Ran beta = run(options);
  EXPECT_EQ(beta.exit_code, 0);
  expect_in(beta.text, {"1 IP, 1 story, 4 shots", "chosen from the 3 stories of the split",
                        "4 of 4 shots are usable", "findings  none"});
  options.selection.ips = {};
  options.selection.limit = 1;
  EXPECT_EQ(run(options).exit_code, 2) << "the first story is alpha/1";
  options.selection.limit = {};
  options.selection.subset = 2;
  options.selection.seed = 3;
  options.write = (folder / "part.json").string();
  expect_in(run(options).text, {"2 IPs, 2 stories, 8 shots"});
  EXPECT_EQ(loaders::read_split(folder / "part.json").stories.size(), 2U);
  options.selection.stories = {"gamma/1"};
  EXPECT_THROW(static_cast<void>(run(options)), UsageError);
}

TEST_F(InspectCommand, KnowsTheWholeOfAnnotationsOfWhichAPartIsChosen) {
  std::filesystem::create_directories(folder / "tree");
  std::ofstream(folder / "tree/film.json") << asbench::testing::annotated_video("film", 3).dump();
  for (const char* story : {"film/0", "film/1", "film/2"}) {
    for (int shot = 1; shot <= 3; ++shot) {
      asbench::testing::make_video(folder / "videos" / story / fmt::format("shot_{:02}.mp4", shot),
                                   {.frames = 2, .seed = 7});
    }
  }
  InspectOptions options = options_for(folder / "tree", folder / "videos");
  options.selection.limit = 1;
  const Ran ran = run(options);
  expect_in(ran.text, {"1 IP, 1 story, 3 shots", "chosen from the 3 stories of the split",
                       "3 of 3 shots are usable"});
  EXPECT_EQ(ran.text.find("unexpected_file"), std::string::npos) << ran.text;
  options.json = true;
  EXPECT_EQ(Json::parse(run(options).text)["split"]["of_stories"], 3);
}

TEST_F(InspectCommand, LeavesOutPrologues) {
  InspectOptions options = options_for(folder / "split");
  options.write = (folder / "split.json").string();
  ASSERT_EQ(run(options).exit_code, 0);
  Json manifest = read_json_file(folder / "split.json");
  manifest["stories"][0]["shots"][0]["prologue_or_epilogue"] = true;
  std::ofstream(folder / "split.json") << manifest.dump();
  std::filesystem::remove(folder / "out/alpha/1/shot_01.mp4");
  const Ran ran = run(options_for(folder / "split.json", folder / "out"));
  EXPECT_EQ(ran.exit_code, 0) << ran.text;
  expect_in(ran.text, {"11 of 11 shots are usable", "1 prologue or epilogue is left out"});
}

TEST_F(InspectCommand, NamesWhatIsMissingOrBrokenAndExitsWithTwo) {
  std::filesystem::remove(folder / "out/alpha/1/shot_01.mp4");
  asbench::testing::cut_file(folder / "out/alpha/3/shot_02.mp4", 0.5);
  asbench::testing::cut_file(folder / "out/beta/2/shot_03.mp4", 0.0);
  const Ran ran = run(options_for(folder / "split", folder / "out"));
  EXPECT_EQ(ran.exit_code, 2);
  expect_in(ran.text, {"9 of 12 shots are usable", "missing_shot (1)", "broken_video (2)",
                       "story alpha/1 shot 1", "story alpha/3 shot 2", "truncated",
                       "story beta/2 shot 3", "empty file"});
}

TEST_F(InspectCommand, ExitsWithZeroForInformationOnly) {
  asbench::testing::make_video(folder / "out/alpha/1/shot_01.mp4", {.frames = 2});
  asbench::testing::make_video(folder / "out/extra.mp4", {.frames = 2});
  const Ran ran = run(options_for(folder / "split", folder / "out"));
  EXPECT_EQ(ran.exit_code, 0);
  expect_in(ran.text, {"short_shot (1, information)", "unexpected_file (1, information)"});
}

TEST_F(InspectCommand, ListsTheFirstTenOfAKindUnlessAllAreAskedFor) {
  std::filesystem::remove_all(folder / "out/alpha");
  std::filesystem::remove_all(folder / "out/beta");
  InspectOptions options = options_for(folder / "split", folder / "out");
  options.outputs.layout = "default";
  expect_in(run(options).text, {"missing_shot (12)", "... and 2 more (--all lists them)"});
  options.all = true;
  const Ran all = run(options);
  EXPECT_EQ(all.exit_code, 2);
  EXPECT_EQ(all.text.find("... and"), std::string::npos);
}

TEST_F(InspectCommand, PrintsOneJsonDocument) {
  std::filesystem::remove(folder / "out/alpha/1/shot_01.mp4");
  InspectOptions options = options_for(folder / "split", folder / "out");
  options.json = true;
  const Ran ran = run(options);
  EXPECT_EQ(ran.exit_code, 2);
  const Json document = Json::parse(ran.text);
  check_schema(document, "inspection", "inspect --json");
  EXPECT_EQ(document["truncated"], false);
  EXPECT_EQ(document["split"]["stories"], 3);
  EXPECT_EQ(document["outputs"]["layout"], "default");
  EXPECT_EQ(document["outputs"]["shots"].size(), 12U);
  EXPECT_EQ(document["outputs"]["shots"][1]["frames"], 8);
  EXPECT_EQ(document["counts"]["missing_shot"], 1);
  EXPECT_EQ(document["blocking"], 1);
  EXPECT_EQ(document["findings"][0]["shot"], 1);
}

TEST_F(InspectCommand, ListsTheIpsClipsThatCannotBeUsedAsInformation) {
  const auto split = folder / "test-set";
  asbench::testing::make_test_set_split(split);  // names clips/01.mp4, which is not there
  const Ran without = run(options_for(split));
  EXPECT_EQ(without.exit_code, 0);
  expect_in(without.text,
            {"1 tuning clip", "clip_unusable (1, information)", "clip of one: ", "01.mp4"});
  asbench::testing::make_video(split / "one/clips/01.mp4", {.frames = 8});
  EXPECT_EQ(run(options_for(split)).text.find("clip_unusable"), std::string::npos);
}

TEST_F(InspectCommand, WritesAManifestThatItReadsBack) {
  InspectOptions options = options_for(folder / "split");
  options.write = (folder / "manifest.json").string();
  EXPECT_EQ(run(options).exit_code, 0);
  EXPECT_EQ(loaders::read_split(folder / "manifest.json").sha256,
            loaders::read_split(folder / "split").sha256);
  EXPECT_EQ(run(options_for(folder / "manifest.json", folder / "out")).exit_code, 0);
  options.write = (folder / "absent" / "manifest.json").string();
  EXPECT_THROW(static_cast<void>(run(options)), UsageError);
}

TEST_F(InspectCommand, SaysHowManyShotsHaveSound) {
  InspectOptions options = options_for(folder / "split", folder / "out");
  expect_in(run(options).text, {"no shot has sound"});
  options.json = true;
  EXPECT_TRUE(Json::parse(run(options).text)["outputs"]["shots"][0]["audio"].is_null());
}

TEST(InspectCommandOnTheAuthorsDemo, ListsTheSoundWithAll) {
  const auto demo = asbench::testing::genuine_demo();
  if (demo.empty()) GTEST_SKIP() << "the authors' demo is not beside this checkout";
  InspectOptions options = options_for(demo, demo);
  EXPECT_EQ(run(options).text.find("aac"), std::string::npos);
  options.all = true;
  expect_in(run(options).text, {"    20 shots: aac, 44.1 kHz, 2 channels, 3.00 s"});
  options.json = true;
  const Json audio = Json::parse(run(options).text)["outputs"]["shots"][19]["audio"];
  EXPECT_EQ(audio["codec"], "aac");
  EXPECT_EQ(audio["sample_rate"], 44100);
  EXPECT_EQ(audio["channels"], 2);
  EXPECT_NEAR(audio["seconds"].get<double>(), 3.0, 1e-6);
}

TEST(InspectCommandOnTheAuthorsDemo, FindsEverythingThere) {
  const auto demo = asbench::testing::genuine_demo();
  if (demo.empty()) GTEST_SKIP() << "the authors' demo is not beside this checkout";
  const Ran ran = run(options_for(demo, demo));
  EXPECT_EQ(ran.exit_code, 0);
  expect_in(ran.text, {"3 IPs, 5 stories, 20 shots", "layout animeshootergen-demo",
                       "20 of 20 shots are usable", "20 shots: 49 frames, 720x480, 16 fps",
                       "20 of 20 usable shots have sound: 44.1 kHz, 3.00 s", "findings  none"});
}

TEST(InspectCommandOnTheAuthorsDemo, NamesTheCutTheEmptyAndTheRemovedVideo) {
  const auto demo = asbench::testing::genuine_demo();
  if (demo.empty()) GTEST_SKIP() << "the authors' demo is not beside this checkout";
  const TemporaryFolder folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(demo)) {
    const auto to = folder.path() / entry.path().lexically_relative(demo);
    std::filesystem::create_directories(to.parent_path());
    if (entry.is_regular_file()) write_file_atomically(to, read_text_file(entry.path()));
  }
  const auto video = [&](const char* name) { return folder / "yjIvkCaq0Zc" / name; };
  asbench::testing::cut_file(video("generated_video_1_2_demo.mp4"), 0.5);
  asbench::testing::cut_file(video("generated_video_2_4_demo.mp4"), 0.0);
  std::filesystem::remove(video("generated_video_3_1_demo.mp4"));
  const Ran ran = run(options_for(folder.path(), folder.path()));
  EXPECT_EQ(ran.exit_code, 2);
  expect_in(ran.text, {"17 of 20 shots are usable", "generated_video_1_2_demo.mp4: truncated",
                       "generated_video_2_4_demo.mp4: empty file", "no such file",
                       "story yjIvkCaq0Zc/3 shot 1"});
}

}  // namespace
}  // namespace asbench::cli
