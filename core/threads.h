#pragma once

#include <functional>
#include <string_view>

namespace asbench {

/// Runs `work` on `count` threads at once, the calling one among them, and waits for all.
/// `work` handles its own failures and returns early once `abandon` was called. When the system
/// starts no further thread, `abandon` is called and those that run are waited for.
/// @throws SystemFault when a thread can't be started.
void run_on_threads(unsigned count, const std::function<void()>& work,
                    const std::function<void()>& abandon);

/// Starts so many threads and ends them again: libraries with threads of their own (OpenMP) end
/// the process when the system gives them none. @throws SystemFault when they can't be had.
void require_threads(unsigned count);

/// Cores that this process may use: what the system gives it, less where a container's share of
/// processor time (cgroup v2, cpu.max) is less. >= 1.
[[nodiscard]] unsigned cores_at_hand();

/// "200000 100000", the text of a cgroup's cpu.max, in whole cores, rounded up; 0: no limit, or
/// another text.
[[nodiscard]] unsigned cores_of_quota(std::string_view cpu_max);

/// The fault of a thread that can't be started. @param error  an errno
[[noreturn]] void throw_no_thread(unsigned number, unsigned count, int error);

}  // namespace asbench
