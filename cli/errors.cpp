#include "cli/errors.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "core/error.h"
#include "core/print.h"

namespace asbench::cli {
namespace {

void print_internal_error(std::string_view command, std::string_view what) {
  print_prepared(stderr,
                 fmt::format("asbench {}: internal error: {}\n  This is a bug in asbench. Please "
                             "report it with the command line.\n",
                             command, terminal_lines(what)));
}

}  // namespace

int run_guarded(std::string_view command, const std::function<int()>& action) noexcept {
  try {
    try {
      return action();
    } catch (const InternalError& error) {
      print_internal_error(command, error.what());
    } catch (const Error& error) {
      print_prepared(stderr,
                     fmt::format("asbench {}: {}\n", command, terminal_lines(error.what())));
    } catch (const std::bad_alloc&) {
      print_safe(stderr, "asbench {}: out of memory. Try a smaller --batch.\n", command);
    } catch (const std::exception& error) {
      print_internal_error(command, error.what());
    }
  } catch (...) {
    std::fputs("asbench: failed, and the message could not be printed\n", stderr);
  }
  return kExitFailure;
}

}  // namespace asbench::cli
