#pragma once

#include <functional>

#include "cli/cli11.h"

namespace asbench::cli {

/// `asbench completion bash|zsh|fish`: prints a shell's completion script. Add it after all other
/// commands are known to `app`; it describes them when it runs.
void add_completion_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
