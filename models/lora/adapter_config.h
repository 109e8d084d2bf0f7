#pragma once

// How PEFT describes an adapter; not a public header.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace asbench::models {

struct AdapterConfig {
  std::int64_t rank = 0;
  double alpha = 0.0;
  bool rank_stabilised = false;  ///< use_rslora: the scale is alpha / sqrt(rank)
  /// Names or ends of names of the modules; absent where a pattern is given.
  std::optional<std::vector<std::string>> targets;

  /// alpha / rank, or alpha / sqrt(rank).
  [[nodiscard]] double scale() const;
  /// Whether `module` is among the targets, as PEFT counts: "a.b.to_q" ends in ".to_q".
  [[nodiscard]] bool is_target(std::string_view module) const;
};

/// From adapter_config.json, or from what diffusers writes into a file's metadata.
/// @param where  file, for messages
/// @throws BadInput naming a field that changes the weights in a way that isn't implemented: DoRA
///         and every other `use_*` or `*_config`, biases, patterns of ranks and alphas,
///         initialisations that change the base weights.
[[nodiscard]] AdapterConfig parse_adapter_config(const Json& config, std::string_view where);

}  // namespace asbench::models
