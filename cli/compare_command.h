#pragma once

#include <functional>

#include "cli/cli11.h"

namespace asbench::cli {

/// `asbench compare`: exit code 0, or 1 when the gate finds a regression, or 2 when the two must
/// not be compared.
void add_compare_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
