#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace asbench::models {

/// Bytes that can still be allocated on a device. Of the CPU: what the kernel estimates as
/// available without swapping (MemAvailable), or what the process's control group has left where
/// that is less; file pages that can be given back count as free.
/// @returns nothing where it can't be found out. @param device  of parse_device()
[[nodiscard]] std::optional<std::int64_t> free_memory(c10::Device device);

/// What limits of control groups leave, in version 2 and 1: the least of the process's own group
/// and all above it. File pages that can be given back count as free.
/// @param process  the folder /proc/self. @param groups  /sys/fs/cgroup
/// @returns nothing where there is no limit
[[nodiscard]] std::optional<std::int64_t> left_in_control_groups(
    const std::filesystem::path& process, const std::filesystem::path& groups);

/// From now on, blocks of a few megabytes and more are the system's again as soon as they are
/// freed. Without it the C library keeps them in its heap, which gets a third larger than what is
/// used of it; mapping them anew costs little beside what computes them.
void return_large_blocks_at_once();

/// Gives memory that was freed back, so that others can have it: the heap's free pages on the CPU,
/// the allocator's cached blocks on a GPU.
/// @throws as rethrow_torch_error() where the GPU failed before
void return_freed_memory(c10::Device device);

/// The most memory that was held since it was made, beyond what was held then. One at a time: the
/// peak that it resets is the process's.
///
/// On the CPU: pages of the process that are in memory (VmHWM of /proc/self/status), so it sees
/// everything, pages of mapped files too. Where the kernel doesn't let the peak be reset, an
/// earlier and higher one is seen. On a GPU: what LibTorch's allocator has given out, neither what
/// it keeps for later nor the CUDA context.
class MemoryMeter {
 public:
  explicit MemoryMeter(c10::Device device);
  /// Bytes, >= 0; nothing where it can't be found out.
  [[nodiscard]] std::optional<std::int64_t> growth() const;

 private:
  c10::Device device_;
  std::optional<std::int64_t> before_;
};

}  // namespace asbench::models
