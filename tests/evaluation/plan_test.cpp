// What make_plan() decides from the needs of a protocol's metrics, on tiny seeded checkpoints.
#include "evaluation/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::evaluation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MakePlan : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    weights_ = new testing::TemporaryFolder;
    testing::write_seeded_checkpoints(weights_->path(), testing::CheckpointSize::tiny);
  }
  static void TearDownTestSuite() { delete weights_; }

  MakePlan() : protocol_(load_protocol("animeshooter-v1")) {
    for (const char* name : {"ant", "bee"}) {
      loaders::Ip& ip = split_.ips.emplace_back();
      ip.id = name;
      ip.references = {std::string(name) + ".png"};
      ip.reference_sha256 = {std::string(64, name[0])};
      loaders::Story story{std::string(name) + "/0", name, "0", {}};
      for (int number : {1, 2}) {
        loaders::Shot shot;
        shot.number = number;
        shot.caption = number == 1 ? "Walks." : std::string("Rests with ") + name;
        story.shots.push_back(shot);
        outputs_.shots[{story.id, number}] = {loaders::ShotSource::Kind::video_file,
                                              story.id + std::to_string(number) + ".mp4"};
      }
      split_.stories.push_back(story);
    }
  }

  [[nodiscard]] Plan plan(std::vector<std::string> metrics) {
    protocol_.metrics = std::move(metrics);
    return make_plan(protocol_, split_, outputs_, {.folder = weights_->path(), .store = nullptr});
  }
  [[nodiscard]] std::string refusal(std::vector<std::string> metrics) {
    try {
      (void)plan(std::move(metrics));
    } catch (const UsageError& error) {
      return error.what();
    }
    ADD_FAILURE() << "was accepted";
    return {};
  }

  Protocol protocol_;
  loaders::Split split_;
  loaders::Outputs outputs_;

 private:
  static testing::TemporaryFolder* weights_;
};
testing::TemporaryFolder* MakePlan::weights_ = nullptr;

TEST_F(MakePlan, OpensTheEncodersThatTheMetricsReadAndNoOther) {
  const Plan made = plan({"dino_i"});
  ASSERT_EQ(made.extraction.encoders.size(), 1U);
  EXPECT_EQ(made.extraction.encoders[0].role, "dino");
  EXPECT_TRUE(made.extraction.encoders[0].images);
  EXPECT_FALSE(made.extraction.encoders[0].text || made.extraction.encoders[0].mirrored_references);
  EXPECT_FALSE(made.extraction.pixels);
  EXPECT_TRUE(made.extraction.captions.empty());
  EXPECT_EQ(made.extraction.references.size(), 2U);
}

TEST_F(MakePlan, OfVbenchTakesEveryFrameUnderItsOwnPreprocessing) {
  protocol_ = load_protocol("vbench");
  const Plan made =
      plan({"vbench_subject", "vbench_background", "vbench_flicker", "vbench_clip_score"});
  ASSERT_EQ(made.extraction.encoders.size(), 3U);
  const auto& background = made.extraction.encoders.at(made.encoders.at("vbench-clip"));
  EXPECT_TRUE(background.every_frame);
  EXPECT_FALSE(background.sampled_frames || background.text);
  EXPECT_EQ(background.profile.name, "vbench-clip");
  const auto& subject = made.extraction.encoders.at(made.encoders.at("vbench-dino"));
  EXPECT_TRUE(subject.every_frame);
  EXPECT_EQ(subject.profile.name, "vbench-dino");
  const auto& score = made.extraction.encoders.at(made.encoders.at("vbench-text"));
  EXPECT_TRUE(score.sampled_frames && score.text);
  EXPECT_FALSE(score.every_frame);
  EXPECT_EQ(score.profile.name, "vbench-viclip");
  EXPECT_TRUE(made.extraction.changes);
  EXPECT_FALSE(made.extraction.pictures || made.extraction.pixels);
  EXPECT_TRUE(made.extraction.references.empty());
  EXPECT_FALSE(plan({"vbench_subject"}).extraction.changes);
}

