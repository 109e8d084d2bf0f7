#pragma once

// When entries were last used, and who uses the store; not a public header.

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/files.h"

namespace asbench::features {

/// Note [Last use]
/// A file's time of change is that of its last use, to the day: reading an entry sets it when it is
/// more than a day old. (File systems of clusters keep no times of access.) So an entry that a
/// process has used carries a time later than the start of the process less a day, and `prune`
/// leaves alone what is younger than the start of the oldest running process less two: clocks of
/// two machines never differ by a day.
inline constexpr std::time_t kUseStep = std::time_t{24} * 3600;
inline constexpr std::time_t kUseMargin = 2 * kUseStep;

/// Remembers that a file of the store was used. Does nothing where that may not be written.
void mark_used(const InputFile& file);

/// The clock of the store's file system. @throws SystemFault.
[[nodiscard]] std::time_t store_clock(const std::filesystem::path& root);

/// Says, as long as it lives, that this process uses a store: a small file in `leases/`, whose time
/// of change beat() renews. Where the store may only be read it does nothing.
class StoreLease {
 public:
  explicit StoreLease(const std::filesystem::path& root);
  ~StoreLease();
  StoreLease(const StoreLease&) = delete;
  StoreLease& operator=(const StoreLease&) = delete;
  /// Cheap; thread-safe.
  void beat() const;

 private:
  struct Clock;
  std::filesystem::path file_;  ///< empty: none
  std::unique_ptr<Clock> clock_;
};

/// A process that uses a store.
struct StoreUser {
  std::string machine;
  std::int64_t process = 0;
  std::time_t started = 0;  ///< by the clock of the process's machine
  std::filesystem::path lease;
};

/// Who uses the store, this process left out. On this machine a process is asked whether it still
/// runs; on others it counts until its lease was not renewed for six hours. Leases of processes
/// that have gone are removed. @throws SystemFault.
[[nodiscard]] std::vector<StoreUser> store_users(const std::filesystem::path& root);

}  // namespace asbench::features
