// vbench_smoothness from folders of frames to the document, against VBench's own class
// (tests/golden/vbench_smoothness) on the same toy network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/hash.h"
#include "core/json.h"
#include "evaluation/overrides.h"
#include "evaluation/protocol.h"
#include "evaluation/run.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/vbench_frames.h"
#include "tests/support/video_maker.h"

namespace asbench::evaluation {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr double kVbenchTolerance = 1e-5;
constexpr const char* kId = "vbench_smoothness";

fs::path golden(const char* name) {
  return testing::source_folder() / "tests/golden/vbench_smoothness" / name;
}

class VbenchSmoothness : public ::testing::Test {
 protected:
  /// Two stories of three clips of the golden each, the second with a shot of two frames after
  /// them.
  static void SetUpTestSuite() {
    world_ = new testing::TemporaryFolder;
    const fs::path& root = world_->path();
    Json split = {{"schema", "asbench/split@1"}, {"name", "smoothness"}};
    Image reference(8, 8, 3);
    std::fill(reference.bytes.begin(), reference.bytes.end(), std::uint8_t{90});
    for (int story = 0; story < 2; ++story) {
      const std::string ip = story == 0 ? "ant" : "bee";
      testing::make_picture(root / (ip + ".png"), reference);
      split["ips"].push_back({{"id", ip}, {"references", {{{"file", ip + ".png"}}}}});
      Json shots = Json::array();
      for (int shot = 1; shot <= 3 + story; ++shot) {
        shots.push_back({{"number", shot}, {"caption", "a"}});
        const int clip = std::min(3 * story + shot - 1, 5);
        const testing::VbenchClip& size =
            testing::kSmoothnessClips.at(static_cast<std::size_t>(clip));
        const fs::path folder = root / "outputs" / ip / std::to_string(shot);
        fs::create_directories(folder);
        for (int t = 0; t < (shot == 4 ? 2 : size.frames); ++t)
          testing::make_picture(folder / (std::to_string(t) + ".png"),
                                testing::vbench_frame(size, clip, t));
      }
      split["stories"].push_back({{"id", ip + "/story"}, {"ip", ip}, {"shots", shots}});
    }
    std::ofstream(root / "split.json") << split.dump();
  }
  static void TearDownTestSuite() { delete world_; }

  /// @param store  in which folder
  [[nodiscard]] static document::Result scored(const std::string& store, int threads, int batch) {
    ScoreRequest request;
    request.split = world_->path() / "split.json";
    request.outputs = world_->path() / "outputs";
    request.layout.layout = "{ip}/{shot}";
    request.defaults = load_protocol("vbench");
    request.protocol = apply(
        request.defaults,
        {.metrics = {kId}, .encoders = {"interpolation=" + golden("toy.torchscript").string()}});
    request.store = world_->path() / store;
    request.extraction.threads = threads;
    request.extraction.batch = batch;
    request.extraction.progress = Progress::Style::quiet;
    return score(request);
  }
  [[nodiscard]] static std::vector<std::optional<double>> shots_of(const document::Result& result) {
    std::vector<std::optional<double>> values;
    for (const auto& story : result.stories)
      for (const auto& shot : story.metrics.at(kId).shots) values.push_back(shot.value);
    return values;
  }

  static testing::TemporaryFolder* world_;
};
testing::TemporaryFolder* VbenchSmoothness::world_ = nullptr;

TEST_F(VbenchSmoothness, IsVbenchsOfEveryClipAndInTotal) {
  const Json expected = read_json_file(golden("expected.json"));
  const document::Result result = scored("store", 2, 0);
  const auto shots = shots_of(result);
  ASSERT_EQ(shots.size(), 7U);
  for (std::size_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(shots[i]) << i;
    EXPECT_NEAR(*shots[i], expected.at("videos")[i].get<double>(), kVbenchTolerance) << i;
  }
  EXPECT_FALSE(shots[6]) << "of two frames none has two neighbours";
  const auto& metric = *result.find_metric(kId);
  EXPECT_NEAR(metric.parts.at("clip_mean").value(), expected.at("total").get<double>(),
              kVbenchTolerance);
  EXPECT_EQ(metric.n_evaluated, 6);
  EXPECT_EQ(metric.n_skipped, 1);
  EXPECT_THAT(result.coverage.findings,
              ::testing::Contains(::testing::Field(&Finding::kind, "too_few_frames")));
  EXPECT_THAT(metric.signature, HasSubstr("prep=pairs[native,x/255,replicate16] | frames=all"));

  const auto& provenance = result.provenance;
  EXPECT_EQ(provenance.weights.at("interpolation").sha256, sha256_file(golden("toy.torchscript")));
  EXPECT_EQ(provenance.stages->frames_predicted, 5 + 2 + 8 + 4 + 1 + 1);
  document::write_result(world_->path() / "result.json", result);
  EXPECT_EQ(document::read_result(world_->path() / "result.json").metrics, result.metrics);
}

TEST_F(VbenchSmoothness, IsTheSameOnAnyNumberOfThreadsAndComputedOnce) {
  const document::Result one = scored("one", 1, 1);
  const document::Result many = scored("many", 3, 7);
  EXPECT_EQ(shots_of(one), shots_of(many));
  const document::Result again = scored("many", 2, 0);
  EXPECT_EQ(shots_of(again), shots_of(many));
  EXPECT_EQ(again.provenance.stages->clips_decoded, 0);
  EXPECT_EQ(again.provenance.stages->frames_predicted, 0);
}

TEST(VbenchSmoothnessGolden, WasMadeByTheScriptBesideIt) {
  EXPECT_EQ(read_json_file(golden("expected.json")).at("script_sha256").get<std::string>(),
            sha256_file(golden("generate.py")));
  EXPECT_LT(fs::file_size(golden("toy.torchscript")), 50'000U);
}

}  // namespace
}  // namespace asbench::evaluation
