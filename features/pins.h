#pragma once

#include <string>
#include <vector>

#include "features/extraction_plan.h"

namespace asbench::features {

/// Overrides of a result document for roles whose files are not the pinned ones: "weights of clip:
/// model.safetensors differs from the pinned file". Empty where every role is pinned or has no pin.
[[nodiscard]] std::vector<std::string> pin_overrides(const ExtractionPlan& plan);

}  // namespace asbench::features
