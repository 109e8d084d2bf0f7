#include "document/signature.h"

#include <gtest/gtest.h>

namespace asbench::document {
namespace {

TEST(Signature, NamesItsFieldsInTheOrderOfTheDefinition) {
  SignatureFields fields;
  fields.metric = "clip_i@1";
  fields.encoders.push_back({"openai/clip-vit-base-patch32", "0a1b2c3d4e5f", "hf[short224]"});
  fields.frames = "midpoint:5";
  fields.background = "black";
  fields.references = "mean";
  fields.aggregation = "frame>shot>story";
  fields.missing = "zero";
  fields.dtype = "float32";
  EXPECT_EQ(signature_line(fields),
            "clip_i@1 | enc=openai/clip-vit-base-patch32#0a1b2c3d | prep=hf[short224] | "
            "frames=midpoint:5 | bg=black | "
            "refs=mean | agg=frame>shot>story | missing=zero | dtype=float32");
}

TEST(Signature, SaysWhenAnEncoderIsForTheDemoOnly) {
  SignatureFields fields;
  fields.metric = "clip_i@1";
  fields.encoders.push_back({"asbench/mini-clip", "0a1b2c3d4e5f", "hf[squash64]", true});
  EXPECT_EQ(signature_line(fields),
            "clip_i@1 | enc=asbench/mini-clip#0a1b2c3d (demo encoder) | prep=hf[squash64]");
}

TEST(Signature, LeavesOutWhatDoesNotApplyAndNamesASubset) {
  SignatureFields fields;
  fields.metric = "motion@1";
  fields.frames = "midpoint:5";
  fields.subset = "2of5#abcdef01";
  EXPECT_EQ(signature_line(fields), "motion@1 | frames=midpoint:5 | subset=2of5#abcdef01");
}

}  // namespace
}  // namespace asbench::document
