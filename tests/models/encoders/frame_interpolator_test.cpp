// Interpolation networks: what goes in, what is made of what comes out, and files of another form.
// tests/evaluation/vbench_smoothness_test.cpp compares with VBench's own class.
#include "models/encoders/frame_interpolator.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>

#include "core/error.h"
#include "core/image.h"
#include "models/layers/runtime.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

FrameTriple triple_of(const Image& before, const Image& middle, const Image& after) {
  return {before.bytes, middle.bytes, after.bytes, middle.height, middle.width};
}

Image plain(int height, int width, std::uint8_t level) {
  Image image(height, width, 3);
  std::fill(image.bytes.begin(), image.bytes.end(), level);
  return image;
}

Image noise(int height, int width, std::uint64_t seed) {
  Image image(height, width, 3);
  std::mt19937_64 random(seed);
  for (auto& level : image.bytes) level = static_cast<std::uint8_t>(random() % 256);
  return image;
}

class Interpolators : public ::testing::Test {
 protected:
  /// A network whose forward is this TorchScript text.
  [[nodiscard]] InterpolatorFile saved(const std::string& forward) {
    torch::jit::Module module("network");
    module.define(forward);
    const fs::path file = folder_.path() / (std::to_string(++number_) + ".torchscript");
    module.save(file.string());
    return open_interpolator_file(file.string(), {});
  }
  [[nodiscard]] std::unique_ptr<FrameInterpolator> network(const std::string& result) {
    return load_frame_interpolator(
        saved("def forward(self, a, b, t):\n    return " + result + "\n"));
  }
  [[nodiscard]] std::string refusal(const std::string& forward) {
    try {
      (void)load_frame_interpolator(saved(forward));
    } catch (const BadInput& error) {
      return error.what();
    }
    ADD_FAILURE() << "was accepted: " << forward;
    return {};
  }
  testing::TemporaryFolder folder_;
  int number_ = 0;
};

TEST_F(Interpolators, AreGivenBothNeighboursAndTheTimeInTheMiddle) {
  const Image before = plain(20, 30, 10);
  const Image after = plain(20, 30, 50);
  const Image middle = plain(20, 30, 24);
  const std::vector triples = {triple_of(before, middle, after), triple_of(middle, before, after)};
  // 10 + .25 * 40 = 20 at a time of .5, and 24 + .25 * 26 = 30.5; half a level keeps it off the
  // edge.
  EXPECT_THAT(network("a * (1 - t * t) + b * t * t + 0.001")->prediction_errors(triples),
              ElementsAre(4.0, 20.0));
}

TEST_F(Interpolators, PredictionsAreCutToWholeLevelsAndToTheRange) {
  const Image grey = plain(16, 16, 100);
  const std::vector triples = {triple_of(grey, grey, grey)};
  const auto error_of = [&](const std::string& result) {
    return network(result)->prediction_errors(triples).front();
  };
  EXPECT_EQ(error_of("a * 0 + 110.9 / 255"), 10.0) << "not rounded";
  EXPECT_EQ(error_of("a * 0 + 2.0"), 155.0);
  EXPECT_EQ(error_of("a * 0 - 0.5"), 100.0);
  EXPECT_TRUE(std::isnan(error_of("a / 0 * 0")));
}

TEST_F(Interpolators, FramesArePaddedByTheirBordersEvenlyTheOddRowAfter) {
  // 17 and 37 are padded to 32 and 48: seven before and eight after; five before and six after.
  const Image before = noise(17, 37, 1);
  const Image middle = noise(17, 37, 2);
  const std::vector triples = {triple_of(before, middle, middle)};
  for (const auto& [dy, dx] : {std::pair(7, 5), std::pair(-8, -6), std::pair(3, -2)}) {
    std::int64_t sum = 0;
    for (int y = 0; y < 17; ++y) {
      for (int x = 0; x < 37; ++x) {
        const std::uint8_t* from =
            before.row(std::clamp(y - dy, 0, 16)) + std::ptrdiff_t{3} * std::clamp(x - dx, 0, 36);
        const std::uint8_t* real = middle.row(y) + std::ptrdiff_t{3} * x;
        for (int c = 0; c < 3; ++c) sum += std::abs(from[c] - real[c]);
      }
    }
    const std::string moved =
        "torch.roll(a, [" + std::to_string(dy) + ", " + std::to_string(dx) + "], [2, 3]) + 0.001";
    EXPECT_EQ(network(moved)->prediction_errors(triples).front(),
              static_cast<double>(sum) / (17.0 * 37.0 * 3.0))
        << dy << " " << dx;
  }
}

