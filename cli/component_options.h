#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/cli11.h"

namespace asbench::cli {

/// `asbench component`: one building block on given inputs, for parity checks from outside.
struct ComponentOptions {
  std::string name;
  std::string model;
  std::string in;
  std::string out;
  std::optional<std::string> preprocess;
  std::string background = "black";
  std::string device = "cpu";
  std::string precision = "fp32";
  int threads = 0;
};

void add_component_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
