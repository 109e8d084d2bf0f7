#include "models/kernels/kernel_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/nearest_name.h"

namespace asbench::models {
namespace {

/// How the names of a set's kernels begin.
struct KernelSet {
  std::string_view option;
  std::string_view products;
  std::string_view loops;
};

constexpr KernelSet kSets[] = {{"portable", "portable", "portable"},
                               {"avx2", "AVX2", "AVX2"},
                               {"avx512", "AVX-512", "AVX-512"},
                               {"amx", "AMX", "AVX-512"}};

std::string_view beginning_of(const KernelSet& set, KernelPart part) {
  return part == KernelPart::products ? set.products : set.loops;
}

std::size_t index_of(std::string_view beginning, std::span<const char* const> names) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const char* name) {
    return std::string_view(name).starts_with(beginning);
  });
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::size_t choose_kernels(const char* asked, KernelPart part, std::span<const char* const> names) {
  if (asked == nullptr || *asked == '\0') return 0;
  std::vector<std::string> all;
  std::vector<std::string> possible;
  for (const KernelSet& set : kSets) {
    const std::size_t index = index_of(beginning_of(set, part), names);
    if (asked == set.option && index < names.size()) return index;
    all.emplace_back(set.option);
    if (index < names.size()) possible.emplace_back(set.option);
  }
  if (std::find(all.begin(), all.end(), asked) == all.end()) {
    throw UsageError(fmt::format("ASBENCH_KERNELS={}: no such kernels.{} Choose from: {}.", asked,
                                 did_you_mean(asked, all), fmt::join(possible, ", ")));
  }
  throw UsageError(fmt::format(
      "ASBENCH_KERNELS={}: this CPU can't run these kernels. It can: {}.\n  Without this variable, "
      "the fastest are chosen.",
      asked, fmt::join(possible, ", ")));
}

std::size_t chosen_kernels(KernelPart part, std::span<const char* const> names) {
  return choose_kernels(std::getenv("ASBENCH_KERNELS"), part, names);
}

}  // namespace asbench::models
