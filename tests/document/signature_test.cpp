#include "document/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asbench::document {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr const char* kReference =
    "clip_i@1 | enc=openai/clip-vit-base-patch32#0a1b2c3d | prep=hf[short224] | "
    "frames=midpoint:5 | bg=black | refs=mean | agg=frame>shot>story | missing=zero | "
    "dtype=float32";

Signature reference() {
  Signature signature;
  signature.metric = "clip_i@1";
  signature.encoders.push_back({"openai/clip-vit-base-patch32", "0a1b2c3d4e5f", "hf[short224]"});
  signature.frames = "midpoint:5";
  signature.background = "black";
  signature.references = "mean";
  signature.aggregation = "frame>shot>story";
  signature.missing = "zero";
  signature.dtype = "float32";
  return signature;
}

TEST(Signature, NamesItsFieldsInTheOrderOfTheDefinition) {
  EXPECT_EQ(reference().line(), kReference);
}

TEST(Signature, SaysWhenAnEncoderIsForTheDemoOnly) {
  Signature signature;
  signature.metric = "clip_i@1";
  signature.encoders.push_back({"asbench/mini-clip", "0a1b2c3d4e5f", "hf[squash64]", true});
  EXPECT_EQ(signature.line(),
            "clip_i@1 | enc=asbench/mini-clip#0a1b2c3d (demo encoder) | prep=hf[squash64]");
}

TEST(Signature, LeavesOutWhatDoesNotApplyAndNamesASubset) {
  Signature signature;
  signature.metric = "motion@1";
  signature.frames = "midpoint:5";
  signature.subset = "2of5#abcdef01";
  EXPECT_EQ(signature.line(), "motion@1 | frames=midpoint:5 | subset=2of5#abcdef01");
}

TEST(Signature, ParsesWhatItWrites) {
  Signature signature = reference();
  signature.encoders.push_back({"asbench/mini-dino", "ffffffff", "hf[squash64]", true});
  signature.encoders.push_back({"bare", "", ""});
  signature.text = "narrative";
  signature.thresholds = {{"frozen_below", "0.002"}, {"copy_share", "0.5:50"}};
  signature.training = "train#01234567";
  signature.real = "real#89abcdef";
  signature.counts = "800/640";
  signature.clip = "16x1@8";
  signature.ddof = "1";
  signature.neighbours = "5";
  signature.subset = "2of5#abcdef01";
  Signature expected = signature;
  for (auto& encoder : expected.encoders)
    encoder.weights_sha256.resize(std::min<std::size_t>(encoder.weights_sha256.size(), 8));
  const Signature parsed = Signature::parse(signature.line());
  EXPECT_TRUE(parsed == expected) << parsed.line();
  EXPECT_EQ(parsed.line(), signature.line());
}

TEST(Signature, KeepsAFieldThatOccursTwice) {
  const std::string line = "clip_i@1 | frames=midpoint:5 | frames=ends:3";
  EXPECT_EQ(Signature::parse(line).line(), line);
  EXPECT_EQ(Signature::parse(line).frames, "midpoint:5");
}

TEST(Signature, ParsesAnyText) {
  for (const char* text :
       {"", "x", " | ", "a | b", "a | =b | c=", "m@1 | enc=no hash | prep=p | prep=q",
        "m@1 | enc=a#0123456789abcdef", "m@1 | frames=a | frames=b", "m | agg=x | frames=y"}) {
    const Signature once = Signature::parse(text);
    EXPECT_EQ(Signature::parse(once.line()).by_name(), once.by_name()) << text;
  }
}

TEST(Signature, GivesItsFieldsByName) {
  EXPECT_THAT(
      Signature::parse("faithful@2 | enc=a#00 | prep=p | enc=b#11 | prep=q | frames=ends:5 | odd")
          .by_name(),
      ElementsAre(Pair("enc", "a#00b#11"), Pair("frames", "ends:5"), Pair("odd", "odd"),
                  Pair("prep", "pq"), Pair("version", "faithful@2")));
}

TEST(Signature, KeepsFieldsThatItDoesNotKnow) {
  const Signature parsed = Signature::parse("m@3 | later=1 | missing=fail");
  EXPECT_THAT(parsed.thresholds, ElementsAre(Pair("later", "1")));
  EXPECT_EQ(parsed.line(), "m@3 | later=1 | missing=fail");
}

}  // namespace
}  // namespace asbench::document
