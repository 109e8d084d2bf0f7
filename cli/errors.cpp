#include "cli/errors.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "core/error.h"

namespace asbench::cli {

int run_guarded(std::string_view command, const std::function<int()>& action) noexcept {
  try {
    try {
      return action();
    } catch (const InternalError& error) {
      fmt::print(stderr,
                 "asbench {}: internal error: {}\n  This is a bug in asbench. Please report it "
                 "with the command line.\n",
                 command, error.what());
    } catch (const Error& error) {
      fmt::print(stderr, "asbench {}: {}\n", command, error.what());
    } catch (const std::bad_alloc&) {
      fmt::print(stderr, "asbench {}: out of memory. Try a smaller --batch.\n", command);
    } catch (const std::exception& error) {
      fmt::print(stderr,
                 "asbench {}: internal error: {}\n  This is a bug in asbench. Please report it "
                 "with the command line.\n",
                 command, error.what());
    }
  } catch (...) {
    std::fputs("asbench: failed, and the message could not be printed\n", stderr);
  }
  return kExitFailure;
}

}  // namespace asbench::cli
