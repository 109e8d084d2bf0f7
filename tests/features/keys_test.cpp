#include "features/keys.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "features/decode_stage.h"
#include "features/extractor.h"

namespace asbench::features {
namespace {

TEST(StoreKeys, ChangeWithEveryThingThatTheFeaturesDependOn) {
  const std::vector<int> frames{4, 13};
  const std::vector<int> others{4, 14};
  const FrameFeatureKey base{.content_sha256 = "c",
                             .decoder = "d",
                             .frames = frames,
                             .profile = "p",
                             .weights_sha256 = "w",
                             .architecture = "a",
                             .dtype = "float32"};
  std::set<std::string> keys{frame_feature_key(base)};
  const auto add = [&](auto change) {
    FrameFeatureKey key = base;
    change(key);
    keys.insert(frame_feature_key(key));
  };
  add([](auto& key) { key.content_sha256 = "x"; });
  add([](auto& key) { key.decoder = "x"; });
  add([&](auto& key) { key.frames = others; });
  add([](auto& key) { key.profile = "x"; });
  add([](auto& key) { key.weights_sha256 = "x"; });
  add([](auto& key) { key.architecture = "x"; });
  add([](auto& key) { key.dtype = "x"; });
  EXPECT_EQ(keys.size(), 8U);
}

TEST(StoreKeys, CellsOnAnEncodersMeanAreThatMeansAlone) {
  const auto key = [](const std::string& background, double mean) {
    ExtractionPlan plan;
    plan.background = background;
    plan.encoders.emplace_back().profile.mean = {mean, mean, mean};
    return key_of_reference_cells(plan, "c");
  };
  EXPECT_NE(key("mean", 0.5), key("mean", 0.48));
  EXPECT_EQ(key("black", 0.5), key("black", 0.48));
  EXPECT_NE(key("black", 0.5), key("mean", 0.5));
}

TEST(StoreKeys, DifferByKindOfEntry) {
  const std::vector<int> frames{1};
  const auto reference = [](bool mirrored) {
    return reference_key({.file_sha256 = "c",
                          .background = "black",
                          .mirrored = mirrored,
                          .profile = "",
                          .weights_sha256 = "",
                          .architecture = "",
                          .dtype = ""});
  };
  const std::set<std::string> keys{clip_info_key("c", "d"),
                                   pixel_key("c", "d", frames),
                                   frame_feature_key({.content_sha256 = "c",
                                                      .decoder = "d",
                                                      .frames = frames,
                                                      .profile = "",
                                                      .weights_sha256 = "",
                                                      .architecture = "",
                                                      .dtype = ""}),
                                   reference(false),
                                   reference(true),
                                   caption_key({.text = "c",
                                                .tokenizer_sha256 = "",
                                                .weights_sha256 = "",
                                                .architecture = "",
                                                .dtype = ""}),
                                   calibration_key("w", "m", 2)};
  EXPECT_EQ(keys.size(), 7U);
}

}  // namespace
}  // namespace asbench::features
