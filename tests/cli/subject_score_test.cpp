// Metrics of subjects and backgrounds through the whole program: masks and boxes cut the frames, an
// undetected subject is a failure, and a run that knows no masks says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/json.h"
#include "core/schema.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kFrames = 12;  // of a shot of the small world
constexpr int kWidth = 96;
constexpr int kHeight = 64;

class SubjectScore : public WithMiniBenchmark {
 protected:
  static void SetUpTestSuite() {
    WithMiniBenchmark::SetUpTestSuite();
    whole_ = new Json(score_document("whole", {"--metrics", "clip_i,cross_shot_clip,dino_i"}));
  }
  static void TearDownTestSuite() {
    delete whole_;
    WithMiniBenchmark::TearDownTestSuite();
  }
  static const Json& whole() { return *whole_; }

  static Json score_document(const std::string& name, const std::vector<std::string>& more) {
    const auto run = mini().score(name, more);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    const Json document = mini().document(name);
    check_schema(document, "result", name);
    return document;
  }
  /// A row for each frame of each shot. @param box  "x,y,w,h" of a frame, ",,," for undetected
  static fs::path boxes(const std::string& name,
                        const std::function<std::string(int shot, int frame)>& box) {
    std::string text = "story,shot,frame,x,y,w,h\n";
    for (const Json& story : whole().at("stories")) {
      for (int shot = 1; shot <= 4; ++shot) {
        for (int frame = 0; frame < kFrames; ++frame) {
          text += fmt::format("{},{},{},{}\n", story.at("id").get<std::string>(), shot, frame,
                              box(shot, frame));
        }
      }
    }
    const fs::path file = mini().root() / (name + ".csv");
    std::ofstream(file) << text;
    return file;
  }
  static Json mean(const Json& document, const char* metric) {
    return document.at("metrics").at(metric).at("mean");
  }

 private:
  static const Json* whole_;
};
const Json* SubjectScore::whole_ = nullptr;

TEST_F(SubjectScore, ABoxAroundTheWholeFrameGivesTheMetricsOfTheFrame) {
  const auto all = boxes("all", [](int, int) { return fmt::format("0,0,{},{}", kWidth, kHeight); });
  const Json document = score_document("boxed", {"--boxes", all.string()});
  EXPECT_EQ(mean(document, "subject_clip_i"), mean(whole(), "clip_i"));
  EXPECT_EQ(mean(document, "subject_dino_i"), mean(whole(), "dino_i"));
  EXPECT_EQ(mean(document, "subject_consistency_clip"), mean(whole(), "cross_shot_clip"));
  EXPECT_THAT(document.at("metrics").at("subject_clip_i").at("signature").get<std::string>(),
              HasSubstr("boxes="));
  EXPECT_THAT(document.at("metrics").at("clip_i").at("signature").get<std::string>(),
              ::testing::Not(HasSubstr("boxes=")));
  // Nothing of the frame is left: all backgrounds are one colour, and equal.
  EXPECT_NEAR(mean(document, "background_consistency_clip").get<double>(), 1.0, 1e-9);
}

TEST_F(SubjectScore, MasksOfEveryPixelGiveTheMetricsOfTheFrameToo) {
  const fs::path folder = mini().root() / "masks";
  Image mask(kHeight, kWidth, 3);
  mask.bytes.assign(mask.bytes.size(), 255);
  for (const Json& story : whole().at("stories")) {
    for (int shot = 1; shot <= 4; ++shot) {
      for (int frame = 0; frame < kFrames; ++frame) {
        const fs::path file = folder / story.at("id").get<std::string>() /
                              fmt::format("shot_{:02}", shot) / fmt::format("{}.png", frame);
        fs::create_directories(file.parent_path());
        make_picture(file, mask);
      }
    }
  }
  const Json document =
      score_document("masked", {"--masks", folder.string(), "--metrics",
                                "subject_clip_i,subject_consistency_clip,background_clip_i"});
  EXPECT_EQ(mean(document, "subject_clip_i"), mean(whole(), "clip_i"));
  EXPECT_EQ(mean(document, "subject_consistency_clip"), mean(whole(), "cross_shot_clip"));
  EXPECT_THAT(document.at("metrics").at("subject_clip_i").at("signature").get<std::string>(),
              HasSubstr("masks="));
}

