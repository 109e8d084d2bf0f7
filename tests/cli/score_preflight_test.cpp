// `asbench score` before and after the long part: what it checks before the first frame is decoded,
// what it replaces, how it names its stages, and its tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/files.h"
#include "core/npy.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ScorePreflight : public WithMiniBenchmark {
 protected:
  static std::string at(const std::string& name) { return mini().root() / name; }

  /// A run that is refused before anything is decoded: no stage has begun, and its store holds no
  /// clip, feature or picture (hashes of weights are small texts).
  static std::string refused(std::vector<std::string> more) {
    const std::string cache = at("cache-refused");
    fs::remove_all(cache);
    const fs::path out = at("refused.json");
    more.insert(more.end(), {"--cache", cache});
    const auto run = mini().score("refused", more);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_THAT(run.err, Not(HasSubstr("[1/"))) << "a stage has begun";
    EXPECT_FALSE(is_there(fs::path(at("refused.frames"))));
    EXPECT_EQ(bytes_below(cache + "/objects", 1024), 0U) << "something was decoded or encoded";
    return run.err;
  }

  /// Bytes of the files that have more than `least`.
  static std::uintmax_t bytes_below(const fs::path& folder, std::uintmax_t least) {
    std::uintmax_t bytes = 0;
    if (!fs::exists(folder)) return bytes;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && entry.file_size() > least) bytes += entry.file_size();
    }
    return bytes;
  }

  static std::vector<std::string> lines_of(const fs::path& file) {
    std::vector<std::string> lines;
    std::istringstream text(read_text_file(file));
    for (std::string line; std::getline(text, line);) {
      EXPECT_TRUE(line.ends_with('\r'));
      lines.push_back(line.substr(0, line.size() - 1));
    }
    return lines;
  }
};

TEST_F(ScorePreflight, ARunThatIsNotRefusedLeavesWhatTheChecksLookFor) {
  const std::string cache = at("cache-whole");
  const auto run = mini().score("whole", {"--cache", cache});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("[1/4]"));
  EXPECT_GT(bytes_below(cache + "/objects", 1024), 0U);
  EXPECT_TRUE(fs::exists(at("whole.frames")));
}

TEST_F(ScorePreflight, OutputTargets) {
  EXPECT_THAT(refused({"--out", at("no/such/r.json")}), HasSubstr("no such folder"));
  fs::create_directories(at("folder.json"));
  EXPECT_THAT(refused({"--out", at("folder.json")}), HasSubstr("this is a folder"));
  std::ofstream(at("blocked.frames")) << "a file";
  EXPECT_THAT(refused({"--out", at("blocked.json")}),
              AllOf(HasSubstr("blocked.frames"), HasSubstr("--no-frames")));
  std::ofstream(at("tables-file")) << "a file";
  EXPECT_THAT(refused({"--csv", at("tables-file")}), HasSubstr("--csv"));
  fs::create_directories(at("tables-of-another"));
  std::ofstream(at("tables-of-another/shots.csv"), std::ios::binary)
      << "system,ip,story,shot,motion\r\nother,cat,cat/1,1,0.5\r\n";
  EXPECT_THAT(refused({"--csv", at("tables-of-another")}),
              AllOf(HasSubstr("shots.csv"), HasSubstr("--force")));
  EXPECT_THAT(refused({"--out", "/proc/asbench.json"}), HasSubstr("/proc/"))
      << "a folder where nobody can write";
}

