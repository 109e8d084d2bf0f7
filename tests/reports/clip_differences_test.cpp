#include "reports/comparison/clip_differences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/comparison/compare.h"
#include "reports/comparison/comparison_output.h"
#include "tests/support/synthetic_result.h"

namespace asbench::reports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// 6 IPs, 48 shots, all alike.
document::Result system(double fps, int frames, int width, int height) {
  auto result = document::result_from_json(testing::SyntheticResult().document(), "r.json");
  for (auto& story : result.stories) {
    for (auto& shot : story.shots) {
      shot.frame_count = frames;
      shot.width = width;
      shot.height = height;
      shot.fps.reset();
      shot.seconds.reset();
      if (fps > 0.0) {
        shot.fps = fps;
        shot.seconds = frames / fps;
      }
    }
  }
  return result;
}

TEST(ClipDifferences, OfEqualClipsAreNone) {
  const auto base = system(12, 24, 720, 480);
  EXPECT_THAT(clip_differences(base, base), IsEmpty());
  EXPECT_THAT(clip_differences(base, system(12.0005, 24, 720, 480)), IsEmpty())
      << "containers round";
}

TEST(ClipDifferences, AreASentenceForEachFact) {
  EXPECT_THAT(
      clip_differences(system(12, 24, 720, 480), system(6, 18, 640, 480)),
      ElementsAre("the candidate's clips have another frame rate: 12 fps | 6 fps (48 of 48 "
                  "shots)",
                  "the candidate's clips have another size: 720x480 | 640x480 (48 of 48 "
                  "shots)",
                  "the candidate's clips have another duration: 2 s | 3 s (48 of 48 shots)"));
}

TEST(ClipDifferences, OfSomeShotsNameTheMostFrequent) {
  const auto base = system(12, 24, 720, 480);
  auto candidate = base;
  candidate.stories[0].shots[0].width = 360;
  candidate.stories[1].shots[2].width = 640;
  candidate.stories[2].shots[3].width = 640;
  EXPECT_THAT(clip_differences(base, candidate),
              ElementsAre("the candidate's clips have another size: mostly 720x480 | 640x480 (3 of "
                          "48 shots)"));
}

TEST(ClipDifferences, LeaveOutWhatADocumentDoesNotSay) {
  const auto base = system(12, 24, 720, 480);
  EXPECT_THAT(clip_differences(base, system(0, 24, 0, 0)), IsEmpty()) << "folders, old documents";
  auto fewer = system(6, 12, 720, 480);
  fewer.stories.erase(fewer.stories.begin(), fewer.stories.end() - 1);
  EXPECT_THAT(clip_differences(base, fewer),
              ElementsAre("the candidate's clips have another frame rate: 12 fps | 6 fps (4 of 4 "
                          "shots)"));
}

TEST(ClipDifferences, AreInEveryFormOfAComparison) {
  Gate gate;
  gate.name = "test";
  gate.replicates = 100;
  gate.metrics["clip_i"] = {.role = GateRole::headline, .tolerance = 0.001};
  const auto comparison = compare(system(12, 24, 720, 480), system(6, 12, 720, 480), gate);
  const std::string sentence = "the candidate's clips have another frame rate: 12 fps | 6 fps";
  EXPECT_THAT(comparison_text(comparison), HasSubstr("warning: " + sentence));
  EXPECT_THAT(comparison_markdown(comparison, {}), HasSubstr("Warning: the candidate's clips"));
  EXPECT_THAT(comparison_json(comparison).at("warnings").dump(), HasSubstr(sentence));
}

}  // namespace
}  // namespace asbench::reports