TEST_F(MakePlan, OfVbenchsSmoothnessOpensTheNetworkThatIsGiven) {
  EXPECT_THAT(refusal({"vbench_smoothness"}),
              ::testing::AllOf(HasSubstr("--metrics vbench_smoothness: needs a network"),
                               HasSubstr("--encoder interpolation=FILE.torchscript"),
                               HasSubstr("docs/vbench.md")));
  testing::TemporaryFolder folder;
  std::ofstream(folder.path() / "net.torchscript") << "hashed, not loaded";
  protocol_.encoders["interpolation"] = (folder.path() / "net.torchscript").string();
  const Plan made = plan({"vbench_smoothness"});
  EXPECT_TRUE(made.extraction.encoders.empty());
  EXPECT_FALSE(made.extraction.changes || made.extraction.pixels);
  EXPECT_EQ(made.predicting_role, "interpolation");
  ASSERT_TRUE(made.extraction.interpolator);
  EXPECT_EQ(made.extraction.interpolator->id, "net.torchscript") << "no place on a disk";
  const std::string signature =
      signature_of(protocol_.catalogue.require("vbench_smoothness"), protocol_, made, "");
  EXPECT_THAT(signature,
              ::testing::AllOf(HasSubstr("vbench_smoothness@1 | enc=net.torchscript#" +
                                         made.extraction.interpolator->weights_sha256.substr(0, 8) +
                                         " | prep=pairs[native,x/255,replicate16] | frames=all"),
                               HasSubstr("dtype=float32")));
  std::ofstream(folder.path() / "net.torchscript") << "another network";
  EXPECT_NE(signature_of(protocol_.catalogue.require("vbench_smoothness"), protocol_,
                         plan({"vbench_smoothness"}), ""),
            signature);

  const Json entry = {
      {"id", "other_i"}, {"measure", "reference_adherence"}, {"role", "interpolation"}};
  protocol_.catalogue = protocol_.catalogue.with(Json{{"metrics", Json::array({entry})}}, "a test");
  EXPECT_THAT(refusal({"vbench_smoothness", "other_i"}),
              HasSubstr("use the role 'interpolation' for a network that predicts frames"));
  protocol_.preprocess["interpolation"] = "hf";
  EXPECT_THAT(refusal({"vbench_smoothness"}), HasSubstr("there is no profile to choose"));
  protocol_.preprocess.clear();
  for (const char* id : {"absent.torchscript", "openai/clip-vit-base-patch32"}) {
    protocol_.encoders["interpolation"] = id;
    EXPECT_THROW((void)plan({"vbench_smoothness"}), BadInput) << id;
  }
}

TEST_F(MakePlan, ControlsOnPixelsNeedNoEncoderAndNoReference) {
  const Plan made = plan({"frozen_rate"});
  EXPECT_TRUE(made.extraction.encoders.empty());
  EXPECT_TRUE(made.extraction.pixels);
  EXPECT_TRUE(made.references.empty());
  EXPECT_EQ(made.clips.size(), 4U);
}

TEST_F(MakePlan, EqualCaptionsAreOne) {
  const Plan made = plan({"clip_t"});
  EXPECT_THAT(made.extraction.captions, ElementsAre("Walks.", "Rests with ant", "Rests with bee"));
  EXPECT_EQ(made.captions.at("Walks."), 0U);
  EXPECT_TRUE(made.extraction.encoders.at(made.encoders.at("clip")).text);
  EXPECT_TRUE(made.references.empty()) << "text alignment reads no reference";
}

TEST_F(MakePlan, EncodersStandInTheOrderOfTheirRolesWhateverTheOrderOfTheMetrics) {
  const Plan made = plan({"dino_i", "copy_paste", "clip_i"});
  ASSERT_EQ(made.extraction.encoders.size(), 2U);
  EXPECT_EQ(made.extraction.encoders[0].role, "clip");
  EXPECT_EQ(made.extraction.encoders[1].role, "dino");
  EXPECT_TRUE(made.extraction.encoders[0].mirrored_references);
  EXPECT_FALSE(made.extraction.encoders[1].mirrored_references);
}

TEST_F(MakePlan, ADeclaredMetricOfAnotherRoleIsPlannedLikeABuiltInOne) {
  const Json entry = {{"id", "third_i"}, {"measure", "reference_adherence"}, {"role", "third"}};
  protocol_.catalogue = protocol_.catalogue.with(Json{{"metrics", Json::array({entry})}}, "a test");
  protocol_.encoders["third"] = protocol_.encoders.at("dino");
  const Plan made = plan({"third_i"});
  EXPECT_EQ(made.extraction.encoders.at(made.encoders.at("third")).id,
            protocol_.encoders.at("dino"));
  EXPECT_THAT(signature_of(protocol_.catalogue.require("third_i"), protocol_, made, ""),
              HasSubstr("third_i@1 | enc=facebook/dino-vitb16#"));
}

TEST_F(MakePlan, PicturesAreMeasuredWhereAMetricReadsEveryFrame) {
  EXPECT_FALSE(plan({"motion", "frozen_rate"}).extraction.pictures);
  protocol_.frames = "ends:3";
  const Plan made = plan({"sharpness"});
  EXPECT_TRUE(made.extraction.pictures);
  EXPECT_FALSE(made.extraction.pixels);
  EXPECT_TRUE(made.extraction.encoders.empty());
  EXPECT_EQ(signature_of(protocol_.catalogue.require("sharpness"), protocol_, made, ""),
            "sharpness@1 | frames=all | agg=shot>story>system | missing=fail")
      << "whatever the frame rule is";
}

