#include "models/samplers/noise_schedule.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace asbench::models {
namespace {

// Even spacing with both ends exact: the second half counts from the end.
std::vector<double> even_spacing(double first, double last, std::int64_t count) {
  const double step = (last - first) / static_cast<double>(count - 1);
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(i < count / 2 ? first + step * static_cast<double>(i)
                                   : last - step * static_cast<double>(count - 1 - i));
  }
  return values;
}

// Shifts and stretches sqrt(a) so that its last value is 0 and its first stays.
void end_at_zero(std::vector<double>& alphas) {
  const double first = std::sqrt(alphas.front());
  const double last = std::sqrt(alphas.back());
  for (double& a : alphas) {
    const double root = (std::sqrt(a) - last) * (first / (first - last));
    a = root * root;
  }
}

}  // namespace

std::vector<double> alphas_cumprod(const SchedulerConfig& config) {
  std::vector<double> alphas =
      even_spacing(std::sqrt(config.beta_start), std::sqrt(config.beta_end), config.train_steps);
  double product = 1.0;
  for (double& value : alphas) {
    product *= 1.0 - value * value;
    value = product;
  }
  for (double& a : alphas) a /= config.snr_shift + (1.0 - config.snr_shift) * a;
  if (config.zero_terminal_snr) end_at_zero(alphas);
  return alphas;
}

// Note [The published list of times]
// It is made by a function that steps from `train_steps` down to 0 in double and whose number of
// values is ceil(train_steps / step), where step itself is a rounded quotient: for 62 numbers of
// steps up to 1000 that is one too many. Its values are first + i * d, where d is the difference of
// the first two values and so carries their rounding: it decides how ties are rounded.
StepCount classify_steps(std::int64_t steps, std::int64_t train_steps) {
  if (steps < 1 || steps > train_steps) return StepCount::unusable;
  const auto count = static_cast<double>(steps);
  const auto all = static_cast<double>(train_steps);
  if (std::ceil(all / (all / count)) != count) return StepCount::unusable;
  return train_steps % steps == 0 ? StepCount::even : StepCount::uneven;
}

std::vector<std::int64_t> trailing_timesteps(std::int64_t steps, std::int64_t train_steps,
                                             UnevenSteps uneven) {
  switch (classify_steps(steps, train_steps)) {
    case StepCount::even:
      break;
    case StepCount::uneven:
      if (uneven == UnevenSteps::allow) break;
      throw UsageError(
          fmt::format("{} steps don't divide the {} times that the network was trained for, so "
                      "that steps would "
                      "overlap slightly; take a number that does (50), or --allow-uneven-steps",
                      steps, train_steps));
    case StepCount::unusable:
      if (steps >= 1 && steps <= train_steps) {
        throw UsageError(fmt::format(
            "{} steps: the published list of times has {} entries for this number, so there is "
            "nothing to agree with; take another number, such as 50",
            steps, steps + 1));
      }
      throw UsageError(
          fmt::format("{} steps: a number from 1 to {} is needed", steps, train_steps));
  }
  const auto all = static_cast<double>(train_steps);
  const double second = all - all / static_cast<double>(steps);
  const double step = second - all;
  std::vector<std::int64_t> times;
  for (std::int64_t i = 0; i < steps; ++i) {
    const double value = i == 1 ? second : all + static_cast<double>(i) * step;
    times.push_back(static_cast<std::int64_t>(std::nearbyint(value)) - 1);  // half to even
  }
  return times;
}

NoiseSchedule::NoiseSchedule(const SchedulerConfig& config, std::int64_t steps, UnevenSteps uneven)
    : alphas_(alphas_cumprod(config)),
      timesteps_(trailing_timesteps(steps, config.train_steps, uneven)),
      length_(config.train_steps / steps),
      final_alpha_(config.ends_at_one ? 1.0 : alphas_.front()) {}

double NoiseSchedule::alpha(std::size_t i) const {
  return alphas_[static_cast<std::size_t>(timesteps_.at(i))];
}

double NoiseSchedule::next_alpha(std::size_t i) const {
  return leads_before_zero(i) ? final_alpha_
                              : alphas_[static_cast<std::size_t>(timesteps_.at(i) - length_)];
}

bool NoiseSchedule::leads_before_zero(std::size_t i) const {
  return timesteps_.at(i) < length_;
}

}  // namespace asbench::models
