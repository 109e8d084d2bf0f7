#include "features/pins.h"

#include <fmt/format.h>

namespace asbench::features {
std::vector<std::string> pin_overrides(const ExtractionPlan& plan) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& role, const models::PinVerdict& pin) {
    if (pin.status != models::PinVerdict::Status::differs) return;
    lines.push_back(fmt::format("weights of {}: {}", role, models::describe(pin)));
  };
  for (const auto& use : plan.encoders) add(use.role, use.pin);
  if (plan.clip_encoder) add(plan.clip_encoder->role, plan.clip_encoder->pin);
  return lines;
}

}  // namespace asbench::features
