#pragma once

// Shared by the loaders of this folder; not a public header.

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "models/layers/placement.h"
#include "models/layers/runtime.h"
#include "models/weights/state_dict.h"

namespace asbench::models {

/// Loads a network from a checkpoint and checks that every tensor found its place. A configuration
/// that doesn't fit the file can also make sizes that memory doesn't hold; the keys that don't fit
/// are then the better message.
/// @param layers_field  what config.json calls the number of layers
template <typename Load>
auto load_strictly(const Checkpoint& checkpoint, std::int64_t layers,
                   const std::vector<std::string>& ignorable, Load load,
                   const char* layers_field = "num_hidden_layers") {
  const InferenceScope scope;
  StateDict weights = StateDict::load(checkpoint);
  if (layers > static_cast<std::int64_t>(weights.names().size())) {
    throw BadInput(fmt::format("config.json of {}: {} is {}, but the weights hold only {} tensors",
                               checkpoint.id, layers_field, layers, weights.names().size()));
  }
  try {
    auto tower = load(weights);
    weights.finish(ignorable);
    return tower;
  } catch (const c10::Error&) {
    weights.finish(ignorable);
    rethrow_torch_error(fmt::format("{}: loading", checkpoint.id));
  }
}

/// A loaded network to where it will run, whichever stream then runs it.
template <typename Network>
void place(Network& network, const std::string& id, const Placement& placement) {
  const InferenceScope scope;
  try {
    move_to(network, placement);
    synchronize(placement.device);
  } catch (const c10::Error&) {
    rethrow_torch_error(fmt::format("{}: loading onto {}", id, placement.device.str()));
  }
}

}  // namespace asbench::models
