#include "models/lora/adapter_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/encoders/config_reader.h"

namespace asbench::models {
namespace {

bool says_nothing(const Json& value) {
  return value.is_null() || value == false ||
         ((value.is_object() || value.is_array()) && value.empty());
}

// What would make other weights than W + scale * (B A).
void refuse_other_adapters(const ConfigReader& reader, const Json& config) {
  if (reader.text("peft_type", "LORA") != "LORA")
    reader.refuse("peft_type", "only LORA is supported");
  if (reader.text("bias", "none") != "none") reader.refuse("bias", "only none is supported");
  for (const char* const field : {"rank_pattern", "alpha_pattern", "lora_bias", "fan_in_fan_out",
                                  "modules_to_save", "layer_replication", "trainable_token_indices",
                                  "target_parameters", "alora_invocation_tokens"}) {
    if (const Json* const value = reader.find(field); value != nullptr && !says_nothing(*value))
      reader.refuse(field, "it is not supported");
  }
  for (const auto& [field, value] : config.items()) {
    // Variants of LoRA have a switch or a configuration of their own; EVA's only chooses where
    // training starts.
    const bool of_a_variant = (field.starts_with("use_") && field != "use_rslora") ||
                              (field.ends_with("_config") && field != "eva_config");
    if (of_a_variant && !says_nothing(value)) reader.refuse(field.c_str(), "it is not supported");
  }
  // PiSSA, OLoRA, LoftQ and CorDA train against other base weights than the published ones.
  constexpr std::array<const char*, 3> kHarmless = {"gaussian", "eva", "orthogonal"};
  const Json* const start = reader.find("init_lora_weights");
  if (start != nullptr && !start->is_boolean() &&
      std::none_of(kHarmless.begin(), kHarmless.end(),
                   [&](const char* name) { return *start == name; })) {
    reader.refuse("init_lora_weights", "it changes the base weights, which is not supported");
  }
}

}  // namespace

double AdapterConfig::scale() const {
  const auto r = static_cast<double>(rank);
  return alpha / (rank_stabilised ? std::sqrt(r) : r);
}

bool AdapterConfig::is_target(std::string_view module) const {
  return !targets || std::any_of(targets->begin(), targets->end(), [&](const std::string& target) {
    return module == target || module.ends_with("." + target);
  });
}

AdapterConfig parse_adapter_config(const Json& config, std::string_view where) {
  const ConfigReader reader(config, std::string(where));
  refuse_other_adapters(reader, config);
  AdapterConfig adapter;
  if (reader.find("r") == nullptr) reader.refuse("r", "the rank is needed");
  if (reader.find("lora_alpha") == nullptr) reader.refuse("lora_alpha", "a number is needed");
  adapter.rank = reader.size("r", 1);
  adapter.alpha = reader.number("lora_alpha", 0.0);
  adapter.rank_stabilised = reader.flag("use_rslora", false);
  const Json* const targets = reader.find("target_modules");
  if (targets != nullptr && targets->is_array()) {
    adapter.targets.emplace();
    for (const Json& target : *targets) {
      if (!target.is_string()) reader.refuse("target_modules", "names of modules are needed");
      adapter.targets->push_back(target.get<std::string>());
    }
  }
  return adapter;
}

}  // namespace asbench::models
