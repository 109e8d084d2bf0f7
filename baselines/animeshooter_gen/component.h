#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/layers/placement.h"

namespace asbench::baselines {

/// One part of a generator's model folder on given tensors, so that parity with the published
/// implementations can be checked from outside (docs/design/animeshootergen.md 8, which has the
/// names, shapes and types of all tensors).
struct ComponentRequest {
  std::string name;             ///< one of component_names()
  std::filesystem::path model;  ///< folder; its manifest says where the part is, if it has one
  std::filesystem::path in;     ///< safetensors: exactly the tensors that the part takes
  std::filesystem::path out;    ///< safetensors: exactly those that it gives
  models::Placement placement = c10::DeviceType::CPU;
};

/// transformer, vae_decoder, …
[[nodiscard]] const std::vector<std::string>& component_names();

/// Reads the part's own folder alone. Nothing is written before everything is computed.
/// @throws UsageError for an unknown name; BadInput for tensors that are missing, too many or of
///         another form, and what the part's loader refuses.
void run_component(const ComponentRequest& request);

}  // namespace asbench::baselines
