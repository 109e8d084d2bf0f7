#include "models/multimodal/multimodal_config.h"

#include <gtest/gtest.h>

#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

MultimodalConfig parse(const char* text) {
  return parse_multimodal_config(Json::parse(text), 448, "mllm/config.json");
}

TEST(MultimodalConfig, ReadsThePublishedFields) {
  const MultimodalConfig config = parse(
      R"({"mm_vision_select_layer": -2, "mm_vision_select_feature": "cls_patch",
          "s2_scales": "448,896,1344", "dynamic_s2": true, "max_tiles": 12,
          "image_aspect_ratio": "dynamic"})");
  EXPECT_EQ(config.select_layer, -2);
  EXPECT_EQ(config.tiles.tile, 448);
  EXPECT_EQ(config.tiles.scales, (std::vector<int>{448, 896, 1344}));
  EXPECT_EQ(config.tiles.max_tiles, 12);
  EXPECT_EQ(config.tiles.min_tiles(), 9);
}

TEST(MultimodalConfig, HasDefaultsThatFitTheTower) {
  const MultimodalConfig config = parse_multimodal_config(Json::object(), 56, "x");
  EXPECT_EQ(config.tiles.scales, (std::vector<int>{56, 112, 168}));
  EXPECT_EQ(config.select_layer, -2);
  EXPECT_EQ(parse(R"({"s2_scales": [448, 1344]})").tiles.scales, (std::vector<int>{448, 1344}));
  EXPECT_EQ(parse(R"({"s2_scales": "448, 896"})").tiles.min_tiles(), 4);
}

TEST(MultimodalConfig, RefusesWhatIsNotComputedHere) {
  const std::vector<std::pair<const char*, std::vector<std::string_view>>> cases = {
      {R"({"mm_vision_select_layer": "last"})", {"mllm/config.json", "mm_vision_select_layer"}},
      {R"({"mm_vision_select_feature": "patch"})", {"mm_vision_select_feature", "cls_patch"}},
      {R"({"image_aspect_ratio": "pad"})", {"image_aspect_ratio", "pad", "resize"}},
      {R"({"s2_scales": "384,768"})", {"s2_scales", "448"}},
      {R"({"s2_scales": "448,800"})", {"s2_scales"}},
      {R"({"s2_scales": "448,1344,896"})", {"s2_scales", "ascending"}},
      {R"({"s2_scales": "448,896,"})", {"s2_scales"}},
      {R"({"s2_scales": "448;896"})", {"s2_scales"}},
      {R"({"s2_scales": ""})", {"s2_scales"}},
      {R"({"s2_scales": [448, 896.5]})", {"s2_scales"}},
      {R"({"s2_scales": 448})", {"s2_scales"}},
      {R"({"max_tiles": 8})", {"max_tiles", "9"}},
  };
  for (const auto& [text, parts] : cases) {
    SCOPED_TRACE(text);
    expect_error([text = text] { static_cast<void>(parse(text)); }, parts);
  }
}

}  // namespace
}  // namespace asbench::models
