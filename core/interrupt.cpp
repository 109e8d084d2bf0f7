#include "core/interrupt.h"

#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

#include "core/error.h"
#include "core/say.h"

namespace asbench {
namespace {

// The only mutable global: signal handlers can access nothing else.
volatile std::sig_atomic_t interrupt_count = 0;

constexpr suseconds_t kGraceMicroseconds = 700'000;

/// Note [The end within a second]
/// What is asked to stop usually does, between two pieces of work. A piece may take longer (a long
/// clip, a large batch, a network drive that does not answer): then the process ends without
/// waiting for it. Nothing is lost but that piece, because every file is written aside and renamed.
extern "C" void on_deadline(int) {
  constexpr std::string_view kText =
      "asbench: interrupted; what was finished is kept, and the same command resumes there.\n";
  say_in_handler(kText);
  ::_exit(kExitFailure);
}

extern "C" void on_interrupt(int signal_number) {
  interrupt_count = interrupt_count + 1;
  if (interrupt_count > 1) {
    std::signal(signal_number, SIG_DFL);
    std::raise(signal_number);
    return;
  }
  const itimerval grace{{0, 0}, {0, kGraceMicroseconds}};
  ::setitimer(ITIMER_REAL, &grace, nullptr);
}

}  // namespace

void install_interrupt_handlers() {
  std::signal(SIGALRM, on_deadline);
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
}

bool interrupted() {
  return interrupt_count > 0;
}

}  // namespace asbench
