#pragma once

namespace asbench {

/// Installs handlers for SIGINT and SIGTERM. The first signal sets a flag and gives the process 0.7
/// seconds to end by itself, with what is finished kept; then it ends with code 2, wherever it is.
/// A second signal ends it at once. Uses SIGALRM.
void install_interrupt_handlers();

/// True once an interrupt was asked for. Long loops ask between two pieces of work, keep what is
/// finished, and stop.
[[nodiscard]] bool interrupted();

}  // namespace asbench
