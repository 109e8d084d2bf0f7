#include "core/threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <string>
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

unsigned cores_of_quota(std::string_view cpu_max) {
  const auto space = cpu_max.find(' ');
  if (space == std::string_view::npos) return 0;
  unsigned long quota = 0;
  unsigned long period = 0;
  const char* const end = cpu_max.data() + cpu_max.size();
  if (std::from_chars(cpu_max.data(), cpu_max.data() + space, quota).ec != std::errc()) return 0;
  if (std::from_chars(cpu_max.data() + space + 1, end, period).ec != std::errc()) return 0;
  if (quota == 0 || period == 0) return 0;
  return static_cast<unsigned>((quota + period - 1) / period);
}

unsigned cores_at_hand() {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string text;
  std::getline(file, text);
  const unsigned share = cores_of_quota(text);
  return share == 0 ? cores : std::min(cores, share);
}

}  // namespace asbench
