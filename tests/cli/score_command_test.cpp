#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "core/schema.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

class ScoreCommand : public WithMiniBenchmark {
 protected:
};

TEST_F(ScoreCommand, WritesADocumentThatItsSchemaAccepts) {
  const auto run = mini().score("first");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json document = mini().document("first");
  check_schema(document, "result", "first.json");
  EXPECT_EQ(document.at("system").at("name"), "mini");
  EXPECT_EQ(document.at("coverage").at("expected_shots"), 12);
  EXPECT_EQ(document.at("coverage").at("scored_shots"), 12);
  // The seeded checkpoints carry the names of published ones, and are not their files.
  EXPECT_EQ(document.at("overrides"),
            (Json{"weights of clip: model.safetensors differs from the pinned file",
                  "weights of dino: model.safetensors differs from the pinned file"}));
  EXPECT_FALSE(document.at("canonical").get<bool>());
  for (const char* role : {"clip", "dino"}) {
    const Json& weights = document.at("provenance").at("weights").at(role);
    EXPECT_EQ(weights.at("pin"), "differs") << role;
    EXPECT_EQ(weights.at("pin_difference").at("found_sha256"), weights.at("sha256")) << role;
  }
  EXPECT_EQ(document.at("stories").size(), 3U);
  for (const char* metric : {"clip_i", "dino_i", "clip_t", "cross_shot_clip", "cross_shot_dino"}) {
    EXPECT_TRUE(document.at("metrics").at(metric).at("mean").is_number()) << metric;
    EXPECT_NE(run.out.find(metric), std::string::npos) << metric;
  }
  EXPECT_EQ(document.at("metrics").at("cross_shot_clip").at("by_distance").size(), 3U);
  const Json& shot = document.at("stories")[0].at("metrics").at("clip_i").at("shots")[0];
  EXPECT_EQ(shot.at("frames").size(), 5U);
}

TEST_F(ScoreCommand, SaysThatSoFewIpsCantShowASignificantChange) {
  const auto run = mini().score("few");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.err.find("asbench score: 2 IPs are too few for `asbench compare` to find a "
                         "significant change in "),
            std::string::npos)
      << run.err;
  EXPECT_EQ(run.out.find("too few"), std::string::npos);

  // The default gate tests nothing of this.
  const auto untested = mini().score("untested", {"--metrics", "motion"});
  ASSERT_EQ(untested.exit_code, 0) << untested.err;
  EXPECT_EQ(untested.err.find("too few"), std::string::npos) << untested.err;
}

TEST_F(ScoreCommand, TheSecondRunComputesNothingAndGivesTheSameDocument) {
  ASSERT_EQ(mini().score("again").exit_code, 0);
  const Json first = mini().numbers("again");
  ASSERT_EQ(mini().score("again").exit_code, 0);
  EXPECT_EQ(first_difference(first, mini().numbers("again")), "");
  const Json stages = mini().document("again").at("provenance").at("stages");
  EXPECT_EQ(stages.at("clips_decoded"), 0);
  EXPECT_EQ(stages.at("images_encoded"), 0);
  EXPECT_EQ(stages.at("captions_encoded"), 0);
}

// docs/determinism.md
TEST_F(ScoreCommand, NeitherThreadsNorBatchMoveABit) {
  ASSERT_EQ(mini().score("plain").exit_code, 0);
  int number = 0;
  for (const std::vector<std::string>& change : {std::vector<std::string>{"--threads", "1"},
                                                 {"--batch", "1"},
                                                 {"--batch", "7"},
                                                 {"--decode-threads", "3"}}) {
    auto more = change;
    const std::string name = "varied" + std::to_string(number++);
    more.insert(more.end(), {"--cache", mini().root() / ("cache-" + name)});
    ASSERT_EQ(mini().score(name, more).exit_code, 0);
    EXPECT_EQ(first_difference(mini().numbers("plain"), mini().numbers(name)), "")
        << change.front() + change.back();
  }
}

TEST_F(ScoreCommand, ASubsetIsStampedIntoEverySignatureAndIsNotCanonical) {
  ASSERT_EQ(mini().score("all").exit_code, 0);
  ASSERT_EQ(mini().score("part", {"--subset", "2", "--seed", "3"}).exit_code, 0);
  const Json part = mini().document("part");
  EXPECT_FALSE(part.at("canonical").get<bool>());
  EXPECT_EQ(part.at("stories").size(), 2U);
  EXPECT_NE(
      part.at("metrics").at("clip_i").at("signature").get<std::string>().find("| subset=2of3#"),
      std::string::npos);
  EXPECT_NE(part.at("metrics").at("clip_i").at("signature"),
            mini().document("all").at("metrics").at("clip_i").at("signature"));
}

