#include "reports/comparison/test_power.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "core/student_t.h"
#include "reports/comparison/critical_shift.h"

namespace asbench {

/// Noise around the mean of the IPs whose standard deviation over the IPs is 1.
struct Noise {
  double critical = 0.0;  ///< the shift above which the test rejects it
  double mean = 0.0;      ///< its T: 0 where all IPs have as many stories
};

/// Normal noise is a direction and, independent of it, a length. All that a test makes of it grows
/// with the length, so few directions suffice.
struct NoiseDraws {
  double clusters = 0.0;
  double drawn = 0.0;
  std::vector<Noise> directions;  ///< means of groups with similar critical shifts
  std::vector<double> lengths;    ///< standard deviations over the IPs, means of groups
};

/// Standard errors that comparisons show when the standard deviation of an IP's mean is 1.
struct SpreadDraws {
  std::vector<double> errors;  ///< means of groups of similar ones
  double variation = 0.0;      ///< their standard deviation over their mean
};

namespace {

constexpr std::size_t kClustersInDirections = 8'000;  ///< 1,000 directions of 8 IPs
constexpr std::size_t kFewestDirections = 100;
constexpr std::size_t kDirectionGroups = 40;
constexpr std::size_t kClustersInSpreads = 32'000;
constexpr std::size_t kFewestSpreads = 400;
constexpr std::size_t kSpreadGroups = 16;
/// Beyond so many IPs critical shifts in standard errors hardly change any more.
constexpr int kMostSimulated = 1000;
constexpr int kMostClusters = 1'000'000;
constexpr double kShiftTolerance = 0.002;  ///< of a critical shift, in standard errors
constexpr double kAsGoodAsNormal = 1e6;    ///< degrees of freedom of t
constexpr double kEffectTolerance = 1e-5;  ///< relative, of a detectable effect

struct Seen {
  double standard_error = 0.0;
  std::vector<int> counts;  ///< of stories by IP, ascending, without their common divisor
};

std::optional<Seen> seen_in(std::span<const ClusteredValue> differences) {
  const auto error = cluster_mean(differences).standard_error;
  if (!error || *error <= 0.0) return std::nullopt;
  std::map<std::string_view, int> by_id;
  for (const auto& entry : differences) ++by_id[entry.cluster];
  int divisor = 0;
  for (const auto& [id, count] : by_id) divisor = std::gcd(divisor, count);
  Seen seen{.standard_error = *error, .counts = {}};
  for (const auto& [id, count] : by_id) seen.counts.push_back(count / divisor);
  std::sort(seen.counts.begin(), seen.counts.end());
  return seen;
}

/// IPs of given numbers of stories, whose noise is drawn.
class SimulatedIps {
 public:
  explicit SimulatedIps(const std::vector<int>& counts)
      : counts_(counts.begin(), counts.end()),
        sums_(counts.size()),
        clusters_(static_cast<double>(counts.size())),
        stories_(std::accumulate(counts_.begin(), counts_.end(), 0.0)) {}

  /// @param unit  give the noise a standard deviation of 1 over these IPs
  void draw(NormalStream& normal, bool unit = false) {
    double ip_mean = 0.0;
    for (double& value : sums_) ip_mean += value = normal.next();
    ip_mean /= clusters_;
    double squares = 0.0;
    for (double& value : sums_) {
      value -= ip_mean;
      squares += value * value;
    }
    const double scale = unit ? std::sqrt((clusters_ - 1.0) / squares) : 1.0;
    for (std::size_t g = 0; g < sums_.size(); ++g) sums_[g] *= counts_[g] * scale;
  }
  /// T of the noise drawn.
  [[nodiscard]] double mean() const {
    return std::accumulate(sums_.begin(), sums_.end(), 0.0) / stories_;
  }
  [[nodiscard]] double standard_error() const {
    const double average = mean();
    double squares = 0.0;
    for (std::size_t g = 0; g < sums_.size(); ++g) {
      const double residual = sums_[g] - counts_[g] * average;
      squares += residual * residual;
    }
    return std::sqrt(clusters_ / (clusters_ - 1.0) * squares) / stories_;
  }
  /// @param guess  the critical shift in standard errors, about
  [[nodiscard]] double critical(const SignFlipRule& rule, double guess) {
    return critical_shift(sums_, counts_, rule, guess * standard_error(),
                          kShiftTolerance / std::sqrt(clusters_), counter_);
  }
  /// What the squared standard error is on average.
  [[nodiscard]] double expected_square() const {
    double squares = 0.0;
    for (const double count : counts_) squares += count * count;
    double sum = 0.0;
    for (const double count : counts_)
      sum += count * count * (1.0 - 2.0 * count / stories_ + squares / (stories_ * stories_));
    return clusters_ / (clusters_ - 1.0) * sum / (stories_ * stories_);
  }

