#include "models/layers/device_memory.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kKilobyte = 1024;

/// The number behind a name at the beginning of a line: "VmHWM:   1234 kB", "file 5678".
std::optional<std::int64_t> number_in(const std::string& file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, name.size(), name) != 0) continue;
    std::istringstream rest(line.substr(name.size()));
    std::int64_t value = 0;
    if (rest >> value) return value;
  }
  return std::nullopt;
}

/// A file that is one number; nothing for "max".
std::optional<std::int64_t> number_of(const std::string& file) {
  std::ifstream input(file);
  std::int64_t value = 0;
  if (input >> value) return value;
  return std::nullopt;
}

std::optional<std::int64_t> resident(const std::string& which) {
  const auto pages = number_in("/proc/self/status", which + ":");
  return pages ? std::optional(*pages * kKilobyte) : std::nullopt;
}

/// What a limit of the control group leaves (version 2, then version 1).
std::optional<std::int64_t> left_in_group() {
  std::string own;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.rfind("0::", 0) == 0) own = line.substr(3);
  }
  struct Files {
    std::string folder, limit, used, file_pages;
  };
  for (const Files& files : {Files{"/sys/fs/cgroup" + own, "memory.max", "memory.current", "file "},
                             Files{"/sys/fs/cgroup", "memory.max", "memory.current", "file "},
                             Files{"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                   "memory.usage_in_bytes", "total_cache "}}) {
    const auto limit = number_of(files.folder + "/" + files.limit);
    const auto used = number_of(files.folder + "/" + files.used);
    if (!limit || !used) continue;
    const auto pages = number_in(files.folder + "/memory.stat", files.file_pages);
    return *limit - std::max<std::int64_t>(0, *used - pages.value_or(0));
  }
  return std::nullopt;
}

c10::DeviceAllocator& allocator_of(c10::Device device) {
  return *c10::getDeviceAllocator(device.type());
}

/// LibTorch's allocator refuses questions about a GPU that no tensor has been on yet; what it has
/// given out there is nothing.
std::optional<c10::CachingDeviceAllocator::DeviceStats> stats_of(c10::Device device) {
  try {
    return allocator_of(device).getDeviceStats(device.index());
  } catch (const c10::Error&) {
    return std::nullopt;
  }
}

const c10::CachingAllocator::Stat& allocated(
    const c10::CachingDeviceAllocator::DeviceStats& stats) {
  return stats
      .allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
}

}  // namespace

std::optional<std::int64_t> free_memory(c10::Device device) {
  if (!device.is_cpu()) {
    try {
      const std::size_t free = allocator_of(device).getMemoryInfo(device.index()).first;
      return static_cast<std::int64_t>(free);
    } catch (const c10::Error&) {
      return std::nullopt;
    }
  }
  const auto kilobytes = number_in("/proc/meminfo", "MemAvailable:");
  const auto group = left_in_group();
  if (!kilobytes) return group;
  const std::int64_t machine = *kilobytes * kKilobyte;
  return group ? std::clamp<std::int64_t>(*group, 0, machine) : machine;
}

void return_freed_memory(c10::Device device) {
  if (!device.is_cpu()) {
    synchronize(device);
    allocator_of(device).emptyCache();
  }
  // Blocks below a threshold that grows with use come from the heap, which keeps its pages.
  ::malloc_trim(0);
}

MemoryMeter::MemoryMeter(c10::Device device) : device_(device) {
  return_freed_memory(device);
  if (device.is_cpu()) {
    std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM begins again at VmRSS
    before_ = resident("VmRSS");
    return;
  }
  const auto stats = stats_of(device);
  before_ = stats ? allocated(*stats).current : 0;
  if (stats) allocator_of(device).resetPeakStats(device.index());
}

std::optional<std::int64_t> MemoryMeter::growth() const {
  std::optional<std::int64_t> peak;
  if (device_.is_cpu()) {
    peak = resident("VmHWM");
  } else if (const auto stats = stats_of(device_)) {
    peak = allocated(*stats).peak;
  }
  if (!peak || !before_) return std::nullopt;
  return std::max<std::int64_t>(0, *peak - *before_);
}

}  // namespace asbench::models
