#include "cli/errors.h"

#include <fmt/format.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>

#include "core/error.h"
#include "core/say.h"

namespace asbench::cli {
namespace {

/// Set while a command runs. Libraries that get no thread or no memory call exit(1) (libgomp,
/// OpenBLAS): 1 is what `compare` answers to a regression.
std::atomic<bool> running = false;

void on_exit_of_a_library() {
  if (!running) return;
  say("asbench: a library ended the program; what it says is above.\n");
  ::_exit(kExitFailure);
}

void say_problem(std::string_view command, std::string_view problem) {
  say(fmt::format("asbench{}{}: {}\n", command.empty() ? "" : " ", command, problem));
}

constexpr std::string_view kNoMemory =
    "out of memory: the system, the container or `ulimit -v` gives no more.\n  Free some, raise "
    "the limit, or use less: a smaller --batch, fewer --threads and --decode-threads, of "
    "`generate` --offload stage and --tile on.";

/// LibTorch's and OpenCV's words for a failed allocation, where nothing has translated them.
bool speaks_of_memory(std::string_view text) {
  return text.find("can't allocate memory") != std::string_view::npos ||
         text.find("Failed to allocate") != std::string_view::npos;
}

std::string bug_words(std::string_view problem) {
  return fmt::format(
      "internal error: {}\n  This is a bug in asbench. Please report it with the command line.",
      problem);
}

/// @param print_error  of a print to stdout that failed, else as it was
int run(std::string_view command, const std::function<int()>& action, int& print_error) {
  try {
    return action();
  } catch (const std::exception& error) {
    // A failed print is said below, once.
    const auto* const system = dynamic_cast<const std::system_error*>(&error);
    const bool printing = system != nullptr &&
                          dynamic_cast<const std::filesystem::filesystem_error*>(&error) == nullptr;
    if (!printing || std::ferror(stdout) == 0)
      say_problem(command, problem_words(error));
    else
      print_error = system->code().value();
  }
  return kExitFailure;
}

/// Flushes stdout. @returns `code`, or 2 with a message when something could not be written.
/// @param print_error  of a print that has failed before, 0: none
int finish_output(std::string_view command, int code, int print_error) noexcept {
  const bool failed_before = std::ferror(stdout) != 0;
  errno = 0;
  if (std::fflush(stdout) == 0 && !failed_before) return code;
  const int error = print_error != 0 ? print_error : errno;
  try {
    say_problem(command, fmt::format("stdout can't be written: {}",
                                     error != 0 ? std::strerror(error) : "a write failed"));
  } catch (...) {
    say("asbench: stdout can't be written\n");
  }
  ::__fpurge(stdout);  // else it would be tried again
  std::clearerr(stdout);
  return kExitFailure;
}

}  // namespace

std::string problem_words(const std::exception& error) {
  const auto is = [&](auto* kind) { return dynamic_cast<decltype(kind)>(&error) != nullptr; };
  const bool of_ours = is(static_cast<const Error*>(nullptr));
  const bool bug = is(static_cast<const InternalError*>(nullptr));
  if (of_ours && !bug) return error.what();
  if (is(static_cast<const std::bad_alloc*>(nullptr))) return std::string(kNoMemory);
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&error))
    return fmt::format("{}: {}", file->path1().string(), file->code().message());
  if (const auto* system = dynamic_cast<const std::system_error*>(&error))
    return fmt::format("the system refused what was asked for: {}", system->code().message());
  return speaks_of_memory(error.what()) ? std::string(kNoMemory) : bug_words(error.what());
}

int run_guarded(std::string_view command, const std::function<int()>& action) noexcept {
  static const bool registered = std::atexit(on_exit_of_a_library) == 0;
  static_cast<void>(registered);
  running = true;
  int print_error = 0;
  int code = kExitFailure;
  try {
    code = run(command, action, print_error);
  } catch (...) {
    say("asbench: failed, and the message could not be made: out of memory\n");
  }
  code = finish_output(command, code, print_error);
  running = false;
  return code;
}

}  // namespace asbench::cli
