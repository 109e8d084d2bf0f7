#pragma once

#include <functional>
#include <string_view>

namespace asbench::cli {

/// Runs a command and turns what it throws into one message on stderr and an exit code: 2 for every
/// failure, also of stdout and of libraries that end the program. No exception escapes, so a
/// command may be in a separate module.
[[nodiscard]] int run_guarded(std::string_view command,
                              const std::function<int()>& action) noexcept;

}  // namespace asbench::cli
