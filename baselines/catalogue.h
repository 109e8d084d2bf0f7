#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace asbench::baselines {

/// A built-in system, as configs/baselines/<name>.json describes it (schema baseline.schema.json).
struct BaselineInfo {
  std::string name;
  std::string kind;     ///< "training-free", or "network": it needs a model's weights
  std::string does;     ///< how it makes its shots
  std::string bounds;   ///< what its score tells about others'
  std::string exploit;  ///< the metric that it games and the control that catches it; empty where
                        ///< it games none
  std::vector<std::string> needs;  ///< "reference", "clips", "source", ...
  Json parameters;                 ///< numbers that its generator reads
};

/// All of them, by name. @throws InternalError for a file that does not fit the schema.
[[nodiscard]] std::vector<BaselineInfo> list_baselines();

/// Whether it is made by networks (baselines/animeshooter_gen) and not by a Generator.
[[nodiscard]] bool is_network(const BaselineInfo& info);

/// @throws UsageError that lists the names.
[[nodiscard]] BaselineInfo find_baseline(std::string_view name);

}  // namespace asbench::baselines
