#include "core/student_t.h"

#include <cmath>
#include <initializer_list>
#include <limits>

namespace asbench {
namespace {

/// The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8), evaluated
/// forwards by Lentz's method as modified by Thompson & Barnett 1986. Converges fast for x < (a +
/// 1) / (a + b + 2).
double beta_fraction(double x, double a, double b) {
  constexpr double kTiny = 1e-300;
  constexpr int kMostSteps = 100'000;
  const auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1.0;
  double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;
  for (int m = 1; m <= kMostSteps; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0));
    double step = 1.0;
    for (const double term : {even, odd}) {
      d = 1.0 / away_from_zero(1.0 + term * d);
      c = away_from_zero(1.0 + term / c);
      step = d * c;
      fraction *= step;
    }
    if (std::abs(step - 1.0) < std::numeric_limits<double>::epsilon()) break;
  }
  return fraction;
}

/// I_x(a, b), given also y = 1 - x, so that neither loses digits.
double regularised_beta(double x, double y, double a, double b) {
  if (x <= 0.0) return 0.0;
  if (y <= 0.0) return 1.0;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log(y));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(x, a, b) / a;
  return 1.0 - front * beta_fraction(y, b, a) / b;
}

/// P(T > t), t >= 0.
double upper_tail(double t, double freedom) {
  const double square = t * t;
  return 0.5 * regularised_beta(freedom / (freedom + square), square / (freedom + square),
                                freedom / 2.0, 0.5);
}

}  // namespace

double student_t_cdf(double t, double freedom) {
  const double tail = upper_tail(std::abs(t), freedom);
  return t < 0.0 ? tail : 1.0 - tail;
}

double student_t_quantile(double p, double freedom) {
  const double tail = p < 0.5 ? p : 1.0 - p;
  double low = 0.0;
  double high = 1.0;
  while (upper_tail(high, freedom) > tail && high < 1e150) {
    low = high;
    high *= 2.0;
  }
  // Bisection: the tail falls strictly, and 60 halvings of [low, 2 low] leave nothing of a double.
  for (int halving = 0; halving < 100; ++halving) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    (upper_tail(middle, freedom) > tail ? low : high) = middle;
  }
  return p < 0.5 ? -high : high;
}

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

}  // namespace asbench
