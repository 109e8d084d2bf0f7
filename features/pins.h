#pragma once

#include <string>
#include <vector>

#include "features/extraction_plan.h"
#include "models/weights/pin.h"

namespace asbench::features {

/// Overrides of a result document for roles whose files are not the pinned ones: "weights of clip:
/// model.safetensors differs from the pinned file". Empty where every role is pinned or has no pin.
[[nodiscard]] std::vector<std::string> pin_overrides(const ExtractionPlan& plan);

/// The `pin` member of an EncoderUse or ClipEncoderUse, for callers that may not use models/: the
/// status by its name in a result document, and whether the files are not the pinned ones.
[[nodiscard]] std::string pin_status(const models::PinVerdict& pin);
[[nodiscard]] bool differs_from_pin(const models::PinVerdict& pin);

}  // namespace asbench::features
