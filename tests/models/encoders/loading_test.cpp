#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "models/encoders/encoder.h"
#include "models/weights/safetensors.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using ::asbench::testing::CheckpointSize;
using ::asbench::testing::expect_error;
using ::asbench::testing::SeededTensor;
using ::asbench::testing::TemporaryFolder;

namespace fs = std::filesystem;

constexpr const char* kClip = "openai/clip-vit-base-patch32";
constexpr const char* kDino = "facebook/dino-vitb16";

/// The tiny checkpoints, whose weights a test may change.
class EncoderLoading : public ::testing::Test {
 protected:
  EncoderLoading() {
    asbench::testing::write_seeded_checkpoints(folder_.path(), CheckpointSize::tiny);
  }

  [[nodiscard]] Checkpoint checkpoint(const char* id) const {
    return open_checkpoint(id, default_weight_folders(folder_.path()));
  }

  void rewrite(const char* id,
               const std::function<void(std::vector<SeededTensor>&)>& change) const {
    std::vector<SeededTensor> tensors =
        asbench::testing::seeded_tensors(asbench::testing::seeded_config(id, CheckpointSize::tiny));
    change(tensors);
    asbench::testing::write_seeded_weights(folder_ / id / "model.safetensors", tensors, 1);
  }

  TemporaryFolder folder_;
};

SeededTensor& named(std::vector<SeededTensor>& tensors, std::string_view name) {
  for (SeededTensor& tensor : tensors) {
    if (tensor.name == name) return tensor;
  }
  throw std::out_of_range(std::string(name));
}

void remove(std::vector<SeededTensor>& tensors, std::string_view name) {
  std::erase_if(tensors, [&](const SeededTensor& tensor) { return tensor.name == name; });
}

TEST_F(EncoderLoading, ListsEveryMissingExtraAndMisshapedKeyAtOnce) {
  rewrite(kDino, [](std::vector<SeededTensor>& tensors) {
    remove(tensors, "layernorm.bias");
    remove(tensors, "encoder.layer.1.output.dense.weight");
    tensors.push_back({"encoder.layer.2.surplus", {3}});
    named(tensors, "embeddings.position_embeddings").shape = {1, 50, 48};
    named(tensors, "encoder.layer.0.intermediate.dense.weight").shape = {48, 96};
  });
  expect_error([&] { static_cast<void>(load_image_encoder(checkpoint(kDino))); },
               {"layernorm.bias", "encoder.layer.1.output.dense.weight", "encoder.layer.2.surplus",
                "embeddings.position_embeddings", "[1, 50, 48]", "[1, 197, 48]",
                "encoder.layer.0.intermediate.dense.weight"});
}

TEST_F(EncoderLoading, ListsThemForClipToo) {
  rewrite(kClip, [](std::vector<SeededTensor>& tensors) {
    remove(tensors, "visual_projection.weight");
    remove(tensors, "text_projection.weight");
    tensors.push_back({"surplus.weight", {3}});
  });
  expect_error([&] { static_cast<void>(load_image_encoder(checkpoint(kClip))); },
               {"visual_projection.weight", "surplus.weight"});
  expect_error([&] { static_cast<void>(load_text_encoder(checkpoint(kClip))); },
               {"text_projection.weight", "surplus.weight"});
}

TEST_F(EncoderLoading, IgnoresOnlyWhatNoFeatureNeeds) {
  rewrite(kDino, [](std::vector<SeededTensor>& tensors) {
    remove(tensors, "pooler.dense.weight");  // a pooler may be there in part, or not at all
    tensors.push_back({"embeddings.mask_token", {1, 1, 48}});
  });
  EXPECT_NO_THROW(static_cast<void>(load_image_encoder(checkpoint(kDino))));
  rewrite(kClip, [](std::vector<SeededTensor>& tensors) {
    remove(tensors, "logit_scale");
    tensors.push_back({"vision_model.embeddings.position_ids", {1, 50}});
    tensors.push_back({"text_model.embeddings.position_ids", {1, 77}});
  });
  EXPECT_NO_THROW(static_cast<void>(load_image_encoder(checkpoint(kClip))));
  EXPECT_NO_THROW(static_cast<void>(load_text_encoder(checkpoint(kClip))));
}

TEST_F(EncoderLoading, RefusesAConfigThatAsksForMoreLayersThanTheFileCanHold) {
  Checkpoint dino = checkpoint(kDino);
  dino.config["num_hidden_layers"] = 9'000'000;
  expect_error([&] { static_cast<void>(load_image_encoder(dino)); },
               {"num_hidden_layers", "9000000", kDino});
}

TEST_F(EncoderLoading, RefusesATextEncoderOfAModelWithoutOne) {
  expect_error([&] { static_cast<void>(load_text_encoder(checkpoint(kDino))); },
               {kDino, "model_type", "vit"});
}

TEST_F(EncoderLoading, RefusesAVocabularyThatIsLargerThanTheTable) {
  Checkpoint clip = checkpoint(kClip);
  clip.config["text_config"]["vocab_size"] = 100;
  expect_error([&] { static_cast<void>(load_text_encoder(clip)); }, {"vocab_size", "100", "49407"});
}

TEST_F(EncoderLoading, DescribesWithoutLoading) {
  const EncoderInfo info = describe_image_encoder(checkpoint(kDino));
  fs::resize_file(folder_ / kDino / "model.safetensors", 5);  // no longer loads
  EXPECT_EQ(info.dim, 48);
  EXPECT_EQ(info.id, kDino);
  EXPECT_EQ(info.weights_sha256.size(), 64U);
  EXPECT_EQ(info.profile.output_height, 224);
  const EncoderInfo known =
      describe_image_encoder(checkpoint(kDino), {.weights_sha256 = std::string(64, 'a')});
  EXPECT_EQ(known.weights_sha256, std::string(64, 'a'));
}

TEST_F(EncoderLoading, TakesTheProfileFromThePinUnlessAnotherIsNamed) {
  EXPECT_EQ(describe_image_encoder(checkpoint(kDino)).profile.short_side, 256);
  EXPECT_EQ(describe_image_encoder(checkpoint(kDino), {.preprocess = "hf"}).profile.resize,
            ResizeKind::squash);
}

}  // namespace
}  // namespace asbench::models
