#include "features/pins.h"

#include <fmt/format.h>

namespace asbench::features {
namespace {

constexpr const char* kVideoRole = "video";

void add_pin(Json& role, const models::PinVerdict& pin) {
  role["pin"] = models::to_string(pin.status);
  if (pin.status == models::PinVerdict::Status::differs) {
    role["pin_difference"] = {
        {"file", pin.file}, {"expected_sha256", pin.expected}, {"found_sha256", pin.found}};
  }
  if (pin.overridden_revision) role["overridden_revision"] = *pin.overridden_revision;
}

}  // namespace

std::vector<std::string> pin_overrides(const ExtractionPlan& plan) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& role, const models::PinVerdict& pin) {
    if (pin.status != models::PinVerdict::Status::differs) return;
    lines.push_back(fmt::format("weights of {}: {}", role, models::describe(pin)));
  };
  for (const auto& use : plan.encoders) add(use.role, use.pin);
  if (plan.clip_encoder) add(kVideoRole, plan.clip_encoder->pin);
  return lines;
}

void add_pins(Json& weights, const ExtractionPlan& plan) {
  for (const auto& use : plan.encoders) add_pin(weights[use.role], use.pin);
  if (plan.clip_encoder) add_pin(weights[kVideoRole], plan.clip_encoder->pin);
}

}  // namespace asbench::features
