#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/json.h"

namespace asbench::models {

/// The published samplers that a scheduler_config.json may name.
enum class SamplerKind {
  ddim,  ///< `CogVideoXDDIMScheduler`: no noise after the first draw
  dpm,   ///< `CogVideoXDPMScheduler`: second order, fresh noise in every step
};

/// How much noise the latents hold at each time the network was trained for. Plain data, checked.
/// Defaults are those of diffusers 0.42.1 for fields that a file leaves out
/// (docs/design/animeshootergen.md 5).
struct SchedulerConfig {
  std::int64_t train_steps = 1000;  ///< `num_train_timesteps`
  double beta_start = 0.00085;
  double beta_end = 0.012;
  double snr_shift = 3.0;          ///< `snr_shift_scale`: 3 for the 2B model, 1 for the 5B models
  bool zero_terminal_snr = false;  ///< `rescale_betas_zero_snr`: nothing but noise at the end
  bool ends_at_one = true;         ///< `set_alpha_to_one`: no noise at all before time 0
  std::optional<SamplerKind> sampler;  ///< `_class_name`, where the file has one
  /// What the file says instead of trailing, under OtherSpacing::replace.
  std::optional<std::string> replaced_spacing = {};
};

/// What becomes of a `timestep_spacing` that is linspace or leading. Published CogVideoX folders
/// have been seen with linspace; their authors' script runs them with trailing whatever they say.
enum class OtherSpacing { refuse, replace };

/// Reads a scheduler_config.json strictly. `prediction_type` must be v_prediction,
/// `timestep_spacing` trailing and `clip_sample` false; the published defaults of these three are
/// others, so a file without them is refused too. `beta_schedule` must be scaled_linear,
/// `trained_betas` null.
/// @param where  what to call the file in messages
/// @throws BadInput naming the field, its value and what is allowed; also for a field that nobody
///         knows.
[[nodiscard]] SchedulerConfig parse_scheduler_config(const Json& config, const std::string& where,
                                                     OtherSpacing other = OtherSpacing::refuse);

/// parse_scheduler_config() of `folder`/scheduler_config.json. @throws as read_json_file() too.
[[nodiscard]] SchedulerConfig read_scheduler_config(const std::filesystem::path& folder,
                                                    OtherSpacing other = OtherSpacing::refuse);

}  // namespace asbench::models
