#include "features/pins.h"

#include <fmt/format.h>

namespace asbench::features {

std::vector<std::string> pin_overrides(const ExtractionPlan& plan) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& role, const models::PinVerdict& pin) {
    if (!differs_from_pin(pin)) return;
    lines.push_back(fmt::format("weights of {}: {}", role, models::describe(pin)));
  };
  for (const auto& use : plan.encoders) add(use.role, use.pin);
  if (plan.clip_encoder) add(plan.clip_encoder->role, plan.clip_encoder->pin);
  if (plan.interpolator) add(plan.interpolator->role, plan.interpolator->pin);
  return lines;
}

std::string pin_status(const models::PinVerdict& pin) {
  return std::string(models::to_string(pin.status));
}

bool differs_from_pin(const models::PinVerdict& pin) {
  return pin.status == models::PinVerdict::Status::differs;
}

}  // namespace asbench::features