 private:
  std::vector<double> counts_;
  std::vector<double> sums_;
  double clusters_;
  double stories_;
  SignVectorCounter counter_;
};

/// Calls `take` with the begin and end of `groups` parts of almost equal size.
template <typename Take>
void in_groups(std::size_t size, std::size_t groups, const Take& take) {
  groups = std::min(groups, size);
  for (std::size_t k = 0; k < groups; ++k) take(k * size / groups, (k + 1) * size / groups);
}

SpreadDraws simulate_spreads(const std::vector<int>& counts, std::uint64_t seed) {
  SimulatedIps ips(counts);
  NormalStream normal(seed);
  std::vector<double> errors(std::max(kFewestSpreads, kClustersInSpreads / counts.size()));
  for (double& error : errors) {
    ips.draw(normal);
    error = ips.standard_error();
  }
  double squares = 0.0;
  for (const double error : errors) squares += error * error;
  const auto drawn = static_cast<double>(errors.size());
  // What all draws together must have is known, so chance is taken out of it.
  const double factor = std::sqrt(ips.expected_square() * drawn / squares);
  for (double& error : errors) error *= factor;
  std::sort(errors.begin(), errors.end());
  SpreadDraws draws;
  in_groups(errors.size(), kSpreadGroups, [&](std::size_t begin, std::size_t end) {
    draws.errors.push_back(mean(std::span(errors).subspan(begin, end - begin)));
  });
  const double average = mean(errors);
  draws.variation = std::sqrt(std::max(0.0, ips.expected_square() - average * average)) / average;
  return draws;
}

Noise average(std::span<const Noise> group) {
  Noise sum;
  for (const Noise& noise : group) {
    sum.critical += noise.critical;
    sum.mean += noise.mean;
  }
  const auto size = static_cast<double>(group.size());
  return {sum.critical / size, sum.mean / size};
}

NoiseDraws simulate_noise(const std::vector<int>& counts, double level, std::uint64_t seed,
                          const SpreadDraws& equal_ips) {
  const SignFlipRule rule{.level = level, .exact = counts.size() <= kMostExactClusters};
  SimulatedIps ips(counts);
  NormalStream normal(seed);
  const auto clusters = static_cast<double>(counts.size());
  const double guess = student_t_quantile(1.0 - level, clusters - 1.0);
  std::vector<Noise> all(std::max(kFewestDirections, kClustersInDirections / counts.size()));
  for (Noise& noise : all) {
    ips.draw(normal, true);
    noise = {ips.critical(rule, guess), ips.mean()};
  }
  std::sort(all.begin(), all.end(),
            [](const Noise& a, const Noise& b) { return a.critical < b.critical; });
  NoiseDraws draws;
  draws.clusters = clusters;
  draws.drawn = static_cast<double>(all.size());
  in_groups(all.size(), kDirectionGroups, [&](std::size_t begin, std::size_t end) {
    draws.directions.push_back(average(std::span(all).subspan(begin, end - begin)));
  });
  for (const double error : equal_ips.errors) draws.lengths.push_back(error * std::sqrt(clusters));
  return draws;
}

/// A question to draws: the power of the test of `clusters` IPs when the comparison at hand, whose
/// standard errors vary as `spreads` do, shows `standard_error`.
struct PowerQuestion {
  const NoiseDraws& test;
  const SpreadDraws& spreads;
  double clusters = 0.0;
  double standard_error = 0.0;
  double tolerance = 0.0;

  /// How often an effect is found in noise of this direction. The mean of the IPs, which is
  /// independent of the noise around it, is integrated over: an effect is found when effect + mean
  /// exceeds the critical shift, and T the tolerance.
  [[nodiscard]] double found(const Noise& direction, double effect) const {
    const double root = std::sqrt(clusters);
    const double scale = std::sqrt(test.clusters / clusters);  // 1 but for very many IPs
    double share = 0.0;
    for (const double error : spreads.errors) {
      const double unit = standard_error / error;  // what one IP's mean may deviate by
      for (const double length : test.lengths) {
        const double needed = std::max(direction.critical * length * scale,
                                       tolerance / unit - direction.mean * length);
        share += normal_cdf(root * (effect / unit - needed));
      }
    }
    return share / static_cast<double>(spreads.errors.size() * test.lengths.size());
  }

  [[nodiscard]] double power(double effect) const {
    double sum = 0.0;
    for (const auto& direction : test.directions) sum += found(direction, effect);
    return sum / static_cast<double>(test.directions.size());
  }

