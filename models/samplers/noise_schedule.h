#pragma once

#include <cstdint>
#include <vector>

#include "models/samplers/scheduler_config.h"

namespace asbench::models {

/// The share of signal (squared) that is left at each time of training, in double
/// (docs/design/animeshootergen.md 5): a[t] = prod (1 - beta), shifted by `snr_shift`, the last one
/// 0 with `zero_terminal_snr`. Agrees with diffusers 0.42.1 to 1e-12.
/// @returns [train_steps], not growing
[[nodiscard]] std::vector<double> alphas_cumprod(const SchedulerConfig& config);

/// What a number of steps means to the published list of times.
enum class StepCount {
  even,    ///< divides the times of training: steps of equal length
  uneven,  ///< does not: the list and the length of a step (rounded down) disagree slightly
  /// No steps, more steps than times, or one of the numbers (62 of those up to 1000: 61, 103, 121,
  /// …) for which the published list comes out one longer than asked for.
  unusable,
};
[[nodiscard]] StepCount classify_steps(std::int64_t steps, std::int64_t train_steps);

enum class UnevenSteps { refuse, allow };

/// The times at which the network is asked, "trailing": the last time of training first.
/// @returns [steps], falling
/// @throws UsageError for unusable numbers of steps, and unless they are allowed for uneven ones.
[[nodiscard]] std::vector<std::int64_t> trailing_timesteps(std::int64_t steps,
                                                           std::int64_t train_steps,
                                                           UnevenSteps uneven);

/// The steps of one run: where each begins and what it leads to. Immutable.
class NoiseSchedule {
 public:
  /// @throws UsageError as trailing_timesteps().
  NoiseSchedule(const SchedulerConfig& config, std::int64_t steps,
                UnevenSteps uneven = UnevenSteps::refuse);

  [[nodiscard]] std::size_t steps() const { return timesteps_.size(); }
  /// [steps], falling: what the network is given.
  [[nodiscard]] const std::vector<std::int64_t>& timesteps() const { return timesteps_; }
  /// [train_steps]
  [[nodiscard]] const std::vector<double>& alphas() const { return alphas_; }

  /// The table's value where step i begins.
  [[nodiscard]] double alpha(std::size_t i) const;
  /// The table's value where step i leads: train_steps / steps (**rounded down**) earlier, which
  /// for uneven steps is not where the next one begins.
  [[nodiscard]] double next_alpha(std::size_t i) const;
  /// Whether step i leads before time 0. The last of uneven steps may not.
  [[nodiscard]] bool leads_before_zero(std::size_t i) const;

 private:
  std::vector<double> alphas_;
  std::vector<std::int64_t> timesteps_;
  std::int64_t length_ = 0;
  double final_alpha_ = 1.0;
};

}  // namespace asbench::models