TEST_F(MakePlan, CellsOfReferencesStandOnTheMeanOfTheEncoderThatTheirMetricNames) {
  const Json entry = {{"id", "a_i"}, {"measure", "reference_adherence"}, {"role", "a"}};
  const Json second = {{"id", "copy_dino"}, {"measure", "reference_copy"}, {"role", "dino"}};
  protocol_.catalogue =
      protocol_.catalogue.with(Json{{"metrics", Json::array({entry, second})}}, "a test");
  protocol_.encoders["a"] = protocol_.encoders.at("dino");
  protocol_.background = "mean";
  const Plan made = plan({"a_i", "reference_copy"});
  EXPECT_EQ(made.extraction.encoders.at(0).role, "a");
  EXPECT_EQ(made.extraction.encoders.at(made.extraction.cells_encoder).role, "clip")
      << "a role that stands before it in the alphabet changes nothing";
  EXPECT_THAT(refusal({"reference_copy", "copy_dino"}), HasSubstr("for one role only"));
  protocol_.background = "black";
  EXPECT_EQ(plan({"reference_copy", "copy_dino"}).extraction.encoders.size(), 2U);
}

TEST_F(MakePlan, EachReferenceKeepsItsOwnHash) {
  split_.ips[0].references.emplace_back("ant2.png");
  split_.ips[0].reference_sha256.emplace_back(64, 'x');
  const Plan made = plan({"dino_i"});
  EXPECT_THAT(made.references.at("ant"), ElementsAre(0U, 1U));
  EXPECT_THAT(made.references.at("bee"), ElementsAre(2U));
  EXPECT_EQ(made.extraction.references.at(1).sha256, std::string(64, 'x'));
  EXPECT_EQ(made.extraction.references.at(2).sha256, std::string(64, 'b'));
}

TEST_F(MakePlan, TheIpsOwnClipsAreReadForMetricsThatHaveACeilingOnly) {
  split_.ips[1].clips.emplace_back().file = "bee.mp4";
  EXPECT_THAT(plan({"dino_i"}).ceiling_clips.at("bee"), ElementsAre(4U));
  EXPECT_TRUE(plan({"frozen_rate"}).ceiling_clips.empty());
}

TEST(CaptionOf, IsThatOfTheKindOrBothOrNothing) {
  loaders::Shot shot;
  shot.caption = "Walks.";
  EXPECT_EQ(caption_of(shot, "narrative"), "Walks.");
  EXPECT_EQ(caption_of(shot, "descriptive"), std::nullopt);
  EXPECT_EQ(caption_of(shot, "both"), std::nullopt);
  shot.descriptive_caption = "A red ant.";
  EXPECT_EQ(caption_of(shot, "descriptive"), "A red ant.");
  EXPECT_EQ(caption_of(shot, "both"), "Walks. A red ant.");
}

TEST_F(MakePlan, SaysWhatIsMissing) {
  EXPECT_THAT(refusal({"fvd"}), HasSubstr("role 'video'"));
  EXPECT_THAT(refusal({"copy_rate"}), HasSubstr("--training-set"));
  EXPECT_THAT(refusal({"nothing"}), HasSubstr("Unknown metric 'nothing'"));
  protocol_.preprocess["face"] = "hf";
  EXPECT_THAT(refusal({"clip_i"}), HasSubstr("no metric is measured with the role 'face'"));
}

TEST_F(MakePlan, OneRoleSearchesTheTrainingSetAndAVideoRoleTakesOnlyClips) {
  const auto declare = [&](const char* id, const char* measure, const char* role) {
    const Json entry = {{"id", id}, {"measure", measure}, {"role", role}};
    protocol_.catalogue =
        protocol_.catalogue.with(Json{{"metrics", Json::array({entry})}}, "a test");
  };
  declare("copy_rate_third", "copy_rate", "third");
  declare("video_i", "reference_adherence", "video");
  protocol_.encoders["third"] = protocol_.encoders.at("clip");
  EXPECT_THAT(refusal({"copy_rate_third"}),
              ::testing::AllOf(HasSubstr("--metrics copy_rate_third: needs --training-set"),
                               HasSubstr("role third")));
  EXPECT_THAT(refusal({"copy_rate", "copy_rate_third"}), HasSubstr("for one role only"));
  protocol_.encoders["video"] = protocol_.encoders.at("clip");
  EXPECT_THAT(refusal({"fvd", "video_i"}),
              HasSubstr("use the role 'video' for a video network and for an encoder"));
}

TEST_F(MakePlan, AnEmptySplitIsAnEmptyPlan) {
  split_ = {};
  outputs_ = {};
  const Plan made = plan({"clip_i", "clip_t"});
  EXPECT_TRUE(made.clips.empty() && made.references.empty() && made.captions.empty());
}

}  // namespace
}  // namespace asbench::evaluation
