#include "baselines/training_free/draws.h"

#include <algorithm>
#include <numeric>

#include "core/hash.h"

namespace asbench::baselines {

SplitMix64 stream(std::uint64_t seed, std::string_view purpose) {
  return SplitMix64(seed ^ std::stoull(sha256_hex(purpose).substr(0, 16), nullptr, 16));
}

double uniform(SplitMix64& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random.below(1U << 30)) /
                   static_cast<double>((1U << 30) - 1);
}

std::vector<std::size_t> moved_permutation(SplitMix64& random, std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (count < 2) return order;
  do {
    for (std::size_t i = count; i > 1; --i)
      std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(i))]);
  } while (std::is_sorted(order.begin(), order.end()));
  return order;
}

}  // namespace asbench::baselines
