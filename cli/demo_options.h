#pragma once

#include <functional>
#include <string>

#include "cli/cli11.h"

namespace asbench::cli {

/// `asbench demo`
struct DemoOptions {
  std::string out = "asbench-demo";
  int threads = 0;
};

void add_demo_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
