#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/stats.h"

namespace asbench::reports::testing {

/// Differences of two systems whose truth is known: what the stories of one IP share, and what they
/// don't, are drawn.
struct World {
  int ips = 12;
  int stories_per_ip = 4;
  double between = 0.02;  ///< standard deviation of what the stories of one IP share
  double within = 0.03;   ///< of what they don't
  /// Draws the part that an IP's stories share, of mean 0 and variance 1; nothing: normal.
  std::function<double(NormalStream&)> shared = {};
};

/// Differences of variance between^2 + within^2 around `effect`.
inline std::vector<ClusteredValue> differences(const World& world, double effect,
                                               NormalStream& normal) {
  std::vector<ClusteredValue> values;
  for (int g = 0; g < world.ips; ++g) {
    const double shared = world.shared ? world.shared(normal) : normal.next();
    for (int s = 0; s < world.stories_per_ip; ++s) {
      values.push_back({std::to_string(100 + g),
                        effect + world.between * shared + world.within * normal.next()});
    }
  }
  return values;
}

/// Four standard deviations of a share of so many worlds.
inline double four_deviations(double share, int worlds) {
  return 4 * std::sqrt(share * (1 - share) / worlds);
}

}  // namespace asbench::reports::testing