TEST_F(ScoreCommand, AnOverrideIsListedAndChangesTheSignature) {
  ASSERT_EQ(mini().score("ends", {"--frames", "ends:5", "--background", "white"}).exit_code, 0);
  const Json document = mini().document("ends");
  EXPECT_FALSE(document.at("canonical").get<bool>());
  // Two options, and two seeded checkpoints that are not the pinned files.
  EXPECT_EQ(document.at("overrides").size(), 4U);
  EXPECT_NE(document.at("metrics")
                .at("clip_i")
                .at("signature")
                .get<std::string>()
                .find("| frames=ends:5 | bg=white |"),
            std::string::npos);
}

TEST_F(ScoreCommand, OnlyTheMetricsAskedForAreComputed) {
  const auto run = mini().score("without-encoders", {"--metrics", "motion,frozen_rate"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(mini().document("without-encoders").at("metrics").size(), 2U);
  EXPECT_TRUE(mini().document("without-encoders").at("provenance").at("weights").empty());
}

TEST_F(ScoreCommand, JsonOnStdoutIsOnlyJson) {
  const auto run = mini().score("json", {"--json"});
  ASSERT_EQ(run.exit_code, 0);
  EXPECT_TRUE(parse_json(run.out, "stdout").contains("clip_i"));
}

TEST_F(ScoreCommand, AWrongOptionIsSaidBeforeAnythingRuns) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--metrics", "clip_x"}, "clip_x"},
      {{"--missing", "skip"}, "fail, zero or exclude"},
      {{"--protocol", "animeshooter-v9"}, "animeshooter-v1"},
      {{"--encoder", "clip"}, "ROLE=VALUE"},
      {{"--encoder", "face=x/y"}, "face"},
      {{"--frames", "middle:5"}, "midpoint"},
      {{"--background", "pink"}, "black"},
      {{"--device", "tpu"}, "cpu"},
      {{"--weights", mini().root() / "nowhere"}, "asbench weights fetch"},
      {{"--out", mini().root() / "no" / "such" / "r.json"}, "no such folder"},
      {{"--preprocess", "clip=vbench"}, "openai-clip"},
      {{"--stories", "cat/9"}, "cat/9"}};
  for (const auto& [more, expected] : cases) {
    // The last value of an option counts, and a store of its own shows that nothing was computed.
    auto arguments = more;
    arguments.insert(arguments.end(), {"--cache", mini().root() / "cache-unused"});
    const auto run = mini().score("wrong", arguments);
    EXPECT_EQ(run.exit_code, 2) << expected;
    EXPECT_NE(run.err.find(expected), std::string::npos) << run.err;
    EXPECT_FALSE(fs::exists(mini().root() / "wrong.json"));
  }
}

