#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli11.h"
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
  // Of baselines that are networks:
  std::optional<std::string> model;
  std::optional<int> steps;
  bool allow_uneven_steps = false;
  std::optional<std::string> noise;
  std::optional<std::string> last_frames;
  std::optional<std::string> keyframes;
  std::optional<std::string> dump;
  std::string frames_as = "video";
  std::string device = "auto";
  std::optional<std::string> dtype;
  std::string offload = "auto";
  std::string tile = "auto";
  bool yes = false;
  int threads = 0;
  std::vector<std::string> ips;
  std::vector<std::string> stories;
  std::optional<int> limit;
  bool quiet = false;
  bool json = false;
};

void add_generate_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
