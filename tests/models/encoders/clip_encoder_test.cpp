// Video networks against torch and transformers (tests/golden/video): the profiles of clips, a
// TorchScript network with the published I3D's calling form, VideoMAE block by block.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "models/encoders/clip_encoder.h"
#include "models/encoders/videomae.h"
#include "models/layers/runtime.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

fs::path golden(const char* name) {
  return testing::source_folder() / "tests" / "golden" / "video" / name;
}

std::vector<Image> frames_of(const at::Tensor& levels) {  // [T, H, W, 3]
  std::vector<Image> frames;
  for (std::int64_t t = 0; t < levels.size(0); ++t) {
    const at::Tensor frame = levels.select(0, t).contiguous();
    Image image(static_cast<int>(frame.size(0)), static_cast<int>(frame.size(1)), 3);
    std::copy_n(frame.const_data_ptr<std::uint8_t>(), frame.numel(), image.bytes.begin());
    frames.push_back(std::move(image));
  }
  return frames;
}

at::Tensor preprocessed(const at::Tensor& levels, const ClipProfile& profile) {
  const auto frames = frames_of(levels);
  std::vector<const Image*> pointers;
  for (const auto& frame : frames) pointers.push_back(&frame);
  const Extent size = profile.output({frames.front().height, frames.front().width});
  at::Tensor clip = at::empty({3, levels.size(0), size.height, size.width}, at::kFloat);
  preprocess_clip(pointers, profile,
                  {clip.mutable_data_ptr<float>(), static_cast<std::size_t>(clip.numel())});
  return clip;
}

class ClipProfiles : public ::testing::TestWithParam<std::string> {};

