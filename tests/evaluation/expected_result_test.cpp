#include "evaluation/expected_result.h"

#include <gtest/gtest.h>

namespace asbench::evaluation {
namespace {

document::Signature expected() {
  document::Signature signature;
  signature.metric = "fvd@1";
  signature.encoders = {{.id = "i3d", .weights_sha256 = "0a1b2c3d4e5f", .profile = "stylegan-v"}};
  signature.missing = "fail";
  return signature;
}

TEST(MayBeEqual, ComparesWhatIsKnown) {
  EXPECT_TRUE(
      may_be_equal(expected(), "fvd@1 | enc=i3d#0a1b2c3d | prep=stylegan-v | missing=fail"));
  EXPECT_TRUE(may_be_equal(expected(),
                           "fvd@1 | enc=i3d#0a1b2c3d | prep=stylegan-v | missing=fail | real=x#1 | "
                           "N=12/8 | clip=16x1@8 | ddof=0 | k=5"))
      << "only the clips tell these";
  for (const char* other : {"fvd@2 | enc=i3d#0a1b2c3d | prep=stylegan-v | missing=fail",
                            "fvd@1 | enc=i3d#ffffffff | prep=stylegan-v | missing=fail",
                            "fvd@1 | enc=i3d#0a1b2c3d | prep=cmv | missing=fail",
                            "fvd@1 | enc=i3d#0a1b2c3d | prep=stylegan-v | missing=zero",
                            "fvd@1 | enc=i3d#0a1b2c3d | prep=stylegan-v | missing=fail | subset=1",
                            "fvd@1 | enc=i3d#0a1b2c3d | prep=stylegan-v | missing=fail | odd=1"})
    EXPECT_FALSE(may_be_equal(expected(), other)) << other;
}

TEST(MayBeEqual, ComparesATrainingSetWhoseHashIsKnown) {
  auto signature = expected();
  const std::string line = signature.line() + " | train=set#11111111";
  EXPECT_TRUE(may_be_equal(signature, line));
  signature.training = "set#11111111";
  EXPECT_TRUE(may_be_equal(signature, line));
  signature.training = "set#22222222";
  EXPECT_FALSE(may_be_equal(signature, line));
}

}  // namespace
}  // namespace asbench::evaluation
