// Whether a run's files are the published ones.
#include "models/weights/pin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "models/weights/weights_record.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;
using Status = PinVerdict::Status;
using ::testing::HasSubstr;

constexpr const char* kId = "org/name";
constexpr const char* kConfig = R"({"model_type": "clip"})";

/// A checkpoint on disk, and a catalogue that knows it as it is.
class PinTest : public ::testing::Test {
 protected:
  PinTest() {
    put("config.json", kConfig);
    put("vocab.json", "{}");
    put("merges.txt", "#version: 0.2\n");
    put("model.safetensors", "weights");
    entry_.id = kId;
    entry_.revision = "main";
    entry_.files = {fact("config.json", kConfig, 2), fact("vocab.json", "{}", 2),
                    fact("merges.txt", "#version: 0.2\n", 2),
                    fact("model.safetensors", "weights", 2),
                    fact("pytorch_model.bin", "pickled", 3)};
    entry_.files[3].weights = entry_.files[4].weights = true;
  }

  void put(const std::string& name, const std::string& text) const {
    fs::create_directories(here(""));
    write_file_atomically(here(name), text);
  }
  [[nodiscard]] fs::path here(const std::string& name) const { return folder_ / kId / name; }
  static CatalogueFile fact(const std::string& name, const std::string& text, int witnesses) {
    return {.name = name, .sha256 = sha256_hex(text), .bytes = text.size(), .witnesses = witnesses};
  }
  [[nodiscard]] PinVerdict verdict(bool text = true) const {
    const Checkpoint checkpoint = open_checkpoint(kId, {.roots = {folder_.path()}});
    const std::string hash = weights_sha256(checkpoint);
    return verify_pins({.checkpoint = checkpoint, .weights_sha256 = hash, .text = text},
                       Catalogue({entry_}));
  }

  asbench::testing::TemporaryFolder folder_;
  CatalogueEntry entry_;
};

TEST_F(PinTest, PublishedFilesArePinned) {
  EXPECT_EQ(verdict().status, Status::pinned);
  EXPECT_EQ(describe(verdict()), "");
  EXPECT_EQ(to_string(verdict().status), "pinned");
}

TEST_F(PinTest, TheOtherPublishedFormIsPinnedToo) {
  fs::remove(here("model.safetensors"));
  put("pytorch_model.bin", "pickled");
  EXPECT_EQ(verdict().status, Status::pinned);
}

TEST_F(PinTest, OtherWeightsDifferWithBothHashes) {
  put("model.safetensors", "other weights");
  const PinVerdict result = verdict();
  EXPECT_EQ(result.status, Status::differs);
  EXPECT_EQ(result.file, "model.safetensors");
  EXPECT_EQ(result.expected, sha256_hex("weights"));
  EXPECT_EQ(result.found, sha256_hex("other weights"));
  EXPECT_EQ(describe(result), "model.safetensors differs from the pinned file");
}

TEST_F(PinTest, AnotherConfigDiffers) {
  put("config.json", R"({"model_type": "clip", "hidden_act": "gelu"})");
  EXPECT_EQ(verdict().status, Status::differs);
  EXPECT_EQ(verdict().file, "config.json");
}

TEST_F(PinTest, TheTokenizersFilesCountOnlyWhereTheyAreUsed) {
  put("merges.txt", "#version: 0.3\n");
  EXPECT_EQ(verdict(true).file, "merges.txt");
  EXPECT_EQ(verdict(false).status, Status::pinned);
}

TEST_F(PinTest, TokenizerJsonReplacesTheOtherTwo) {
  put("tokenizer.json", "{}");
  put("merges.txt", "unused");
  EXPECT_EQ(verdict().status, Status::pinned);  // tokenizer.json has no pin
  entry_.files.push_back(fact("tokenizer.json", "{...}", 2));
  EXPECT_EQ(verdict().file, "tokenizer.json");
}

TEST_F(PinTest, ThePreprocessorsFileDoesNotCount) {
  entry_.files.push_back(fact("preprocessor_config.json", "{}", 4));
  put("preprocessor_config.json", R"({"size": 1})");
  EXPECT_EQ(verdict().status, Status::pinned);
}

TEST_F(PinTest, AFormThatIsNotPinnedDiffersWhereAnotherFormIsPinned) {
  entry_.files.erase(entry_.files.begin() + 3);
  const PinVerdict result = verdict();
  EXPECT_EQ(result.status, Status::differs);
  EXPECT_EQ(result.expected, sha256_hex("pickled"));
}

TEST_F(PinTest, OneWitnessDecidesNothingAlone) {
  entry_.files[3].witnesses = 1;
  EXPECT_EQ(verdict().status, Status::not_pinned);  // equal to the only record
  entry_.files[4].witnesses = 1;
  put("model.safetensors", "other weights");
  EXPECT_EQ(verdict().status, Status::not_pinned);  // no form of the weights is pinned
  entry_.files[0].witnesses = 1;
  put("config.json", R"({"model_type": "vit"})");
  EXPECT_EQ(verdict().status, Status::not_pinned);
}

TEST_F(PinTest, ShardsAreNotThePinnedFile) {
  fs::remove(here("model.safetensors"));
  put("a.safetensors", "weights");  // one shard of the pinned bytes is still another checkpoint
  put("model.safetensors.index.json", R"({"weight_map": {"x": "a.safetensors"}})");
  const PinVerdict result = verdict();
  EXPECT_EQ(result.status, Status::differs);
  EXPECT_EQ(describe(result), "the shards of the weights differ from the pinned file");
}

TEST_F(PinTest, AnUnknownIdIsNotPinned) {
  entry_.id = "another/name";
  put("model.safetensors", "other weights");
  EXPECT_EQ(verdict().status, Status::not_pinned);
}

TEST_F(PinTest, AnOverriddenRevisionIsSaid) {
  put("model.safetensors", "other weights");
  WeightsRecord record;
  record.id = kId;
  record.revision = "refs/pr/3";
  write_weights_record(here(""), record);
  EXPECT_FALSE(verdict().overridden_revision.has_value());
  record.revision_override = true;
  write_weights_record(here(""), record);
  EXPECT_EQ(verdict().overridden_revision, "refs/pr/3");
  EXPECT_EQ(describe(verdict()),
            "model.safetensors differs from the pinned file (fetched with --revision refs/pr/3)");
}

TEST(FilePin, ComparesSizesWhereARecordHasNoHash) {
  const CatalogueFile known{.name = "x", .bytes = 5, .witnesses = 1};
  EXPECT_EQ(compare_with_pin(&known, "a", 5), FilePin::not_pinned);
  EXPECT_EQ(compare_with_pin(&known, "a", 6), FilePin::single_differs);
  EXPECT_EQ(compare_with_pin(&known, "a", std::nullopt), FilePin::not_pinned);
  EXPECT_EQ(compare_with_pin(nullptr, "a", 5), FilePin::not_pinned);
}

TEST(FilePin, TellsPinsFromSingleRecords) {
  CatalogueFile known{.name = "x", .sha256 = "a", .witnesses = 2};
  EXPECT_EQ(compare_with_pin(&known, "a", 5), FilePin::equal);
  EXPECT_EQ(compare_with_pin(&known, "b", 5), FilePin::differs);
  known.witnesses = 1;
  EXPECT_EQ(compare_with_pin(&known, "a", 5), FilePin::single_equal);
  EXPECT_EQ(compare_with_pin(&known, "b", 5), FilePin::single_differs);
}

}  // namespace
}  // namespace asbench::models
