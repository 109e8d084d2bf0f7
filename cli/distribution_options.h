#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/cli11.h"

namespace asbench::cli {

/// `asbench distribution`. Plain data: parsed by the program, executed by the numbers module
/// (modules.h).
struct DistributionOptions {
  std::string real;
  std::string generated;
  std::vector<std::string> metrics;  ///< empty: all
  int neighbours = 5;
  int ddof = 1;
  int threads = 0;  ///< 0: one for each core
  std::uint64_t seed = 0;
  bool noise_floor = true;
  int kid_subsets = 100;
  int kid_subset_size = 1000;
};

void add_distribution_command(CLI::App& app, std::function<int()>& chosen);

/// Prints one JSON object to stdout. Lives in the numbers module. @throws UsageError, BadInput.
[[nodiscard]] int run_distribution(const DistributionOptions& options);

}  // namespace asbench::cli
