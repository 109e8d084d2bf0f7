#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>

namespace asbench::cli {

/// What is said about an exception: the message of an Error; of others what it comes from and, for
/// what should never be thrown, that this is a bug.
[[nodiscard]] std::string problem_words(const std::exception& error);

/// Runs a command and turns what it throws into one message on stderr and an exit code: 2 for every
/// failure, also of stdout and of libraries that end the program. No exception escapes, so a
/// command may be in a separate module.
[[nodiscard]] int run_guarded(std::string_view command,
                              const std::function<int()>& action) noexcept;

}  // namespace asbench::cli
