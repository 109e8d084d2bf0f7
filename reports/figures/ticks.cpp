#include "reports/figures/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/words.h"

namespace asbench::reports {
namespace {

/// 1, 2 or 5 times a power of ten: the largest that is not above `step`.
double round_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  const double digit = step / power;
  return power * (digit >= 5.0 ? 5.0 : digit >= 2.0 ? 2.0 : 1.0);
}

/// A minus of the length of a plus, as in print.
std::string tick_text(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') text.erase(0, 1);
  return replaced(text, "-", "−");
}

}  // namespace

Ticks round_ticks(double low, double high, int wanted) {
  const double range = high - low;
  if (!(range > 0.0)) return {{low, tick_text(low, 2)}};
  // The step above may leave one mark; then the next smaller one.
  double step = round_step(range / wanted * 1.6);
  if (std::floor(high / step) - std::ceil(low / step) < 1.0) step = round_step(range / 2.0);
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  Ticks ticks;
  const auto first = static_cast<long>(std::ceil(low / step - 1e-9));
  const auto last = static_cast<long>(std::floor(high / step + 1e-9));
  for (long i = first; i <= last; ++i) {
    const double value = static_cast<double>(i) * step;
    ticks.emplace_back(value, tick_text(value, decimals));
  }
  return ticks;
}

Ticks count_ticks(int last, int most) {
  int step = 1;
  for (const int candidate : {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}) {
    step = candidate;
    if ((last + step - 1) / step <= most) break;
  }
  Ticks ticks;
  for (int i = 1; i <= last; i += step) ticks.emplace_back(i, fmt::format("{}", i));
  return ticks;
}

}  // namespace asbench::reports
