#include "core/threads.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "core/error.h"

namespace asbench {

void throw_no_thread(unsigned number, unsigned count, int error) {
  throw SystemFault("can't be started", fmt::format("thread {} of {}", number, count), error,
                    "The system allows this user or container no more of them (ulimit -u, the "
                    "limit of the container), or is short of memory. Use fewer threads "
                    "(--threads, --decode-threads), or raise the limit.");
}

void run_on_threads(unsigned count, const std::function<void()>& work,
                    const std::function<void()>& abandon) {
  std::vector<std::jthread> threads;
  threads.reserve(count);
  for (unsigned i = 1; i < count; ++i) {
    try {
      threads.emplace_back(work);
    } catch (const std::system_error& error) {
      abandon();
      threads.clear();
      throw_no_thread(i + 1, count, error.code().value());
    }
  }
  work();
}

void require_threads(unsigned count) {
  std::mutex mutex;
  std::condition_variable changed;
  bool end = false;
  const auto tell = [&] {
    const std::lock_guard lock(mutex);
    end = true;
    changed.notify_all();
  };
  run_on_threads(
      count + 1,
      [&, self = std::this_thread::get_id()] {
        if (std::this_thread::get_id() == self) return tell();
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return end; });
      },
      tell);
}

}  // namespace asbench
