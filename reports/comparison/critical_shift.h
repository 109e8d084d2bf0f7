#pragma once

#include <cstdint>
#include <span>

#include "reports/comparison/sign_vectors.h"

namespace asbench {

// When does a sign-flip test reject? Values that are shifted by d have the cluster sums
// D_g + n_g d, and the more they are shifted, the fewer sign vectors give as high a sum. So there
// is one shift above which the test rejects, and the power at a shift is the share of noise whose
// critical shift lies below it: docs/design/metrics.md 9.3.

/// A sign-flip test that rejects for high sums.
struct SignFlipRule {
  double level = 0.05;  ///< p must lie below it
  bool exact = true;    ///< all sign vectors are tried (up to 20 clusters)
  /// The largest number of sign vectors, of all 2^G, that is still below the level; 0: never.
  [[nodiscard]] std::uint64_t most_vectors(std::size_t clusters) const;
};

/// The shift above which the test rejects values of these cluster sums and counts, to within
/// `tolerance`, which is > 0. Exact tests are carried out. Of a test with random sign vectors the
/// limit is taken: the sum under random signs is normal but for its higher cumulants, which beyond
/// 20 clusters moves the power by less than .002.
/// @param start  a first guess
/// @returns infinity where one of many clusters holds nearly all values: the limit says nothing
/// there
[[nodiscard]] double critical_shift(std::span<const double> sums, std::span<const double> counts,
                                    const SignFlipRule& rule, double start, double tolerance,
                                    SignVectorCounter& counter);

}  // namespace asbench
