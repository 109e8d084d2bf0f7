#pragma once

namespace asbench {

/// Installs handlers for SIGINT and SIGTERM that only set a flag; a second signal ends the process
/// at once.
void install_interrupt_handlers();

/// True once an interrupt was asked for. Long loops ask between two pieces of work, keep what is
/// finished, and stop.
[[nodiscard]] bool interrupted();

}  // namespace asbench