TEST_F(ScorePreflight, Normalise) {
  ASSERT_EQ(mini().score("floor", {"--metrics", "motion"}).exit_code, 0);
  ASSERT_EQ(mini().score("part", {"--metrics", "motion", "--limit", "1"}).exit_code, 0);
  const auto said = [&](const std::string& floor, const std::string& ceiling,
                        const std::string& metrics) {
    return refused({"--normalise", floor + "," + ceiling, "--metrics", metrics});
  };
  EXPECT_THAT(said(at("floor.json"), at("absent.json"), "motion"), HasSubstr("absent.json"));
  std::ofstream(at("text.json")) << "{}";
  EXPECT_THAT(said(at("text.json"), at("floor.json"), "motion"),
              HasSubstr("not a result document"));
  EXPECT_THAT(said(at("floor.json"), at("floor.json"), "motion,clip_i"),
              HasSubstr("has no clip_i"));
  EXPECT_THAT(said(at("floor.json"), at("part.json"), "motion"), HasSubstr("another split"));
  EXPECT_THAT(refused({"--normalise", at("floor.json") + "," + at("floor.json"), "--metrics",
                       "motion", "--frames", "ends:3"}),
              HasSubstr("computed differently"));
  const auto run = mini().score(
      "normalised",
      {"--normalise", at("floor.json") + "," + at("floor.json"), "--metrics", "motion"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(mini().document("normalised").contains("normalised_between"));
}

TEST_F(ScorePreflight, WeightsAndEncoders) {
  EXPECT_THAT(refused({"--weights", at("nowhere")}), HasSubstr("asbench weights fetch"));
  EXPECT_THAT(refused({"--encoder", "clip=acme/unknown"}), HasSubstr("no weights of acme/unknown"));
  const fs::path weights = at("weights");
  fs::create_directories(weights / "acme");
  const fs::path odd = weights / "acme" / "odd";
  fs::copy(weights / "facebook" / "dino-vitb16", odd,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  Json config = read_json_file(odd / "config.json");
  config["model_type"] = "mamba";
  write_json_file(odd / "config.json", config);
  EXPECT_THAT(refused({"--encoder", "dino=acme/odd", "--preprocess", "dino=dino-eval"}),
              HasSubstr("mamba"));
}

// The weights open and are hashed, but the network can't be made of them: found when it is loaded,
// still before a frame is decoded.
TEST_F(ScorePreflight, WeightsThatDoNotFit) {
  const fs::path weights = at("weights");
  const fs::path wrong = weights / "acme" / "wrong-size";
  fs::create_directories(weights / "acme");
  fs::copy(weights / "facebook" / "dino-vitb16", wrong,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  Json config = read_json_file(wrong / "config.json");
  config["num_hidden_layers"] = config.at("num_hidden_layers").get<int>() + 1;
  write_json_file(wrong / "config.json", config);
  const std::string cache = at("cache-wrong");
  const auto run = mini().score("wrong-size", {"--encoder", "dino=acme/wrong-size", "--preprocess",
                                               "dino=dino-eval", "--cache", cache});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("acme/wrong-size"), HasSubstr("missing")));
  EXPECT_EQ(bytes_below(cache + "/objects", 1024), 0U) << "something was decoded";
  EXPECT_THAT(run.err, HasSubstr("0/12")) << "no clip was decoded";
}

TEST_F(ScorePreflight, TrainingAndReferenceSets) {
  EXPECT_THAT(refused({"--training-set", at("absent")}), HasSubstr("there is no such file"));
  fs::create_directories(at("empty"));
  EXPECT_THAT(refused({"--training-set", at("empty")}), HasSubstr("no video in this folder"));
  fs::create_directories(at("training"));
  make_video(fs::path(at("training")) / "a.mp4",
             {.frames = 8, .width = 96, .height = 64, .seed = 71});
  std::ofstream(at("training/b.mp4")) << "no video";
  EXPECT_THAT(refused({"--training-set", at("training")}),
              AllOf(HasSubstr("b.mp4"), HasSubstr("Repair it or take it out")));
  write_npy(at("narrow.npy"), 2, 3, std::vector<float>{1, 0, 0, 0, 1, 0});
  EXPECT_THAT(refused({"--training-set", at("narrow.npy")}), HasSubstr("have 3 numbers"));
  EXPECT_THAT(refused({"--metrics", "copy_rate"}), HasSubstr("needs --training-set"));
}

TEST_F(ScorePreflight, SaysThatFewIpsShowNothingSignificant) {
  const auto run = mini().score("few", {"--metrics", "clip_i"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto note = run.err.find("2 IPs are too few");
  ASSERT_NE(note, std::string::npos) << run.err;
  EXPECT_LT(note, run.err.find("[1/")) << "before the run begins";
}

TEST_F(ScorePreflight, NamesItsStages) {
  const auto run = mini().score("stages", {"--metrics", "clip_i,motion"});
  std::size_t before = 0;
  for (const char* stage :
       {"[1/4] checking the videos: 12/12", "[2/4] decoding and encoding: 12/12",
        "[3/4] measuring: 3/3", "[4/4] intervals: 2/2"}) {
    const auto found = run.err.find(stage);
    ASSERT_NE(found, std::string::npos) << stage << "\n" << run.err;
    EXPECT_GE(found, before) << stage;
    before = found;
  }
  EXPECT_EQ(run.err.find('\r'), std::string::npos) << "plain lines in a log";
  EXPECT_THAT(mini().score("stages3", {"--metrics", "motion", "--missing", "exclude"}).err,
              AllOf(HasSubstr("[1/3] decoding and encoding"), HasSubstr("[3/3] intervals")));
}

TEST_F(ScorePreflight, ReplacesAResultOfTheSameRequestOnly) {
  ASSERT_EQ(mini().score("mine", {"--metrics", "motion,frozen_rate"}).exit_code, 0);
  const std::string before = read_text_file(at("mine.json"));
  EXPECT_EQ(mini().score("mine", {"--metrics", "motion,frozen_rate", "--threads", "1"}).exit_code,
            0)
      << "how it is computed is no other content";
  const auto refusal = [&](const std::vector<std::string>& more) {
    const std::string kept = read_text_file(at("mine.json"));
    const auto run = mini().score("mine", more);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(read_text_file(at("mine.json")), kept) << "the old result is gone";
    EXPECT_THAT(run.err, AllOf(HasSubstr("--force"), Not(HasSubstr("[1/"))));
    return run.err;
  };
  EXPECT_THAT(refusal({"--metrics", "motion,frozen_rate", "--system", "other"}),
              HasSubstr("of the system mini, and this run scores other"));
  EXPECT_THAT(refusal({"--metrics", "motion,frozen_rate", "--limit", "1"}),
              HasSubstr("another split or part of it"));
  EXPECT_THAT(refusal({"--metrics", "motion"}),
              HasSubstr("metrics: [\"motion\",\"frozen_rate\"] there"));
  EXPECT_THAT(refusal({"--metrics", "motion,frozen_rate", "--frames", "ends:3"}),
              HasSubstr("frames"));
  EXPECT_EQ(mini().score("mine", {"--metrics", "motion", "--force"}).exit_code, 0);
  EXPECT_EQ(mini().document("mine").at("metrics").size(), 1U);

  std::ofstream(at("mine.json")) << "my notes";
  EXPECT_THAT(refusal({"--metrics", "motion"}), HasSubstr("something else than a result document"));
  std::ofstream(at("mine.json"), std::ios::trunc).flush();
  EXPECT_EQ(mini().score("mine", {"--metrics", "motion"}).exit_code, 0) << "an empty file is free";
}

TEST_F(ScorePreflight, OtherWeightsUnderTheSameNameAreOtherContent) {
  ASSERT_EQ(mini().score("weights", {"--metrics", "clip_i"}).exit_code, 0);
  Json document = mini().document("weights");
  std::string signature = document.at("metrics").at("clip_i").at("signature");
  const auto hash = signature.find('#') + 1;
  signature.replace(hash, 8, "00000000");
  document["metrics"]["clip_i"]["signature"] = signature;
  write_json_file(at("weights.json"), document);
  const auto run = mini().score("weights", {"--metrics", "clip_i"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("clip_i computed differently"));
}

TEST_F(ScorePreflight, WritesTablesOfShotsAndClips) {
  const auto run = mini().score("tables", {"--metrics", "clip_i,motion", "--csv", at("tables")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto shots = lines_of(at("tables/shots.csv"));
  ASSERT_EQ(shots.size(), 13U);
  EXPECT_THAT(shots[0], StartsWith("system,ip,story,shot,clip_i,motion"));
  EXPECT_THAT(shots[1], StartsWith("mini,cat,cat/1,1,"));
  const Json first =
      mini().document("tables").at("stories")[0].at("metrics").at("clip_i").at("shots")[0].at(
          "value");
  EXPECT_THAT(shots[1], HasSubstr("," + first.dump() + ",")) << "all digits";
  const auto clips = lines_of(at("tables/clips.csv"));
  ASSERT_EQ(clips.size(), 13U);
  EXPECT_EQ(clips[0],
            "system,ip,story,shot,status,sha256,frame_count,fps,seconds,width,height,"
            "sampled_frames,findings,caption");
  EXPECT_THAT(clips[1], AllOf(StartsWith("mini,cat,cat/1,1,scored,"), HasSubstr(",12,"),
                              HasSubstr("The cat walks past house number 1 in story 1.")));
  EXPECT_EQ(mini().score("tables", {"--metrics", "clip_i,motion", "--csv", at("tables")}).exit_code,
            0)
      << "the same run may replace its tables";
}

TEST_F(ScorePreflight, TheTableSpeaksInSentences) {
  const auto run = mini().score("sentences");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("Fewer than ten IPs have a value."));
  EXPECT_THAT(run.out, HasSubstr("few_clusters, "));
  EXPECT_THAT(run.out, HasSubstr("not canonical: it differs from what the protocol animeshooter-v1 "
                                 "asks for"));
  EXPECT_THAT(run.out, HasSubstr("- weights of clip: model.safetensors differs"));
  const auto canonical = mini().score("canonical", {"--metrics", "motion"});
  EXPECT_THAT(canonical.out, HasSubstr("\ncanonical: made with the settings and encoders"));
}

}  // namespace
}  // namespace asbench::testing
