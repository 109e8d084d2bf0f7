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
  plan.clip_encoder->role = "video";
  EXPECT_EQ(
      pin_overrides(plan),
      (std::vector<std::string>{"weights of video: config.json differs from the pinned file"}));
}

}  // namespace
}  // namespace asbench::features