TEST_F(SubjectScore, MasksOfAnotherSizeAreScaledAndCounted) {
  const fs::path folder = mini().root() / "half-size";
  const std::string one_run = fmt::format(R"({{"size": [{}, {}], "counts": [0, {}]}})", kHeight / 2,
                                          kWidth / 2, kHeight / 2 * (kWidth / 2));
  const Json& first = whole().at("stories")[0];
  for (int shot = 1; shot <= 4; ++shot) {
    std::string frames;
    for (int frame = 0; frame < kFrames; ++frame)
      frames += fmt::format(R"({}"{}": {})", frame == 0 ? "" : ", ", frame, one_run);
    const fs::path file =
        folder / first.at("id").get<std::string>() / fmt::format("shot_{:02}.json", shot);
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "{" << frames << "}";
  }
  std::vector<Json> told;
  for (const char* run : {"half", "half-again"}) {  // the second time from the store
    const Json document =
        score_document(run, {"--masks", folder.string(), "--metrics", "subject_clip_i"});
    EXPECT_EQ(document.at("stories")[0].at("metrics").at("subject_clip_i").at("mean"),
              whole().at("stories")[0].at("metrics").at("clip_i").at("mean"));
    told.emplace_back(Json::array());
    for (const Json& finding : document.at("coverage").at("findings")) {
      if (finding.at("kind") == "mask_scaled") told.back().push_back(finding);
    }
  }
  EXPECT_EQ(told[0], told[1]);
  ASSERT_EQ(told[0].size(), 1U) << "one for the only character of the only story with masks";
  EXPECT_EQ(told[0][0].at("story"), first.at("id"));
  EXPECT_THAT(told[0][0].at("detail").get<std::string>(),
              HasSubstr(fmt::format(": 20 masks scaled to the frames' size, the first of shot 1 "
                                    "frame {}, from 48x32 to 96x64",
                                    first.at("shots")[0].at("frames")[0].get<int>())));
}

TEST_F(SubjectScore, AnUndetectedSubjectCountsAsAFailureUnderEveryPolicy) {
  // Shot 3 has no subject at all, shot 2 none in the later half of its frames.
  const auto some = boxes("some", [](int shot, int frame) {
    const bool is_lost = shot == 3 || (shot == 2 && frame >= kFrames / 2);
    return is_lost ? std::string(",,,") : fmt::format("0,0,{},{}", kWidth, kHeight);
  });
  const std::string metrics = "subject_clip_i,subject_consistency_clip,background_clip_i";
  for (const char* policy : {"fail", "zero", "exclude"}) {
    const Json document =
        score_document(std::string("lost-") + policy,
                       {"--boxes", some.string(), "--metrics", metrics, "--missing", policy});
    const Json first = document.at("stories")[0].at("metrics");
    const Json& shots = first.at("subject_clip_i").at("shots");
    const Json& of_frames = whole().at("stories")[0].at("metrics").at("clip_i").at("shots");
    EXPECT_EQ(shots[0].at("value"), of_frames[0].at("value")) << policy;
    EXPECT_EQ(shots[2].at("value"), 0.0) << policy;
    int zeros = 0;
    for (const Json& frame : shots[1].at("frames")) zeros += frame == 0.0 ? 1 : 0;
    EXPECT_GE(zeros, 2) << policy;
    EXPECT_LT(zeros, 5) << policy;
    int lost = 0;
    for (const Json& finding : document.at("coverage").at("findings"))
      lost += finding.at("kind") == "subject_not_found" ? 1 : 0;
    EXPECT_EQ(lost, 6) << "shots 2 and 3 of three stories, " << policy;
  }
}

TEST_F(SubjectScore, OtherBoxesAreOtherFeatures) {
  const auto left = boxes("left", [](int, int) { return fmt::format("0,0,20,{}", kHeight); });
  const auto right = boxes("right", [](int, int) { return fmt::format("40,0,20,{}", kHeight); });
  const std::string metrics = "subject_clip_i,background_clip_i";
  const Json first = score_document("left", {"--boxes", left.string(), "--metrics", metrics});
  const Json second = score_document("right", {"--boxes", right.string(), "--metrics", metrics});
  EXPECT_NE(mean(first, "subject_clip_i"), mean(second, "subject_clip_i"));
  EXPECT_NE(mean(first, "background_clip_i"), mean(second, "background_clip_i"));
  EXPECT_NE(first.at("metrics").at("subject_clip_i").at("signature"),
            second.at("metrics").at("subject_clip_i").at("signature"));
}

