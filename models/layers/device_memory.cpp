#include "models/layers/device_memory.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "models/layers/runtime.h"

namespace asbench::models {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kKilobyte = 1024;

/// The number behind a name at the beginning of a line: "VmHWM:   1234 kB", "file 5678".
std::optional<std::int64_t> number_in(const fs::path& file, const std::string& name) {
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
std::optional<std::int64_t> number_of(const fs::path& file) {
  std::ifstream input(file);
  std::int64_t value = 0;
  if (input >> value) return value;
  return std::nullopt;
}

std::optional<std::int64_t> resident(const std::string& which) {
  const auto pages = number_in("/proc/self/status", which + ":");
  return pages ? std::optional(*pages * kKilobyte) : std::nullopt;
}

/// The names of the files of one version of control groups.
struct GroupFiles {
  const char* limit;
  const char* used;
  const char* active;  ///< of memory.stat: file pages that can be given back, in use lately or not
  const char* inactive;
};
constexpr GroupFiles kVersion2 = {"memory.max", "memory.current", "active_file ", "inactive_file "};
constexpr GroupFiles kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                                  "total_active_file ", "total_inactive_file "};

constexpr std::int64_t kNoLimit = std::int64_t{1} << 60;

std::optional<std::int64_t> left_in_group(const fs::path& folder, const GroupFiles& files) {
  const auto limit = number_of(folder / files.limit);
  const auto used = number_of(folder / files.used);
  // Version 1 writes a number near 2^63 where version 2 writes "max".
  if (!limit || !used || *limit >= kNoLimit) return std::nullopt;
  const fs::path stat = folder / "memory.stat";
  const std::int64_t pages =
      number_in(stat, files.active).value_or(0) + number_in(stat, files.inactive).value_or(0);
  return *limit - std::max<std::int64_t>(0, *used - pages);
}

/// The least of a group and all above it. A container sees its own group as the root.
std::optional<std::int64_t> left_up_to(const fs::path& root, const std::string& group,
                                       const GroupFiles& files) {
  std::optional<std::int64_t> least;
  const auto consider = [&](const fs::path& folder) {
    const auto left = left_in_group(folder, files);
    if (left) least = std::min(least.value_or(*left), *left);
  };
  for (fs::path own = fs::path(group).relative_path(); !own.empty(); own = own.parent_path())
    consider(root / own);
  consider(root);
  return least;
}

/// The paths of the process's groups: lines "0::/a/b" (version 2) and "4:memory:/a" (version 1).
struct OwnGroups {
  std::optional<std::string> version2;
  std::optional<std::string> version1;
};

OwnGroups own_groups(const fs::path& file) {
  OwnGroups own;
  std::ifstream groups(file);
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    if (controllers == ",,") own.version2 = line.substr(second + 1);
    if (controllers.find(",memory,") != std::string::npos) own.version1 = line.substr(second + 1);
  }
  return own;
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
  const auto group = left_in_control_groups("/proc/self", "/sys/fs/cgroup");
  if (!kilobytes) return group;
  const std::int64_t machine = *kilobytes * kKilobyte;
  return group ? std::clamp<std::int64_t>(*group, 0, machine) : machine;
}

std::optional<std::int64_t> left_in_control_groups(const fs::path& process,
                                                   const fs::path& groups) {
  const OwnGroups own = own_groups(process / "cgroup");
  std::optional<std::int64_t> left;
  if (own.version2) left = left_up_to(groups, *own.version2, kVersion2);
  if (own.version1) {
    const auto other = left_up_to(groups / "memory", *own.version1, kVersion1);
    if (other) left = std::min(left.value_or(*other), *other);
  }
  return left;
}

void return_large_blocks_at_once() {
  constexpr int kFewestBytes = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kFewestBytes);
  ::mallopt(M_TRIM_THRESHOLD, kFewestBytes);
}

void return_freed_memory(c10::Device device) {
  if (!device.is_cpu()) {
    try {
      synchronize(device);
      allocator_of(device).emptyCache();
    } catch (const c10::Error&) {
      rethrow_torch_error(device.str());
    }
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
