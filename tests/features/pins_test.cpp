// What a result document says of files that are, or are not, the published ones.
#include "features/pins.h"

#include <gtest/gtest.h>

namespace asbench::features {
namespace {

using Status = models::PinVerdict::Status;

EncoderUse use_of(const std::string& role, const models::PinVerdict& pin) {
  EncoderUse use;
  use.role = role;
  use.pin = pin;
  return use;
}

models::PinVerdict difference() {
  return {.status = Status::differs, .file = "config.json", .expected = "aa", .found = "bb"};
}

TEST(Pins, OnlyRolesThatDifferAreOverrides) {
  ExtractionPlan plan;
  plan.encoders = {use_of("a", {.status = Status::pinned}), use_of("b", difference()),
                   use_of("c", {})};
  EXPECT_EQ(pin_overrides(plan),
            (std::vector<std::string>{"weights of b: config.json differs from the pinned file"}));
  plan.encoders.erase(plan.encoders.begin() + 1);
  EXPECT_TRUE(pin_overrides(plan).empty());
}

TEST(Pins, TheVideoNetworkCountsToo) {
  ExtractionPlan plan;
  plan.clip_encoder.emplace().pin = difference();
  EXPECT_EQ(
      pin_overrides(plan),
      (std::vector<std::string>{"weights of video: config.json differs from the pinned file"}));
}

TEST(Pins, ProvenanceHasTheVerdictOfEachRole) {
  ExtractionPlan plan;
  models::PinVerdict overridden = difference();
  overridden.overridden_revision = "refs/pr/3";
  plan.encoders = {use_of("a", {.status = Status::pinned}), use_of("b", overridden),
                   use_of("c", {})};
  Json weights = {{"a", {{"id", "org/name"}}}};
  add_pins(weights, plan);
  EXPECT_EQ(weights.at("a").at("id"), "org/name");
  EXPECT_EQ(weights.at("a").at("pin"), "pinned");
  EXPECT_FALSE(weights.at("a").contains("pin_difference"));
  EXPECT_EQ(weights.at("b").at("pin"), "differs");
  EXPECT_EQ(weights.at("b").at("pin_difference").at("file"), "config.json");
  EXPECT_EQ(weights.at("b").at("pin_difference").at("expected_sha256"), "aa");
  EXPECT_EQ(weights.at("b").at("pin_difference").at("found_sha256"), "bb");
  EXPECT_EQ(weights.at("b").at("overridden_revision"), "refs/pr/3");
  EXPECT_EQ(weights.at("c").at("pin"), "not pinned");
}

}  // namespace
}  // namespace asbench::features
