#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/input_options.h"

namespace asbench::cli {

/// `asbench generate`
struct GenerateOptions {
  std::string baseline;
  SplitOptions split;
  std::string out;
  std::optional<std::string> source;
  std::string source_layout = "auto";
  std::string size = "720x480";
  int frames = 49;
  double frames_per_second = 16.0;
  std::uint64_t seed = 0;
  int threads = 0;
  std::vector<std::string> ips;
  std::vector<std::string> stories;
  std::optional<int> limit;
  bool quiet = false;
  bool json = false;
};

void add_generate_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
