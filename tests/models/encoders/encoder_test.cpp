#include "models/encoders/encoder.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <memory>

#include "models/layers/runtime.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using ::asbench::testing::CheckpointSize;
using ::asbench::testing::expect_error;

constexpr const char* kClip = "openai/clip-vit-base-patch32";

class Encoders : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const asbench::testing::TemporaryFolder folder;
    asbench::testing::write_seeded_checkpoint(folder.path(), kClip, CheckpointSize::tiny);
    const Checkpoint clip = open_checkpoint(kClip, default_weight_folders(folder.path()));
    images_ = load_image_encoder(clip).release();
    texts_ = load_text_encoder(clip).release();
  }
  static void TearDownTestSuite() {
    delete images_;
    delete texts_;
  }

  inline static ImageEncoder* images_ = nullptr;
  inline static TextEncoder* texts_ = nullptr;
};

TEST_F(Encoders, WorkAfterTheirFilesAreGone) {
  // SetUpTestSuite has removed the folder: mapped weights stay.
  const at::Tensor features = images_->encode_images(at::ones({2, 3, 224, 224}));
  EXPECT_EQ(features.sizes().vec(), (std::vector<std::int64_t>{2, 32}));
  EXPECT_TRUE(features.isfinite().all().item<bool>());
}

TEST_F(Encoders, TakeNoPicturesAndNoTexts) {
  EXPECT_EQ(images_->encode_images(at::empty({0, 3, 224, 224})).sizes().vec(),
            (std::vector<std::int64_t>{0, 32}));
  const EncodedTexts none = texts_->encode_texts({});
  EXPECT_EQ(none.features.sizes().vec(), (std::vector<std::int64_t>{0, 32}));
  EXPECT_TRUE(none.truncated.empty());
}

TEST_F(Encoders, RefusePicturesOfTheWrongShapeOrType) {
  const auto encode = [](const at::Tensor& pixels) {
    return [pixels] { static_cast<void>(images_->encode_images(pixels)); };
  };
  expect_error(encode(at::ones({3, 224, 224})), {kClip, "[N, 3, H, W]", "[3, 224, 224]"});
  expect_error(encode(at::ones({1, 4, 224, 224})), {"[1, 4, 224, 224]"});
  expect_error(encode(at::ones({1, 3, 31, 224})), {"at least 32"});
  expect_error(encode(at::ones({1, 3, 224, 224}, at::kDouble)), {"double"});
}

TEST_F(Encoders, GiveEachTextItsOwnFeatureInAnyOrder) {
  const std::vector<std::string> texts = {"a cat", "the girl walks into the garden", "a cat", "",
                                          "a dog in the snow looks at the window"};
  const at::Tensor together = texts_->encode_texts(texts).features;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const at::Tensor alone = texts_->encode_texts({&texts[i], 1}).features;
    EXPECT_LE(feature_distance(together.narrow(0, static_cast<std::int64_t>(i), 1), alone), 1e-6)
        << texts[i];
  }
  EXPECT_TRUE(at::equal(together[0], together[2]));
  EXPECT_GT(feature_distance(together.narrow(0, 0, 1), together.narrow(0, 1, 1)), 1e-3);
}

TEST_F(Encoders, CountTruncatedTextsAndKeepTheirEndToken) {
  std::string longest = "a";                     // one token: its end-of-word byte symbol
  for (int i = 1; i < 75; ++i) longest += " a";  // 75 words and two end tokens: just fits
  const std::vector<std::string> texts = {longest, longest + " a", longest + " b b"};
  const EncodedTexts encoded = texts_->encode_texts(texts);
  EXPECT_EQ(encoded.truncated, (std::vector<bool>{false, true, true}));
  // What was cut off has no effect.
  EXPECT_TRUE(at::equal(encoded.features[0], encoded.features[1]));
}

TEST_F(Encoders, RefuseIdsThatTheNetworkHasNoPlaceFor) {
  const auto encode = [](std::vector<std::int64_t> ids) {
    return [ids] { static_cast<void>(texts_->encode_ids(std::span(&ids, 1))); };
  };
  expect_error(encode({49406, 49408}), {"49408", "vocabulary"});
  expect_error(encode({49406, -1, 49407}), {"-1"});
  expect_error(encode({}), {"none given"});
  std::vector<std::int64_t> many(78, 49406);
  many.back() = 49407;
  expect_error(encode(many), {"78", "77"});
}

TEST_F(Encoders, ChangeWithThePictureInEveryPlace) {
  const at::Tensor base = at::zeros({1, 3, 224, 224});
  const at::Tensor feature = images_->encode_images(base);
  for (const auto& [channel, y, x] : {std::array{0, 0, 0}, {1, 100, 37}, {2, 223, 223}}) {
    at::Tensor changed = base.clone();
    changed[0][channel][y][x] = 50.0F;
    EXPECT_GT(feature_distance(images_->encode_images(changed), feature), 1e-6)
        << channel << " " << y << " " << x;
  }
}

}  // namespace
}  // namespace asbench::models
