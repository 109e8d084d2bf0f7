#pragma once

#include <functional>
#include <string_view>

namespace asbench::cli {

/// Runs a command and turns what it throws into a message on stderr and an exit code: 2 for every
/// failure. Nothing escapes, so a command may live in a module of its own.
[[nodiscard]] int run_guarded(std::string_view command,
                              const std::function<int()>& action) noexcept;

}  // namespace asbench::cli