TEST_F(SubjectScore, ShardsGiveTheResultOfTheSingleRun) {
  const auto left = boxes("shard", [](int, int frame) { return fmt::format("{},4,20,30", frame); });
  const std::string store = (mini().root() / "shard-store").string();
  const std::vector<std::string> options = {"--boxes", left.string(), "--metrics",
                                            "subject_clip_i,background_consistency_clip"};
  const Json single = score_document("single", options);
  for (const char* shard : {"0/2", "1/2"}) {
    auto more = options;
    more.insert(more.end(), {"--cache", store, "--shard", shard});
    std::vector<std::string> encode = mini().score_arguments("part", more);
    encode.front() = "encode";
    for (const char* of_score : {"--out", "--system"}) {
      const auto option = std::find(encode.begin(), encode.end(), of_score);
      if (option != encode.end()) encode.erase(option, option + 2);
    }
    const auto run = run_program(asbench_program(), encode);
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  auto merged_options = options;
  merged_options.insert(merged_options.end(), {"--cache", store});
  const Json merged = score_document("merged", merged_options);
  EXPECT_EQ(merged.at("metrics"), single.at("metrics"));
  EXPECT_EQ(merged.at("stories"), single.at("stories"));
}

TEST_F(SubjectScore, APartOfTheSplitHasTheHashOfTheWholeAndNoStrangers) {
  const auto all = boxes("of-all", [](int, int frame) { return fmt::format("{},4,20,30", frame); });
  const auto signature = [](const Json& document) {
    const auto text =
        document.at("metrics").at("subject_clip_i").at("signature").get<std::string>();
    return text.substr(text.find("boxes="), 14);
  };
  const auto strangers = [](const Json& document) {
    int count = 0;
    for (const Json& finding : document.at("coverage").at("findings"))
      count += finding.at("kind") == "unexpected_file" ? 1 : 0;
    return count;
  };
  const std::vector<std::string> options = {"--boxes", all.string(), "--metrics", "subject_clip_i"};
  const Json document = score_document("of-all", options);
  auto of_part = options;
  of_part.insert(of_part.end(), {"--limit", "1"});
  const Json part = score_document("of-part", of_part);
  EXPECT_EQ(signature(part), signature(document));
  EXPECT_EQ(strangers(part), 0);
  EXPECT_EQ(part.at("stories")[0].at("metrics"), document.at("stories")[0].at("metrics"));

  // The same split with a prologue, which is not scored.
  const fs::path file = mini().root() / "with-prologue.json";
  const auto made = run_program(
      asbench_program(), {"inspect", "--split", mini().split().string(), "--write", file.string()});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  Json manifest = read_json_file(file);
  manifest["stories"][0]["shots"][0]["prologue_or_epilogue"] = true;
  std::ofstream(file) << manifest.dump();
  auto of_prologue = options;
  of_prologue.insert(of_prologue.end(), {"--split", file.string()});
  const Json without = score_document("without-prologue", of_prologue);
  EXPECT_EQ(strangers(without), 0);
  EXPECT_EQ(signature(without), signature(document));
}

TEST_F(SubjectScore, BoxesOfOtherStoriesAloneAreRefused) {
  const std::string story = whole().at("stories")[0].at("id").get<std::string>();
  const fs::path file = mini().root() / "first.csv";
  std::ofstream(file) << "story,shot,frame,x,y,w,h\n" << story << ",1,0,0,0,9,9\n";
  std::string others;
  for (std::size_t i = 1; i < whole().at("stories").size(); ++i)
    others += (i > 1 ? "," : "") + whole().at("stories")[i].at("id").get<std::string>();
  const auto run = mini().score("others", {"--boxes", file.string(), "--stories", others});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("nothing is given for a shot that is scored"));
}

TEST_F(SubjectScore, FramesThatTheClipDoesNotHaveAreTold) {
  std::string from_one = "story,shot,frame,x,y,w,h\n";
  std::string too_many = from_one;
  for (const Json& story : whole().at("stories")) {
    for (int shot = 1; shot <= 4; ++shot) {
      for (int frame = 0; frame < kFrames + 2; ++frame) {
        const auto row = [&](int number) {
          return fmt::format("{},{},{},0,0,{},{}\n", story.at("id").get<std::string>(), shot,
                             number, kWidth, kHeight);
        };
        if (frame < kFrames) from_one += row(frame + 1);
        too_many += row(frame);
      }
    }
  }
  const fs::path file = mini().root() / "frames.csv";
  std::ofstream(file) << from_one;
  const std::vector<std::string> options = {"--boxes", file.string(), "--metrics",
                                            "subject_clip_i"};
  for (const char* policy : {"fail", "zero"}) {
    auto under = options;
    under.insert(under.end(), {"--missing", policy});
    const auto run = mini().score("late", under);
    EXPECT_EQ(run.exit_code, 2) << policy;
    EXPECT_THAT(run.err,
                HasSubstr("frames 1 to 12 are given, and the clip has the frames 0 to 11"));
    EXPECT_THAT(run.err, HasSubstr("Call the column frame1"));
  }
  std::ofstream(file) << "story,shot,frame1,x,y,w,h\n" << from_one.substr(from_one.find('\n') + 1);
  EXPECT_EQ(mean(score_document("from-one", options), "subject_clip_i"), mean(whole(), "clip_i"));

  std::ofstream(file) << too_many;
  const Json document = score_document("too-many", options);
  int beyond = 0;
  for (const Json& finding : document.at("coverage").at("findings")) {
    if (finding.at("kind") != "frame_beyond_clip") continue;
    ++beyond;
    EXPECT_EQ(finding.at("detail"),
              "--boxes: 2 frames are given beyond the 12 frames of the clip, the first of them "
              "frame 12");
  }
  EXPECT_EQ(beyond, 12);
  EXPECT_EQ(mean(document, "subject_clip_i"), mean(whole(), "clip_i"));
}

TEST_F(SubjectScore, WithoutMasksTheMessageNamesTheOptions) {
  const auto run = mini().score("none", {"--metrics", "subject_clip_i"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("needs --masks"));
  EXPECT_THAT(run.err, HasSubstr("asbench boxes template"));
  const auto table = boxes("both", [](int, int) { return std::string("0,0,9,9"); });
  const auto both =
      mini().score("both", {"--boxes", table.string(), "--masks", mini().root().string()});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.err, HasSubstr("exclude each other"));
}

}  // namespace
}  // namespace asbench::testing
