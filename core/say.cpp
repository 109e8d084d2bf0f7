#include "core/say.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "core/error.h"
#include "core/text.h"

namespace asbench {
namespace {

extern "C" void on_unreadable_page(int) {
  constexpr std::string_view kText =
      "asbench: a file that is mapped into memory could not be read: the disk reports an error, or "
      "the file was cut off meanwhile.\n";
  say_in_handler(kText);
  ::_exit(kExitFailure);
}

/// An exception that nobody catches: of a library that is being loaded, of one of its threads.
[[noreturn]] void on_uncaught_exception() noexcept {
  try {
    if (std::current_exception()) throw;
    say("asbench: internal error: terminated\n");
  } catch (const std::bad_alloc&) {
    say("asbench: out of memory: the system, the container or `ulimit -v` gives no more.\n");
  } catch (const std::exception& error) {
    say("asbench: internal error: ");
    say(error.what());
    say("\n");
  } catch (...) {
    say("asbench: internal error: an unknown exception\n");
  }
  ::_exit(kExitFailure);
}

}  // namespace

void say(std::string_view text) noexcept {
  try {
    say_as_it_is(terminal_lines(text));
  } catch (...) {  // no memory for the escapes
    for (const char c : text)
      static_cast<void>(std::fputc((c >= ' ' && c < 0x7F) || c == '\n' ? c : '?', stderr));
    static_cast<void>(std::fflush(stderr));
  }
}

void say_as_it_is(std::string_view text) noexcept {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
}

void say_in_handler(std::string_view text) noexcept {
  constexpr int kWithoutWaiting = 0;
  pollfd stream{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&stream, 1, kWithoutWaiting) != 1 || (stream.revents & POLLOUT) == 0) return;
  static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

void prepare_process() noexcept {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) >= 0) continue;
    // The lowest free number is taken, which is this one.
    static_cast<void>(::open("/dev/null", number == STDERR_FILENO ? O_WRONLY : O_RDONLY));
  }
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  static_cast<void>(::signal(SIGBUS, on_unreadable_page));
  std::set_terminate(on_uncaught_exception);
}

}  // namespace asbench
