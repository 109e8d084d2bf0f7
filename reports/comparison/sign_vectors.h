#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace asbench {

/// Counts sign vectors of a sign-flip test without visiting all of them (meet in the middle,
/// Horowitz & Sahni 1974): the subset sums of both halves are sorted, so 2^20 vectors cost some
/// thousand steps. Keeps its buffers: one counter per thread.
class SignVectorCounter {
 public:
  /// How many of the 2^G sign vectors give a sum at least as high as the one seen, itself included:
  /// those that flip a subset whose sum is not above 0.
  /// @param sums  D_g of each cluster; 1 to 40 of them
  /// @param same  sums that are lower by no more than this count as equally high
  [[nodiscard]] std::uint64_t at_least_as_high(std::span<const double> sums, double same = 0.0);

 private:
  std::vector<double> first_, second_, shifted_;
};

}  // namespace asbench
