#include "core/interrupt.h"

#include <csignal>

namespace asbench {
namespace {

// The only mutable global: signal handlers can access nothing else.
volatile std::sig_atomic_t interrupt_count = 0;

extern "C" void on_interrupt(int signal_number) {
  interrupt_count = interrupt_count + 1;
  if (interrupt_count > 1) {
    std::signal(signal_number, SIG_DFL);
    std::raise(signal_number);
  }
}

}  // namespace

void install_interrupt_handlers() {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
}

bool interrupted() {
  return interrupt_count > 0;
}

}  // namespace asbench
