#include "models/samplers/scheduler_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.h"
#include "models/encoders/config_reader.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kMostTrainSteps = 1'000'000;

/// The three at the end have no effect here: an offset of another spacing, the ranges of clipping
/// and of thresholding.
constexpr std::array<std::string_view, 14> kFields = {
    "num_train_timesteps",    "beta_start",       "beta_end",         "beta_schedule",
    "trained_betas",          "snr_shift_scale",  "set_alpha_to_one", "clip_sample",
    "rescale_betas_zero_snr", "prediction_type",  "timestep_spacing", "steps_offset",
    "clip_sample_range",      "sample_max_value",
};

void refuse_unknown_fields(const Json& config, const std::string& where) {
  for (const auto& [name, value] : config.items()) {
    // Names that begin with _ are the writer's notes: _class_name, _diffusers_version.
    if (name.starts_with('_') || std::find(kFields.begin(), kFields.end(), name) != kFields.end()) {
      continue;
    }
    throw BadInput(
        fmt::format("{}: {} is no field of this scheduler's configuration", where, name));
  }
}

void require_text(const ConfigReader& reader, const char* field, const char* fallback,
                  const char* supported) {
  if (reader.text(field, fallback) != supported) {
    reader.refuse(field, fmt::format("only {} is supported, and a file without this field means {}",
                                     supported, fallback));
  }
}

std::optional<SamplerKind> stated_sampler(const ConfigReader& reader) {
  if (reader.find("_class_name") == nullptr) return std::nullopt;
  const std::string name = reader.text("_class_name", "");
  if (name == "CogVideoXDDIMScheduler") return SamplerKind::ddim;
  if (name == "CogVideoXDPMScheduler") return SamplerKind::dpm;
  reader.refuse("_class_name", "CogVideoXDDIMScheduler and CogVideoXDPMScheduler are supported");
}

}  // namespace

SchedulerConfig parse_scheduler_config(const Json& config, const std::string& where,
                                       OtherSpacing other) {
  const ConfigReader reader(config, where);
  refuse_unknown_fields(config, where);
  require_text(reader, "beta_schedule", "scaled_linear", "scaled_linear");
  require_text(reader, "prediction_type", "epsilon", "v_prediction");
  const std::string spacing = reader.text("timestep_spacing", "leading");
  const bool replaced =
      other == OtherSpacing::replace && (spacing == "linspace" || spacing == "leading");
  if (!replaced) require_text(reader, "timestep_spacing", "leading", "trailing");
  if (reader.flag("clip_sample", true)) {
    reader.refuse("clip_sample",
                  "only false is supported, and a file without this field means true");
  }
  if (reader.find("trained_betas") != nullptr) {
    reader.refuse("trained_betas", "only null is supported");
  }
  SchedulerConfig result;
  if (replaced) result.replaced_spacing = spacing;
  result.sampler = stated_sampler(reader);
  result.train_steps = reader.size("num_train_timesteps", result.train_steps);
  if (result.train_steps < 2 || result.train_steps > kMostTrainSteps) {
    reader.refuse("num_train_timesteps",
                  fmt::format("a number from 2 to {} is needed", kMostTrainSteps));
  }
  result.beta_start = reader.number("beta_start", result.beta_start);
  result.beta_end = reader.number("beta_end", result.beta_end);
  if (result.beta_start == 0.0) reader.refuse("beta_start", "a number above 0 is needed");
  if (result.beta_end < result.beta_start || result.beta_end >= 1.0) {
    reader.refuse(
        "beta_end",
        fmt::format("a number below 1 and not below beta_start, {}, is needed", result.beta_start));
  }
  result.snr_shift = reader.number("snr_shift_scale", result.snr_shift);
  if (result.snr_shift == 0.0) reader.refuse("snr_shift_scale", "a number above 0 is needed");
  result.zero_terminal_snr = reader.flag("rescale_betas_zero_snr", result.zero_terminal_snr);
  result.ends_at_one = reader.flag("set_alpha_to_one", result.ends_at_one);
  return result;
}

SchedulerConfig read_scheduler_config(const std::filesystem::path& folder, OtherSpacing other) {
  const std::filesystem::path path = folder / "scheduler_config.json";
  return parse_scheduler_config(read_json_file(path), path.string(), other);
}

}  // namespace asbench::models
