#include "reports/comparison/sign_vectors.h"

#include <algorithm>
#include <cstddef>

namespace asbench {
namespace {

/// Adds an element to a set whose subset sums are sorted: two sorted lists become one.
void add_element(double element, std::vector<double>& sums, std::vector<double>& shifted) {
  const auto size = static_cast<std::ptrdiff_t>(sums.size());
  shifted.assign(sums.begin(), sums.end());
  for (double& sum : shifted) sum += element;
  sums.insert(sums.end(), shifted.begin(), shifted.end());
  shifted.resize(sums.size());
  std::merge(sums.begin(), sums.begin() + size, sums.begin() + size, sums.end(), shifted.begin());
  sums.swap(shifted);
}

void subset_sums(std::span<const double> elements, std::vector<double>& sums,
                 std::vector<double>& shifted) {
  sums.assign(1, 0.0);
  for (const double element : elements) add_element(element, sums, shifted);
}

}  // namespace

std::uint64_t SignVectorCounter::at_least_as_high(std::span<const double> sums, double same) {
  const std::size_t half = sums.size() / 2;
  subset_sums(sums.first(half), first_, shifted_);
  subset_sums(sums.subspan(half), second_, shifted_);
  const double most = 0.5 * same;  // a flipped subset lowers the sum by twice its own
  std::uint64_t count = 0;
  std::size_t partners = second_.size();  // those that stay at most that with the first half's sum
  for (const double sum : first_) {
    while (partners > 0 && second_[partners - 1] + sum > most) --partners;
    count += partners;
  }
  return count;
}

}  // namespace asbench
