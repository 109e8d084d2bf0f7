// `asbench component`: parity can be checked from outside, so what it reads and writes is held
// here; the numbers themselves are held by the goldens of models/.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "models/weights/safetensors.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

class ComponentCommand : public ::testing::Test {
 protected:
  ComponentCommand() { write_seeded_checkpoints(folder_ / "weights", CheckpointSize::tiny); }

  [[nodiscard]] ProgramResult run(const std::string& name, const std::string& in,
                                  const std::string& out) const {
    return run_program(asbench_program(), {"component", name, "--model",
                                           folder_ / "weights" / "openai" / "clip-vit-base-patch32",
                                           "--in", folder_ / in, "--out", folder_ / out});
  }
  void write_texts(const std::string& json) const { std::ofstream(folder_ / "texts.json") << json; }
  [[nodiscard]] std::vector<float> floats(const std::string& name, const std::string& tensor,
                                          const std::vector<std::int64_t>& shape) const {
    const auto file = models::SafetensorsFile::open(folder_ / name);
    const auto view = file.find(tensor);
    EXPECT_TRUE(view.has_value());
    EXPECT_EQ(view->shape, shape);
    std::vector<float> values(view->bytes.size() / sizeof(float));
    std::memcpy(values.data(), view->bytes.data(), view->bytes.size());
    return values;
  }
  void expect_unit_rows(const std::vector<float>& values, std::size_t rows) const {
    const std::size_t width = values.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
      double sum = 0.0;
      for (std::size_t i = 0; i < width; ++i) sum += std::pow(values[row * width + i], 2.0);
      EXPECT_NEAR(sum, 1.0, 1e-6);
    }
  }

  TemporaryFolder folder_;
};

TEST_F(ComponentCommand, ComputesInFloat32AloneOnTheCpu) {
  write_texts(R"(["a cat"])");
  const auto refused =
      run_program(asbench_program(), {"component", "text_encoder", "--model",
                                      folder_ / "weights" / "openai" / "clip-vit-base-patch32",
                                      "--in", folder_ / "texts.json", "--out",
                                      folder_ / "features.safetensors", "--precision", "bf16"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("--precision bf16"), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(folder_ / "features.safetensors"));
}

TEST_F(ComponentCommand, TokenizerGivesSeventySevenIdsAText) {
  write_texts(R"(["a cat", ""])");
  ASSERT_EQ(run("tokenizer", "texts.json", "ids.json").exit_code, 0);
  const Json ids = read_json_file(folder_ / "ids.json");
  ASSERT_EQ(ids.at("ids").size(), 2U);
  EXPECT_EQ(ids.at("ids")[0].size(), 77U);
  EXPECT_EQ(ids.at("ids")[1][0], 49406);
  EXPECT_EQ(ids.at("ids")[1][1], 49407);
  EXPECT_EQ(ids.at("truncated"), Json::array({false, false}));
}

TEST_F(ComponentCommand, EncodersGiveUnitVectors) {
  write_texts(R"(["a cat", "two dogs in the snow"])");
  ASSERT_EQ(run("text_encoder", "texts.json", "text.safetensors").exit_code, 0);
  expect_unit_rows(floats("text.safetensors", "features", {2, 32}), 2);

  std::vector<std::byte> pixels(2 * 50 * 70 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::byte>(i * i / 7);
  models::write_safetensors(folder_ / "images.safetensors",
                            {{"images", {models::DType::u8, {2, 50, 70, 3}, pixels}}});
  const auto encoded = run("image_encoder", "images.safetensors", "image.safetensors");
  ASSERT_EQ(encoded.exit_code, 0) << encoded.err;
  expect_unit_rows(floats("image.safetensors", "features", {2, 32}), 2);
}

TEST_F(ComponentCommand, PreprocessWritesOnePicture) {
  make_picture(folder_ / "picture.png", made_frame({}, 0));
  ASSERT_EQ(run("preprocess", "picture.png", "pixels.safetensors").exit_code, 0);
  EXPECT_EQ(floats("pixels.safetensors", "pixel_values", {1, 3, 224, 224}).size(),
            3U * 224U * 224U);
}

TEST_F(ComponentCommand, InspectNamesAFolderThatIsNotThere) {
  const std::string folder = (folder_ / "nowhere").string();
  const auto failed = run_program(asbench_program(), {"component", "inspect", "--model", folder});
  EXPECT_EQ(failed.exit_code, 2);
  EXPECT_NE(failed.err.find(folder + ": no such folder"), std::string::npos) << failed.err;
}

TEST_F(ComponentCommand, WrongInputIsNamedAndNothingIsWritten) {
  write_texts(R"({"a": 1})");
  for (const char* name : {"tokenizer", "text_encoder"}) {
    const auto failed = run(name, "texts.json", "out");
    EXPECT_EQ(failed.exit_code, 2);
    EXPECT_NE(failed.err.find("list of strings"), std::string::npos) << failed.err;
  }
  EXPECT_EQ(run("image_encoder", "texts.json", "out").exit_code, 2);
  EXPECT_EQ(run("preprocess", "nothing.png", "out").exit_code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

}  // namespace
}  // namespace asbench::testing
