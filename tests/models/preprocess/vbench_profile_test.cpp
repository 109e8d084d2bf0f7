// VBench's preprocessing against its own transforms (tests/golden/vbench), torch's bicubic against
// a naive loop in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/hash.h"
#include "models/preprocess/preprocess.h"
#include "models/preprocess/torch_resize.h"
#include "models/weights/safetensors.h"
#include "tests/support/paths.h"
#include "tests/support/vbench_frames.h"

namespace asbench::models {
namespace {

using ::asbench::testing::vbench_frame;

/// Normalised values; float32 positions of a resize of that contrast, as between two of torch's own
/// kernels.
constexpr double kValueTolerance = 2e-5;
/// Levels: float32 positions of up to 256 pixels are right to 1.5e-5 of a pixel, and neighbours of
/// this picture differ by up to 255 levels, which the filter makes 1.5 times as steep.
constexpr double kBicubicTolerance = 1.5e-5 * 255 * 1.5;
/// Every so many values are stored (STEP of generate.py).
constexpr std::size_t kStep = 407;

const SafetensorsFile& golden() {
  static const SafetensorsFile file =
      SafetensorsFile::open(testing::source_folder() / "tests/golden/vbench/expected.safetensors");
  return file;
}

template <typename Value>
std::vector<Value> values_of(const std::string& name) {
  const TensorView view = golden().find(name).value();
  std::vector<Value> values(view.bytes.size() / sizeof(Value));
  std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
  return values;
}

TEST(VbenchProfile, GoldenIsWhatItsScriptWrites) {
  EXPECT_EQ(golden().metadata().at("script_sha256"),
            sha256_file(testing::source_folder() / "tests/golden/vbench/generate.py"));
}

class VbenchProfile : public ::testing::TestWithParam<const char*> {};

TEST_P(VbenchProfile, GivesTheValuesOfVbenchsOwnTransform) {
  const std::string name = GetParam();
  const Profile profile = named_profile(name);
  for (int clip = 0; clip < 4; ++clip) {
    SCOPED_TRACE(clip);
    // The CLIP score's first frame is the middle of the first of eight parts, not frame 0.
    const int parts = std::min(8, testing::kVbenchClips.at(static_cast<std::size_t>(clip)).frames);
    const int first_part = testing::kVbenchClips.at(static_cast<std::size_t>(clip)).frames / parts;
    const int frame = name == "vbench-viclip" ? (first_part - 1) / 2 : 0;
    const Image image = vbench_frame(clip, frame);
    const Extent size = profile.output({image.height, image.width});
    const auto expected_size = values_of<std::int64_t>(name + "." + std::to_string(clip) + ".size");
    EXPECT_EQ(size.height, expected_size[0]);
    EXPECT_EQ(size.width, expected_size[1]);
    std::vector<float> values(3 * static_cast<std::size_t>(size.height) *
                              static_cast<std::size_t>(size.width));
    preprocess(image, profile, values);
    const auto expected = values_of<float>(name + "." + std::to_string(clip) + ".values");
    ASSERT_EQ(expected.size(), (values.size() + kStep - 1) / kStep);
    std::size_t other_levels = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double difference = std::abs(values[i * kStep] - expected[i]);
      // A level that lies half-way to float32's last bit may be rounded either way.
      if (profile.by_levels() && difference > kValueTolerance) {
        EXPECT_LE(difference, 1.01 / 255.0 / 0.26) << i;
        ++other_levels;
        continue;
      }
      EXPECT_LE(difference, kValueTolerance) << i;
    }
    EXPECT_LE(other_levels, expected.size() / 100);
  }
}

INSTANTIATE_TEST_SUITE_P(Named, VbenchProfile,
                         ::testing::Values("vbench-dino", "vbench-clip", "vbench-viclip"));

TEST(VbenchProfiles, SayEveryNumber) {
  EXPECT_EQ(named_profile("vbench-dino").describe(),
            "vbench-dino[short224,torch-bilinear,mean=.485/.456/.406,std=.229/.224/.225,"
            "positions+.1]");
  const std::string clip = "mean=.48145466/.4578275/.40821073,std=.26862954/.26130258/.27577711]";
  EXPECT_EQ(named_profile("vbench-clip").describe(),
            "vbench-clip[short224,crop224,torch-bicubic," + clip);
  EXPECT_EQ(named_profile("vbench-viclip").describe(),
            "vbench-viclip[short224,crop224,torch-bicubic-levels," + clip);
  EXPECT_EQ(named_profile("vbench-dino").output({480, 720}), (Extent{224, 336}));
}

TEST(VbenchProfiles, FloatsAreNoLevels) {
  const Image image = vbench_frame(0, 0);
  Preprocessor floats(named_profile("vbench-clip"));
  EXPECT_THROW((void)floats.geometry(image), InternalError);
  // Bicubic goes beyond the levels; where it is rounded it stays among them.
  Preprocessor levels(named_profile("vbench-viclip"));
  std::vector<float> free(std::size_t{3} * 224 * 224);
  std::vector<float> kept(free.size());
  floats.run(image, free);
  levels.run(image, kept);
  const Profile& profile = floats.profile();
  const auto largest = static_cast<float>((1.0 - profile.mean[0]) / profile.std[0]);
  const auto red = std::size_t{224} * 224;
  EXPECT_GT(*std::max_element(free.begin(), free.begin() + red), largest + 0.01F);
  EXPECT_LE(*std::max_element(kept.begin(), kept.begin() + red), largest + 1e-5F);
}

TEST(TorchBicubic, IsTheNaiveForm) {
  const Image image = vbench_frame(2, 3);
  for (const Extent size : {Extent{50, 61}, Extent{300, 260}, Extent{141, 250}}) {
    std::vector<float> out(3 * static_cast<std::size_t>(size.height) *
                           static_cast<std::size_t>(size.width));
    torch_bicubic(image, size, out);
    const auto weight = [](double t) {
      constexpr double a = -0.75;
      t = std::abs(t);
      if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
      return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0.0;
    };
    for (int c = 0; c < 3; ++c) {
      for (int y = 0; y < size.height; y += 7) {
        for (int x = 0; x < size.width; x += 5) {
          const double v = (y + 0.5) * image.height / size.height - 0.5;
          const double u = (x + 0.5) * image.width / size.width - 0.5;
          double expected = 0.0;
          for (int j = static_cast<int>(std::floor(v)) - 1; j <= std::floor(v) + 2; ++j) {
            for (int i = static_cast<int>(std::floor(u)) - 1; i <= std::floor(u) + 2; ++i) {
              const int row = std::clamp(j, 0, image.height - 1);
              const int column = std::clamp(i, 0, image.width - 1);
              expected += weight(v - j) * weight(u - i) * image.row(row)[column * 3 + c];
            }
          }
          const auto at = (static_cast<std::size_t>(c) * static_cast<std::size_t>(size.height) +
                           static_cast<std::size_t>(y)) *
                              static_cast<std::size_t>(size.width) +
                          static_cast<std::size_t>(x);
          ASSERT_NEAR(out[at], expected, kBicubicTolerance) << c << " " << y << " " << x;
        }
      }
    }
  }
}

}  // namespace
}  // namespace asbench::models
