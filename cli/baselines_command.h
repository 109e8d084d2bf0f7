#pragma once

#include <functional>

#include "cli/cli11.h"

namespace asbench::cli {

/// `asbench baselines list` and `asbench baselines show NAME`: the built-in systems and what each
/// bounds.
void add_baselines_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