TEST_P(ClipProfiles, GiveWhatTorchGives) {
  const auto expected = read_tensors(golden("preprocess.safetensors"));
  const ClipProfile profile = named_clip_profile(GetParam());
  const double tolerance = profile.values == ClipProfile::Values::levels
                               ? 0.0
                               : 2e-6;  // rounding of three float32 products
  for (int shape = 0; shape < 3; ++shape) {
    const at::Tensor clip = preprocessed(expected.at("frames." + std::to_string(shape)), profile);
    const std::string name = GetParam() + "." + std::to_string(shape);
    const at::Tensor sizes = expected.at(name + ".shape");
    for (int axis = 0; axis < 4; ++axis)
      EXPECT_EQ(clip.size(axis), sizes[axis].item<std::int64_t>()) << name;
    const at::Tensor values = clip.flatten().slice(0, 0, std::nullopt, 331);
    EXPECT_LE((values - expected.at(name)).abs().max().item<double>(), tolerance) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Published, ClipProfiles,
                         ::testing::Values("stylegan-v", "cmv", "cd-i3d", "cd-videomae"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(ClipProfile, SaysEveryNumberThatDecidesTheResult) {
  EXPECT_EQ(named_clip_profile("cmv").describe(),
            "cmv[short224ceil,crop224,torch-bilinear,2x/255-1]");
  EXPECT_EQ(named_clip_profile("stylegan-v").describe(), "stylegan-v[in-graph,0..255]");
  EXPECT_EQ(named_clip_profile("cd-videomae").describe(),
            "cd-videomae[squash224,torch-bilinear,x/255]");
  EXPECT_THROW(static_cast<void>(named_clip_profile("vbench")), UsageError);
}

TEST(ClipProfile, RefusesFramesOfDifferentSizes) {
  const Image small(4, 4, 3), large(8, 8, 3);
  const Image* frames[] = {&small, &large};
  std::vector<float> out(3 * 2 * 16);
  EXPECT_THROW(preprocess_clip(frames, named_clip_profile("stylegan-v"), out), BadInput);
}

TEST(TorchScriptClipEncoder, IsCalledAsThePublishedI3dIs) {
  const auto expected = read_tensors(golden("i3d_form.safetensors"));
  const ClipCheckpoint checkpoint = open_clip_checkpoint(golden("i3d_form.pt").string(), {});
  EXPECT_TRUE(checkpoint.is_torchscript());
  EXPECT_EQ(checkpoint.id, "i3d_form.pt");
  EXPECT_EQ(resolve_clip_profile(checkpoint).name, "stylegan-v");
  for (const char* name : {"stylegan-v", "cmv"}) {
    const ClipProfile profile = resolve_clip_profile(checkpoint, name);
    const auto encoder = load_clip_encoder(checkpoint, profile);
    const at::Tensor feature = encoder->encode_clip(preprocessed(expected.at("frames"), profile));
    EXPECT_LE(feature_distance(feature, expected.at(name)), kFeatureTolerance) << name;
    const at::Tensor again = encoder->encode_clip(preprocessed(expected.at("frames"), profile));
    EXPECT_TRUE(at::equal(feature, again)) << name;
  }
  // The two profiles are not the same number: a mixed-up flag would show.
  EXPECT_GT(feature_distance(expected.at("stylegan-v"), expected.at("cmv")),
            100 * kFeatureTolerance);
}

TEST(TorchScriptClipEncoder, SaysWhatIsWrongWithAFile) {
  testing::TemporaryFolder folder;
  const fs::path broken = folder.path() / "network.pt";
  std::ofstream(broken) << "not a network";
  const auto checkpoint = open_clip_checkpoint(broken.string(), {});
  EXPECT_THROW(static_cast<void>(load_clip_encoder(checkpoint, named_clip_profile("cmv"))),
               BadInput);
  EXPECT_THROW(static_cast<void>(open_clip_checkpoint((folder.path() / "absent.pt").string(), {})),
               BadInput);
  EXPECT_THROW(static_cast<void>(resolve_clip_profile(checkpoint, "hf")), BadInput);
  // Nine frames are fewer than the network reduces.
  const auto encoder = load_clip_encoder(open_clip_checkpoint(golden("i3d_form.pt").string(), {}),
                                         named_clip_profile("cmv"));
  EXPECT_THROW(static_cast<void>(encoder->encode_clip(at::zeros({4, 16, 32, 32}))), BadInput);
}

TEST(VideoMae, MatchesTheGoldenBlockByBlock) {
  const InferenceScope scope;
  const EncoderGolden expected = read_encoder_golden("video/videomae");
  const VideoMaeConfig config = parse_videomae_config(expected.checkpoint.config, "golden");
  StateDict weights = StateDict::load(expected.checkpoint);
  const VideoMae network = load_videomae(weights, config);
  weights.finish(ignorable_videomae_keys());
  std::size_t compared = 0;
  const at::Tensor feature = run(
      network, config, expected.at("clip"), [&](std::string_view name, const at::Tensor& value) {
        EXPECT_LE(state_distance(value, expected.at(std::string(name))), kStateTolerance) << name;
        ++compared;
      });
  EXPECT_EQ(compared, network.blocks.size() + 2);
  EXPECT_LE(feature_distance(feature, expected.at("feature")), expected.noise_tolerance());
}

TEST(VideoMae, IsAClipEncoderThatTakesItsOwnNumberOfFrames) {
  const EncoderGolden expected = read_encoder_golden("video/videomae");
  const auto checkpoint = open_clip_checkpoint(golden("videomae").string(), {});
  EXPECT_EQ(clip_length(checkpoint).least, 4);
  EXPECT_EQ(clip_length(checkpoint).most, 4);
  EXPECT_EQ(resolve_clip_profile(checkpoint).describe(),
            "cd-videomae[squash32,torch-bilinear,x/255]");
  const auto encoder = load_clip_encoder(checkpoint, resolve_clip_profile(checkpoint));
  EXPECT_LE(feature_distance(encoder->encode_clip(expected.at("clip")[0]), expected.at("feature")),
            expected.noise_tolerance());
  EXPECT_THROW(static_cast<void>(encoder->encode_clip(at::zeros({3, 5, 32, 32}))), BadInput);
}

TEST(VideoMae, RefusesAConfigurationThatItDoesNotCompute) {
  Json config = read_encoder_golden("video/videomae").checkpoint.config;
  config["tubelet_size"] = 3;
  EXPECT_THROW(static_cast<void>(parse_videomae_config(config, "x")), BadInput);
  config["tubelet_size"] = 2;
  config["model_type"] = "timesformer";
  EXPECT_THROW(static_cast<void>(parse_videomae_config(config, "x")), BadInput);
}

}  // namespace
}  // namespace asbench::models
