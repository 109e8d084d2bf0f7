#include "models/weights/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/config_files.h"

namespace asbench::models {
namespace {

using ::testing::Contains;
using ::testing::StartsWith;

TEST(Catalogue, HoldsTheProtocolsEncodersAndTheirSiblings) {
  std::vector<std::string> ids;
  for (const auto& entry : catalogue()) ids.push_back(entry.id);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_THAT(ids, Contains("openai/clip-vit-base-patch32"));
  EXPECT_THAT(ids, Contains("facebook/dino-vitb16"));
  EXPECT_THAT(ids, Contains("facebook/dinov2-base"));
  EXPECT_EQ(ids.size(), config_file_names("encoders/").size());
}

TEST(Catalogue, EveryEntryNamesItsLicenceItsSourceAndItsFiles) {
  for (const auto& entry : catalogue()) {
    SCOPED_TRACE(entry.id);
    EXPECT_TRUE(is_hub_id(entry.id));
    EXPECT_FALSE(entry.licence.name.empty());
    EXPECT_THAT(entry.licence.url, StartsWith("https://"));
    EXPECT_FALSE(entry.licence.allows.empty());
    EXPECT_EQ(entry.source, "https://huggingface.co/" + entry.id);
    EXPECT_FALSE(entry.revision.empty());
    std::vector<std::string> required;
    std::vector<std::string> weights;
    for (const auto& file : entry.files) {
      if (file.weights) weights.push_back(file.name);
      if (!file.weights && !file.optional) required.push_back(file.name);
      EXPECT_EQ(file.sha256.value_or(std::string(64, '0')).size(), 64U) << file.name;
    }
    EXPECT_EQ(weights, (std::vector<std::string>{"model.safetensors", "pytorch_model.bin"}));
    EXPECT_THAT(required, Contains("config.json"));
    const bool has_vocabulary = std::count(required.begin(), required.end(), "vocab.json") == 1;
    EXPECT_EQ(has_vocabulary, entry.kind == "clip");
  }
}

TEST(Catalogue, FindsAnEntryByItsIdOnly) {
  ASSERT_TRUE(find_in_catalogue("facebook/dinov2-giant").has_value());
  EXPECT_EQ(find_in_catalogue("facebook/dinov2-giant")->kind, "dinov2");
  EXPECT_FALSE(find_in_catalogue("facebook/dinov2").has_value());
  EXPECT_FALSE(find_in_catalogue("").has_value());
}

TEST(Catalogue, TellsIdsFromOtherText) {
  EXPECT_TRUE(is_hub_id("openai/clip-vit-large-patch14-336"));
  EXPECT_TRUE(is_hub_id("a_b/c.d"));
  for (const char* text : {"", "/", "a", "a/", "/b", "a/b/c", "../b", "a/..", "a b/c", "a/b\n"}) {
    EXPECT_FALSE(is_hub_id(text)) << text;
  }
}

}  // namespace
}  // namespace asbench::models