TEST_F(ScoreCommand, OneLongVideoAStoryWithACutListAndFrameFoldersAreScoredLikeFiles) {
  const auto long_videos = mini().root() / "long";
  Json cuts;
  std::uint64_t seed = 50;
  for (const char* story : {"cat/1", "cat/3", "dog/2"}) {
    make_video(long_videos / (std::string(story) + ".mp4"),
               {.frames = 48, .width = 96, .height = 64, .seed = seed++});
    cuts[story] = {{0, 12}, {12, 24}, {24, 36}, {36, 48}};
  }
  write_json_file(long_videos / "cuts.json", cuts);
  const auto run = mini().score("long", {"--outputs", long_videos, "--layout", "cuts"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(mini().document("long").at("coverage").at("scored_shots"), 12);
  EXPECT_EQ(mini().document("long").at("stories")[0].at("shots")[3].at("frame_count"), 12);

  const auto folders = mini().root() / "folders";
  for (const char* story : {"cat/1", "cat/3", "dog/2"}) {
    for (int shot = 1; shot <= 4; ++shot) {
      make_frame_folder(folders / story / ("shot_0" + std::to_string(shot)),
                        {.frames = 6, .width = 96, .height = 64, .seed = seed++});
    }
  }
  const auto from_folders = mini().score("folders", {"--outputs", folders});
  ASSERT_EQ(from_folders.exit_code, 0) << from_folders.err;
  EXPECT_EQ(mini().document("folders").at("coverage").at("scored_shots"), 12);
}

TEST_F(ScoreCommand, TheIpsOwnClipsGiveTheRealCeilingAndAreDecodedOnce) {
  const auto manifest = mini().root() / "clips.json";
  ASSERT_EQ(
      run_program(asbench_program(), {"inspect", "--split", mini().split(), "--write", manifest})
          .exit_code,
      0);
  const auto clip = mini().root() / "real.mp4";
  make_video(clip, {.frames = 20, .width = 96, .height = 64, .seed = 99});
  const auto broken = mini().root() / "broken.mp4";
  std::ofstream(broken) << "no video";
  Json split = read_json_file(manifest);
  // A clip that is also an output, and one of its own with a broken one beside it; the dog has
  // none.
  split["ips"][0]["clips"] =
      Json::array({{{"file", fs::relative(mini().video("cat/1", 1), mini().root()).string()}},
                   {{"file", "real.mp4"}},
                   {{"file", "broken.mp4"}}});
  write_json_file(manifest, split);
  const std::vector<std::string> more = {"--split", manifest, "--cache",
                                         mini().root() / "cache-clips"};
  const auto run = mini().score("ceiling", more);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("real ceiling"), std::string::npos) << run.out;

  const Json document = mini().document("ceiling");
  EXPECT_EQ(document.at("provenance").at("stages").at("clips_decoded"), 13)
      << "12 outputs and the one clip that is none of them";
  // The same clip as a shot, to compare with.
  const auto shown = mini().root() / "shown";
  fs::create_directories(shown / "cat" / "1");
  fs::copy_file(clip, shown / "cat" / "1" / "shot_01.mp4");
  ASSERT_EQ(mini().score("shown", {"--outputs", shown, "--missing", "exclude"}).exit_code, 0);
  for (const char* metric : {"clip_i", "dino_i"}) {
    const Json& ceiling = document.at("metrics").at(metric).at("real_ceiling");
    const Json shot = document.at("stories")[0].at("metrics").at(metric).at("shots")[0].at("value");
    const Json other =
        mini().document("shown").at("stories")[0].at("metrics").at(metric).at("shots")[0].at(
            "value");
    EXPECT_EQ(ceiling.at("n_clips"), 2);
    EXPECT_EQ(ceiling.at("n_stories"), 2) << "both stories of the cat";
    constexpr double kBatchesDiffer = 1e-6;  // docs/determinism.md
    EXPECT_NEAR(ceiling.at("ips").at("cat").get<double>(),
                (shot.get<double>() + other.get<double>()) / 2, kBatchesDiffer);
    EXPECT_EQ(ceiling.at("mean"), ceiling.at("ips").at("cat"));
    EXPECT_TRUE(ceiling.at("ips").at("dog").is_null());
    EXPECT_TRUE(mini().document("shown").at("metrics").at(metric).at("real_ceiling").is_null())
        << "a split without clips";
  }
  std::set<std::string> kinds;
  for (const auto& finding : document.at("coverage").at("findings"))
    kinds.insert(finding.at("kind").get<std::string>());
  EXPECT_TRUE(kinds.contains("no_clips") && kinds.contains("clip_unusable"));
  ASSERT_EQ(mini().score("plain").exit_code, 0);
  const auto files_below = [](const fs::path& folder) {
    return std::distance(fs::recursive_directory_iterator(folder),
                         fs::recursive_directory_iterator());
  };
  EXPECT_EQ(files_below(mini().root() / "ceiling.frames"),
            files_below(mini().root() / "plain.frames"))
      << "real animation is not written beside a system's pictures";

  ASSERT_EQ(mini().score("ceiling", more).exit_code, 0);
  EXPECT_EQ(mini().document("ceiling").at("provenance").at("stages").at("clips_decoded"), 0);
  Json before = document;
  before.erase("provenance");
  EXPECT_EQ(first_difference(before, mini().numbers("ceiling")), "");
}

TEST_F(ScoreCommand, ADeviceThatCannotBeHadIsSaidEvenWhenEverythingIsStored) {
  ASSERT_EQ(mini().score("stored").exit_code, 0);
  const auto impossible = mini().score("impossible", {"--device", "cuda:63"});
  EXPECT_EQ(impossible.exit_code, 2);
  EXPECT_NE(impossible.err.find("--device cuda:63"), std::string::npos) << impossible.err;
  EXPECT_FALSE(fs::exists(mini().root() / "impossible.json"));
  const auto features = run_program(
      asbench_program(),
      {"features", "--split", mini().split(), "--outputs", mini().outputs(), "--weights",
       mini().root() / "weights", "--cache", mini().root() / "cache", "--encoder",
       "facebook/dino-vitb16", "--out", mini().root() / "impossible.npy", "--device", "cuda:63"});
  EXPECT_EQ(features.exit_code, 2);
  EXPECT_NE(features.err.find("--device cuda:63"), std::string::npos) << features.err;
}

TEST_F(ScoreCommand, ACheckpointThatNamesNoPreprocessingTakesTheOneThatIsAskedFor) {
  const fs::path weights = mini().root() / "weights";
  fs::create_directories(weights / "acme");
  fs::copy(weights / "openai" / "clip-vit-base-patch32", weights / "acme" / "clip",
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  fs::remove(weights / "acme" / "clip" / "preprocessor_config.json");
  const auto lost = mini().score("lost", {"--encoder", "clip=acme/clip"});
  EXPECT_EQ(lost.exit_code, 2);
  EXPECT_NE(lost.err.find("--preprocess"), std::string::npos) << lost.err;
  const auto run =
      mini().score("asked", {"--encoder", "clip=acme/clip", "--preprocess", "clip=openai-clip",
                             "--cache", mini().root() / "asked-cache"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST_F(ScoreCommand, AReferenceThatNoMetricNeedsMayBeBroken) {
  const fs::path split = mini().root() / "broken-reference";
  fs::copy(mini().split(), split,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  std::ofstream(split / "cat_ref.png") << "no picture";
  const std::vector<std::string> more = {"--split", split, "--metrics"};
  auto motion = more;
  motion.emplace_back("motion");
  const auto run = mini().score("motion", motion);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(mini().document("motion").at("coverage").at("findings").dump().find("IP cat"),
            std::string::npos);
  auto adherence = more;
  adherence.emplace_back("clip_i");
  EXPECT_EQ(mini().score("adherence", adherence).exit_code, 2);
}

TEST_F(ScoreCommand, AMetricNamedTwiceIsMeasuredOnce) {
  ASSERT_EQ(mini().score("once", {"--metrics", "clip_i"}).exit_code, 0);
  ASSERT_EQ(mini().score("twice", {"--metrics", "clip_i,clip_i"}).exit_code, 0);
  EXPECT_EQ(first_difference(mini().numbers("once"), mini().numbers("twice")), "");
}

TEST_F(ScoreCommand, NamesThatAreNoUtf8DoNotLoseTheResult) {
  const fs::path outputs = mini().root() / "with-a-stray-file";
  fs::copy(mini().outputs(), outputs,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  std::ofstream(outputs / "cat" / "caf\xe9.mp4") << "stray";
  const auto run = mini().score("stray", {"--outputs", outputs});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(mini().document("stray").at("metrics").empty());
}

TEST_F(ScoreCommand, FeaturesWritesAMatrixWithItsRowsNamed) {
  const auto out = mini().root() / "dino.npy";
  const auto run =
      run_program(asbench_program(),
                  {"features", "--split", mini().split(), "--outputs", mini().outputs(),
                   "--weights", mini().root() / "weights", "--cache", mini().root() / "cache",
                   "--encoder", "facebook/dino-vitb16", "--out", out});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json sidecar = read_json_file(out.string() + ".json");
  EXPECT_EQ(sidecar.at("rows").size(), 60U);
  EXPECT_EQ(sidecar.at("rows")[0].at("story"), "cat/1");
  const std::string bytes = read_text_file(out);
  EXPECT_EQ(bytes.substr(0, 6), "\x93NUMPY");
  EXPECT_NE(bytes.find("'shape': (60, "), std::string::npos);
}

TEST_F(ScoreCommand, FeaturesAdvisesNoOptionThatItLacks) {
  const auto outputs = mini().root() / "incomplete";
  fs::copy(mini().outputs(), outputs,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  fs::remove(outputs / fs::relative(mini().video("cat/1", 2), mini().outputs()));
  const auto run =
      run_program(asbench_program(),
                  {"features", "--split", mini().split(), "--outputs", outputs, "--weights",
                   mini().root() / "weights", "--cache", mini().root() / "cache", "--encoder",
                   "facebook/dino-vitb16", "--out", mini().root() / "incomplete.npy"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.err.find("cat/1 shot 2"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("--stories"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("--missing zero"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace asbench::testing
