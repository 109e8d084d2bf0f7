#include "models/encoders/level_table.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "core/image.h"
#include "models/encoders/encoder.h"
#include "models/preprocess/preprocess.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

/// Every level in every channel, and neighbours that differ.
Image picture(int height, int width) {
  Image image(height, width, 3);
  for (std::size_t i = 0; i < image.bytes.size(); ++i)
    image.bytes[i] = static_cast<std::uint8_t>((i * 37 + i / 256) % 256);
  return image;
}

at::Tensor levels_of(Preprocessor& preprocessor, const Image& image) {
  const auto size = preprocessor.profile().output({image.height, image.width});
  const auto bytes = preprocessor.geometry(image);
  at::Tensor levels = at::empty({1, size.height, size.width, 3}, at::kByte);
  std::memcpy(levels.mutable_data_ptr<std::uint8_t>(), bytes.data(), bytes.size());
  return levels;
}

at::Tensor values_of(Preprocessor& preprocessor, const Image& image) {
  const auto size = preprocessor.profile().output({image.height, image.width});
  at::Tensor values = at::empty({1, 3, size.height, size.width}, at::kFloat);
  preprocessor.run(image,
                   {values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel())});
  return values;
}

std::vector<Profile> profiles() {
  std::vector<Profile> all = {named_profile("openai-clip"), named_profile("dino-eval")};
  Profile by_factor = all.front();
  by_factor.scale = LevelScale::factor;
  all.push_back(by_factor);
  by_factor.rescale_factor = 1.0 / 127.5;
  all.push_back(by_factor);
  Profile plain = all.front();
  plain.scale = LevelScale::none;
  plain.normalize = false;
  all.push_back(plain);
  return all;
}

TEST(LevelTable, GivesThePreprocessorsValuesBitForBit) {
  const Image image = picture(300, 260);
  for (const Profile& profile : profiles()) {
    Preprocessor preprocessor(profile);
    const LevelTable table(profile, c10::kCPU);
    const at::Tensor values = table.values_of(levels_of(preprocessor, image));
    EXPECT_TRUE(values.is_contiguous());
    EXPECT_TRUE(at::equal(values, values_of(preprocessor, image))) << profile.describe();
  }
}

TEST(LevelTable, KeepsThePicturesOfABatchApart) {
  const Profile profile = named_profile("dino-eval");
  Preprocessor preprocessor(profile);
  const LevelTable table(profile, c10::kCPU);
  const at::Tensor one = levels_of(preprocessor, picture(224, 224));
  const at::Tensor other = 255 - one;
  const at::Tensor both = table.values_of(at::cat({one, other}));
  EXPECT_TRUE(at::equal(both.narrow(0, 0, 1), table.values_of(one)));
  EXPECT_TRUE(at::equal(both.narrow(0, 1, 1), table.values_of(other)));
}

TEST(LevelTable, RefusesOtherShapesAndTypes) {
  const LevelTable table(named_profile("dino-eval"), c10::kCPU);
  expect_error(
      [&] {
        static_cast<void>(table.values_of(at::zeros({1, 3, 8, 8}, at::kByte)));
      },
      {"uint8 [N, H, W, 3]", "1, 3, 8, 8"});
  expect_error([&] { static_cast<void>(table.values_of(at::zeros({1, 8, 8, 3}))); }, {"uint8"});
}

TEST(VisionEncoder, MakesTheSameFeaturesOfBytesAndOfValues) {
  const asbench::testing::TemporaryFolder folder;
  for (const char* id : {"openai/clip-vit-base-patch32", "facebook/dino-vitb16"}) {
    asbench::testing::write_seeded_checkpoint(folder.path(), id,
                                              asbench::testing::CheckpointSize::tiny);
    const auto encoder =
        load_image_encoder(open_checkpoint(id, default_weight_folders(folder.path())));
    Preprocessor preprocessor(encoder->info().profile);
    const Image image = picture(250, 300);
    EXPECT_TRUE(at::equal(encoder->encode_levels(levels_of(preprocessor, image)),
                          encoder->encode_images(values_of(preprocessor, image))))
        << id;
  }
}

}  // namespace
}  // namespace asbench::models