  /// Standard error of power(effect): it rests on so many directions.
  [[nodiscard]] double power_error(double effect) const {
    const double average = power(effect);
    double squares = 0.0;
    for (const auto& direction : test.directions) {
      const double difference = found(direction, effect) - average;
      squares += difference * difference;
    }
    return std::sqrt(squares / static_cast<double>(test.directions.size()) / test.drawn);
  }
};

/// The effect of power `wanted`; nothing where no effect has it.
std::optional<double> effect_of_power(const PowerQuestion& question, double wanted) {
  constexpr double kOutOfReach = 1e9;
  double low = 0.0;
  double high = question.tolerance + 4.0 * question.standard_error;
  while (question.power(high) < wanted) {
    if (high > kOutOfReach * (question.standard_error + question.tolerance)) return std::nullopt;
    low = high;
    high *= 2.0;
  }
  while (high - low > kEffectTolerance * high) {
    const double middle = 0.5 * (low + high);
    (question.power(middle) < wanted ? low : high) = middle;
  }
  return high;
}

/// How much the effect varies with the standard error that the comparison happens to show, and with
/// the draws.
double error_of(const PowerQuestion& question, double effect) {
  constexpr double kStep = 0.01;
  const double power = question.power(effect);
  const double slope = (question.power(effect * (1.0 + kStep)) - power) / (effect * kStep);
  PowerQuestion noisier = question;
  noisier.standard_error *= 1.0 + kStep;
  const double by_noise = (noisier.power(effect) - power) / kStep;
  return std::hypot(by_noise * question.spreads.variation, question.power_error(effect)) / slope;
}

}  // namespace

const NoiseDraws& TestPower::noise_of(const Counts& counts, double level) {
  auto& draws = noise_[{counts, level}];
  if (!draws) {
    const SpreadDraws& equal_ips = spreads_of(Counts(counts.size(), 1));
    draws =
        std::make_shared<const NoiseDraws>(simulate_noise(counts, level, options_.seed, equal_ips));
  }
  return *draws;
}

const SpreadDraws& TestPower::spreads_of(const Counts& counts) {
  auto& draws = spreads_[counts];
  if (!draws) draws = std::make_shared<const SpreadDraws>(simulate_spreads(counts, options_.seed));
  return *draws;
}

std::optional<DetectableEffect> TestPower::detectable(std::span<const ClusteredValue> differences,
                                                      const DetectionRule& rule) {
  const auto seen = seen_in(differences);
  if (!seen) return std::nullopt;
  const auto clusters = static_cast<int>(seen->counts.size());
  if (smallest_sign_flip_p(clusters, options_) >= rule.level) return std::nullopt;
  const PowerQuestion question{.test = noise_of(seen->counts, rule.level),
                               .spreads = spreads_of(seen->counts),
                               .clusters = static_cast<double>(clusters),
                               .standard_error = seen->standard_error,
                               .tolerance = rule.tolerance};
  const auto effect = effect_of_power(question, kPower);
  if (!effect) return std::nullopt;
  return DetectableEffect{*effect, error_of(question, *effect)};
}

std::optional<int> TestPower::clusters_to_detect(double effect,
                                                 std::span<const ClusteredValue> differences,
                                                 const DetectionRule& rule) {
  const auto seen = seen_in(differences);
  if (!seen) return std::nullopt;
  const SpreadDraws& spreads = spreads_of(seen->counts);
  const auto detects = [&](int wanted) {
    if (smallest_sign_flip_p(wanted, options_) >= rule.level) return false;
    const auto simulated = static_cast<std::size_t>(std::min(wanted, kMostSimulated));
    const PowerQuestion question{.test = noise_of(Counts(simulated, 1), rule.level),
                                 .spreads = spreads,
                                 .clusters = static_cast<double>(wanted),
                                 .standard_error = seen->standard_error,
                                 .tolerance = rule.tolerance};
    return question.power(effect) >= kPower;
  };
  // More clusters never detect less: search around what many clusters of known spread would need.
  const double quantiles = student_t_quantile(1.0 - rule.level, kAsGoodAsNormal) +
                           student_t_quantile(kPower, kAsGoodAsNormal);
  const double ratio = quantiles * seen->standard_error / effect;
  const double guess = static_cast<double>(seen->counts.size()) * ratio * ratio;
  if (!(guess < kMostClusters)) return std::nullopt;
  int low = std::max(1, static_cast<int>(guess));  // one cluster detects nothing
  while (low > 1 && detects(low)) low /= 2;
  int high = low;
  do {
    low = high;
    if (high == kMostClusters) return std::nullopt;
    high = std::min(kMostClusters, high + high / 4 + 2);
  } while (!detects(high));
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (detects(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace asbench
