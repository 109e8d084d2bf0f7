#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "metrics/set/samples.h"

namespace asbench::metrics {

/// Fréchet distance for infinitely many samples: the intercept of a least-squares line through the
/// distances of five equal subsets of both sides, N/2 to N = min(N, M) in equal steps, over 1 /
/// size. Chong & Forsyth 2020, "Effectively Unbiased FID"; docs/design/metrics.md 8.2. Subsets are
/// drawn without replacement from one SplitMix64 stream.
/// @returns nothing when N/2 < D: there the line has no right to be believed (finding
/// too_few_for_extrapolation).
[[nodiscard]] std::optional<double> frechet_at_infinity(SamplesView real, SamplesView generated,
                                                        int ddof, std::uint64_t seed = 0);

/// What the distance shows where there is none: the reference set against itself, in halves.
struct NoiseFloor {
  double mean = 0.0;       ///< of FD(half, half) over the halvings
  double deviation = 0.0;  ///< divisor halvings - 1
  double generated =
      0.0;  ///< mean of FD(real half, as many generated samples): for comparison at the same size
  int size = 0;  ///< samples of a half
};
inline constexpr int kHalvings = 10;

/// @param groups  IP of each real row, or empty: with at least 4 distinct ones whole IPs go to a
/// half (both halves are then cut to the
///                smaller one's size), else single clips. A generated set smaller than a half cuts
///                the halves to its own size.
/// @returns nothing below 4 real or 2 generated samples.
[[nodiscard]] std::optional<NoiseFloor> noise_floor(SamplesView real, SamplesView generated,
                                                    std::span<const std::string> groups, int ddof,
                                                    std::uint64_t seed = 0);

}  // namespace asbench::metrics
