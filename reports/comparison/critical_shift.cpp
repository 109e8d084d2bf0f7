#include "reports/comparison/critical_shift.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/student_t.h"

namespace asbench {
namespace {

constexpr double kAsGoodAsNormal = 1e6;  ///< degrees of freedom of t
constexpr double kDominated = 0.5;       ///< of the squares, squared: one value holds most of them
constexpr double kOutOfReach = 1e12;     ///< steps of the tolerance

/// The limit of many random sign vectors: the sum of the values over its spread under random signs,
/// against a normal quantile that allows for the fourth and sixth cumulants of that sum (Cornish &
/// Fisher 1938; the odd ones are 0).
bool rejects_by_limit(std::span<const double> values, double z) {
  double sum = 0.0;
  double squares = 0.0;
  double fourths = 0.0;
  double sixths = 0.0;
  for (const double value : values) {
    const double square = value * value;
    sum += value;
    squares += square;
    fourths += square * square;
    sixths += square * square * square;
  }
  if (fourths > kDominated * squares * squares) return false;
  const double fourth = -2.0 * fourths / (squares * squares);
  const double sixth = 16.0 * sixths / (squares * squares * squares);
  const double z3 = z * z * z;
  const double z5 = z3 * z * z;
  const double quantile = z + fourth * (z3 - 3.0 * z) / 24.0 +
                          sixth * (z5 - 10.0 * z3 + 15.0 * z) / 720.0 -
                          fourth * fourth * (3.0 * z5 - 24.0 * z3 + 29.0 * z) / 384.0;
  return sum >= quantile * std::sqrt(squares);
}

}  // namespace

std::uint64_t SignFlipRule::most_vectors(std::size_t clusters) const {
  return static_cast<std::uint64_t>(
      std::max(0.0, std::ceil(std::ldexp(level, static_cast<int>(clusters))) - 1.0));
}

double critical_shift(std::span<const double> sums, std::span<const double> counts,
                      const SignFlipRule& rule, double start, double tolerance,
                      SignVectorCounter& counter) {
  const std::uint64_t most = rule.exact ? rule.most_vectors(sums.size()) : 0;
  const double quantile = rule.exact ? 0.0 : student_t_quantile(1.0 - rule.level, kAsGoodAsNormal);
  std::vector<double> shifted(sums.size());
  const auto rejects = [&](double shift) {
    for (std::size_t g = 0; g < sums.size(); ++g) shifted[g] = sums[g] + counts[g] * shift;
    return rule.exact ? counter.at_least_as_high(shifted) <= most
                      : rejects_by_limit(shifted, quantile);
  };
  double low = start;
  double high = start;
  double step = 16.0 * tolerance;
  if (rejects(start)) {
    do {
      high = low;
      low -= step;
      step *= 2.0;
    } while (rejects(low));
  } else {
    do {
      low = high;
      high += step;
      step *= 2.0;
      if (step > kOutOfReach * tolerance) return std::numeric_limits<double>::infinity();
    } while (!rejects(high));
  }
  while (high - low > 2.0 * tolerance) {
    const double middle = 0.5 * (low + high);
    (rejects(middle) ? high : low) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace asbench
