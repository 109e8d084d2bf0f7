#include "evaluation/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "tests/loaders/annotations/annotation_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::evaluation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Protocol with_metrics(std::vector<std::string> metrics) {
  Protocol protocol = load_protocol("demo");
  protocol.metrics = std::move(metrics);
  return protocol;
}

TEST(NeedsOf, SayWhatTheMetricsRead) {
  EXPECT_EQ(needs_of(load_protocol("demo")), document::InputNeeds{});
  EXPECT_EQ(needs_of(load_protocol("animeshooter-v1")), document::InputNeeds{})
      << "what inspect supposes";
  EXPECT_EQ(needs_of(with_metrics({"motion", "cross_shot_clip"})),
            (document::InputNeeds{.references = false, .captions = false}));
  EXPECT_EQ(needs_of(with_metrics({"clip_i"})),
            (document::InputNeeds{.references = true, .captions = false}));
  EXPECT_EQ(needs_of(with_metrics({"reference_copy"})),
            (document::InputNeeds{.references = true, .captions = false}));
  EXPECT_EQ(needs_of(with_metrics({"identity_top1"})),
            (document::InputNeeds{.references = true, .captions = false}));
  EXPECT_EQ(needs_of(with_metrics({"clip_t_margin"})),
            (document::InputNeeds{.references = false, .captions = true}));
}

/// One story of two shots: the first has a narrative caption, the second a descriptive one.
loaders::Split half_captioned() {
  loaders::Split split;
  split.ips.push_back({"fox", {}, {}, {}});
  split.stories.push_back({"fox/0", "fox", "0", {{1, "runs", {}, {}}, {2, {}, "a fox sits", {}}}});
  split.findings = {{"missing_caption", "fox/0", 2, "the caption is blank"}};
  return split;
}

std::vector<int> shots_without_caption(loaders::Split split, const std::string& text) {
  Protocol protocol = load_protocol("demo");
  protocol.text = text;
  find_missing_captions(split, protocol);
  std::vector<int> shots;
  for (const Finding& finding : split.findings) {
    EXPECT_EQ(finding.kind, "missing_caption");
    shots.push_back(finding.shot.value());
  }
  return shots;
}

TEST(MissingCaptions, AreThoseOfTheKindThatTheRunReads) {
  EXPECT_THAT(shots_without_caption(half_captioned(), "narrative"), ElementsAre(2));
  EXPECT_THAT(shots_without_caption(half_captioned(), "descriptive"), ElementsAre(1));
  EXPECT_THAT(shots_without_caption(half_captioned(), "both"), ElementsAre(1, 2));
}

TEST(LostStories, BecomeStoriesUnderZeroAndKeepTheHash) {
  Inputs inputs;
  inputs.split = half_captioned();
  inputs.split.sha256 = "the hash";
  inputs.split.lost = {{"fox/1", "fox", 3}};
  count_lost_as_failures(inputs);
  ASSERT_EQ(inputs.split.stories.size(), 2U);
  EXPECT_EQ(inputs.split.stories[1].shots.size(), 3U);
  EXPECT_THAT(inputs.split.lost, IsEmpty());
  EXPECT_EQ(inputs.split.sha256, "the hash");
}

TEST(LostStories, ThatNobodyCanCountEndARunUnderZero) {
  Inputs inputs;
  inputs.split = half_captioned();
  inputs.split.uncounted_ips = {"cat"};
  inputs.split.findings = {{"bad_json", "", std::nullopt, "IP cat: cut off"}};
  try {
    count_lost_as_failures(inputs);
    ADD_FAILURE() << "was counted";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("nothing says how many stories cat has"));
    EXPECT_THAT(error.what(), HasSubstr("bad_json: IP cat: cut off"));
    EXPECT_THAT(error.what(), HasSubstr("--missing exclude"));
  }
}

/// The same split as annotation files and as a manifest, and videos of all its stories.
class AnnotationsAndManifest : public ::testing::Test {
 protected:
  AnnotationsAndManifest() {
    std::filesystem::create_directories(folder_ / "tree");
    for (const char* video : {"alpha", "beta", "gamma"}) {
      write_file_atomically(folder_ / "tree" / (std::string(video) + ".json"),
                            testing::annotated_video(video, 4).dump());
    }
    const loaders::Split split = loaders::read_split(folder_ / "tree");
    write_json_file(folder_ / "split.json", loaders::split_to_manifest(split, folder_.path()));
    for (const auto& story : split.stories) {
      std::filesystem::create_directories(folder_ / "videos" / story.id);
      for (const auto& shot : story.shots) {
        write_file_atomically(
            folder_ / "videos" / story.id / ("shot_0" + std::to_string(shot.number) + ".mp4"), "");
      }
    }
  }

  Inputs read(const char* split, const loaders::Selection& selection) const {
    return read_inputs(folder_ / split, {}, selection, {}, folder_ / "videos", {}, "white");
  }

  testing::TemporaryFolder folder_;
};

TEST_F(AnnotationsAndManifest, GiveOnePartOneNameAndNoStrangers) {
  for (const loaders::Selection& selection :
       {loaders::Selection{.limit = 3}, loaders::Selection{.subset = 5, .seed = 7},
        loaders::Selection{.ips = {"beta"}}}) {
    const Inputs annotations = read("tree", selection);
    const Inputs manifest = read("split.json", selection);
    EXPECT_THAT(manifest.subset, HasSubstr("of12#"));
    EXPECT_EQ(annotations.subset, manifest.subset);
    EXPECT_EQ(annotations.outputs.shots, manifest.outputs.shots);
    EXPECT_THAT(annotations.outputs.findings, IsEmpty());
    EXPECT_EQ(annotations.outputs.layout, "default");
  }
}

}  // namespace
}  // namespace asbench::evaluation