TEST_F(Interpolators, ValuesDependNeitherOnTheThreadsNorOnTheOtherTriples) {
  const auto file = open_interpolator_file(
      (testing::source_folder() / "tests/golden/vbench_smoothness/toy.torchscript").string(), {});
  std::vector<Image> frames;
  for (std::uint64_t i = 0; i < 11; ++i) frames.push_back(noise(75, 130, i));
  std::vector<FrameTriple> triples;
  for (std::size_t i = 0; i + 2 < frames.size(); i += 2)
    triples.push_back(triple_of(frames[i], frames[i + 1], frames[i + 2]));
  std::vector<double> first;
  for (const int threads : {1, 2, 5}) {
    configure_runtime(threads);
    const auto loaded = load_frame_interpolator(file);
    EXPECT_EQ(loaded->triples_at_once(75, 130), threads);
    EXPECT_EQ(loaded->triples_at_once(4320, 7680), 1) << "memory would not hold two";
    const auto together = loaded->prediction_errors(triples);
    if (first.empty()) first = together;
    EXPECT_EQ(together, first) << threads;
    for (std::size_t i = 0; i < triples.size(); ++i)
      EXPECT_THAT(loaded->prediction_errors({&triples[i], 1}), ElementsAre(first[i])) << threads;
  }
  configure_runtime(2);
}

TEST_F(Interpolators, OfAnotherFormAreRefusedWithTheFormThatWasExpected) {
  const auto names_the_form =
      AllOf(HasSubstr(".torchscript "),
            HasSubstr("network(frame0[1, 3, H, W], frame1[1, 3, H, W], embt[1, 1, 1, 1] = 0.5)"),
            HasSubstr("must return the frame in between, [1, 3, H, W]"));
  EXPECT_THAT(refusal("def forward(self, a, b):\n    return a\n"),
              AllOf(names_the_form, HasSubstr("pair of frames of [1, 3, 128, 128]")));
  EXPECT_THAT(refusal("def forward(self, a, b, t):\n    return {'imgt_pred': a}\n"),
              AllOf(names_the_form, HasSubstr("not a tensor")));
  EXPECT_THAT(refusal("def forward(self, a, b, t):\n    return a[0]\n"),
              AllOf(names_the_form, HasSubstr("returns float [3, 128, 128]")));
  // The scripting frontend knows no torch.uint8; 0 is its number.
  EXPECT_THAT(refusal("def forward(self, a, b, t):\n    return (a * 255).to(dtype=0)\n"),
              AllOf(names_the_form, HasSubstr("[1, 3, 128, 128]")));
  // Traced on one size: right there, wrong or broken elsewhere.
  EXPECT_THAT(
      refusal("def forward(self, a, b, t):\n    return a + torch.zeros([1, 3, 128, 128])\n"),
      AllOf(names_the_form, HasSubstr("pair of frames of [1, 3, 128, 192]"),
            HasSubstr("must match")));
}

TEST_F(Interpolators, FilesThatAreNoneAreRefused) {
  const fs::path broken = folder_.path() / "network.pt";
  std::ofstream(broken) << "not a network";
  const auto refused = [](const std::string& id) {
    try {
      (void)load_frame_interpolator(open_interpolator_file(id, {}));
    } catch (const BadInput& error) {
      return std::string(error.what());
    }
    return std::string("was accepted");
  };
  EXPECT_THAT(refused(broken.string()), HasSubstr("can't be read as a TorchScript file"));
  EXPECT_THAT(refused((folder_.path() / "absent.torchscript").string()),
              AllOf(HasSubstr("not found. Looked for:"), HasSubstr("docs/vbench.md")));
  EXPECT_THAT(refused("facebook/dino-vitb16"), HasSubstr("is a TorchScript file"));
  EXPECT_EQ(open_interpolator_file("network.pt", {.roots = {folder_.path()}}).path, broken);
  const auto file = saved("def forward(self, a, b, t):\n    return a\n");
  EXPECT_THROW((void)load_frame_interpolator(file, Placement(c10::kCPU, Precision::bf16)),
               UsageError);
}

}  // namespace
}  // namespace asbench::models
