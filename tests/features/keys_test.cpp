#include "features/keys.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace asbench::features {
namespace {

const std::string kContent(64, 'c');
constexpr const char* kDecoder = "opencv-4.6.0/avcodec-59.37.100/swscale-6.7.100";
const std::vector<int> kFrames{4, 13};

EncoderUse encoder() {
  EncoderUse use;
  use.preprocess = "hf[x]";
  use.weights_sha256 = "w0";
  use.config_sha256 = "a0";
  use.tokenizer_sha256 = "t0";
  return use;
}

ClipEncoderUse clip_encoder() {
  ClipEncoderUse use;
  use.preprocess = "hf[x]";
  use.weights_sha256 = "w0";
  use.architecture = "a0";
  return use;
}

InterpolatorUse interpolator() {
  InterpolatorUse use;
  use.preprocess = "hf[x]";
  use.weights_sha256 = "w0";
  return use;
}

// SHA-256 of the texts that the key functions document, computed outside this program. A change
// here retires every store there is: raise the entry's version, and say why in the changelog.
TEST(StoreKeys, AreThoseOfTheStoresThatExist) {
  EXPECT_EQ(clip_info_key(kContent, kDecoder),
            "dbd46f9ead8d61604d85d0338e2a78fb64dd45d0ba4d347074b8c5d763f26e72");
  EXPECT_EQ(pixel_key(kContent, kDecoder, kFrames),
            "215b6e17e623d2832ccad487b521a03c626482f472936fc6d6d3b02a73963792");
  EXPECT_EQ(picture_key(kContent, kDecoder),
            "304e817ae42cc34d5a989a76fc3b81d48b603371db18701db5512af6dc3887a3");
  EXPECT_EQ(sample_digest_key(kContent, kDecoder, kFrames),
            "dcbf2c09926d6eee94d022bd29072a25b9f4788d5cd9533951cd71d0ec0c5c3e");
  EXPECT_EQ(frame_feature_key(encoder(), kContent, kDecoder, kFrames),
            "630779653cd0844e7a3e80ce8758d5b8919567a4c8c2e59edf4115cd60acc23d");
  EXPECT_EQ(clip_feature_key(clip_encoder(), kContent, kDecoder, kFrames),
            "a0ed2255e6bb44eee7cdd25fdc30b8409e1f92cb7f9da0ad4b538295264c5936");
  EXPECT_EQ(prediction_key(interpolator(), kContent, kDecoder),
            "c5b796eb90f242ad8800a018f9b8208bce8e9d6ef99d6f2fce44dd7c1d3b64c5");
  EXPECT_EQ(reference_key(encoder(), kContent, "black", false),
            "a17580cfcdec91a04f0e4971020798eff07f60ab4d5d2e1dead547dd12765e4d");
  EXPECT_EQ(reference_key(encoder(), kContent, "black", true),
            "0e8d7b67923f458c7c4ebe9c0a58ac446171b2e69180b465f6b267f1ea3a369a");
  EXPECT_EQ(reference_cells_key(kContent, "black", {0.5, 0.25, 0.125}),
            "0a5679270a2acebd1bbe5e5d6d40747277d9b570023a0ece64397c7b14280928");
  EXPECT_EQ(reference_cells_key(kContent, "mean", {0.5, 0.25, 0.125}),
            "db13f73f1d99adaa349a742736e3404084f270b79daf9bf0e45ae37905dce565");
  EXPECT_EQ(caption_key(encoder(), "A fox runs."),
            "f6f1480ce9048f341a43f97c006ba9f45d1e4f2db3340e37a128716f453e18e5");
  EXPECT_EQ(calibration_key("w0", "m cpu", 2),
            "af0fb5a0899bfa7978544edeaad9f493011fd3c64a5af049f53dad6f99acf205");
  EXPECT_EQ(file_hash_key("file", "identity"),
            "85b64963e7bb708c239fa6349eb14a5a48da7862a154bceb16d366eb316b47ba");
}

TEST(StoreKeys, ChangeWithEverythingThatTheFeaturesDependOn) {
  const std::vector<int> others{4, 14};
  std::set<std::string> keys{frame_feature_key(encoder(), "c", "d", kFrames),
                             frame_feature_key(encoder(), "x", "d", kFrames),
                             frame_feature_key(encoder(), "c", "x", kFrames),
                             frame_feature_key(encoder(), "c", "d", others)};
  const auto add = [&](auto change) {
    EncoderUse use = encoder();
    change(use);
    keys.insert(frame_feature_key(use, "c", "d", kFrames));
  };
  add([](auto& use) { use.preprocess = "x"; });
  add([](auto& use) { use.weights_sha256 = "x"; });
  add([](auto& use) { use.config_sha256 = "x"; });
  EXPECT_EQ(keys.size(), 7U);
}

TEST(StoreKeys, OfPredictionsChangeWithTheNetworkAndTheClip) {
  const InterpolatorUse network = interpolator();
  std::set<std::string> keys{prediction_key(network, "c", "d"), prediction_key(network, "x", "d"),
                             prediction_key(network, "c", "x")};
  const auto add = [&](auto change) {
    InterpolatorUse use = network;
    change(use);
    keys.insert(prediction_key(use, "c", "d"));
  };
  add([](auto& use) { use.weights_sha256 = "x"; });
  add([](auto& use) { use.preprocess = "x"; });
  add([](auto& use) { use.precision = models::Precision::tf32; });
  EXPECT_EQ(keys.size(), 6U);
  add([](auto& use) { use.role = "x"; });
  EXPECT_EQ(keys.size(), 6U);
}

TEST(StoreKeys, DoNotDependOnAnEncodersRole) {
  EncoderUse other = encoder();
  other.role = "another";
  EXPECT_EQ(frame_feature_key(other, "c", "d", kFrames),
            frame_feature_key(encoder(), "c", "d", kFrames));
}

TEST(StoreKeys, CellsDependOnTheMeanWhereItIsTheBackground) {
  EXPECT_NE(reference_cells_key("c", "mean", {0.5, 0.5, 0.5}),
            reference_cells_key("c", "mean", {0.5, 0.5, 0.48}));
  EXPECT_EQ(reference_cells_key("c", "black", {0.5, 0.5, 0.5}),
            reference_cells_key("c", "black", {0.5, 0.5, 0.48}));
}

}  // namespace
}  // namespace asbench::features
