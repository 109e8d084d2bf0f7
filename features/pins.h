#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "features/extractor.h"

namespace asbench::features {

/// Overrides of a result document for roles whose files are not the pinned ones: "weights of clip:
/// model.safetensors differs from the pinned file". Empty where every role is pinned or has no pin.
[[nodiscard]] std::vector<std::string> pin_overrides(const ExtractionPlan& plan);

/// Adds to `weights`, which is `provenance.weights` of a result document, for every role `pin`
/// ("pinned", "differs", "not pinned"), and where it differs `pin_difference` (file, expected and
/// found SHA-256), where the fetch overrode the pinned revision `overridden_revision`.
void add_pins(Json& weights, const ExtractionPlan& plan);

}  // namespace asbench::features
