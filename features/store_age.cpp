#include "features/store_age.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>

#include "core/error.h"
#include "core/json.h"
#include "core/write_file.h"

namespace asbench::features {
namespace {

namespace fs = std::filesystem;

constexpr auto kBeat = std::chrono::minutes(5);
constexpr std::time_t kExpiry = std::time_t{6} * 3600;

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string machine_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 ? std::string(name) : "unknown";
}

/// Where a process number means what it means here: this boot of this machine, and this container.
std::string process_space() {
  std::error_code none;
  return first_line("/proc/sys/kernel/random/boot_id") + " " +
         fs::read_symlink("/proc/self/ns/pid", none).string();
}

/// When the process began, in ticks since the boot: tells it from a later one with its number.
std::string start_of(std::int64_t process) {
  const std::string line = first_line(fmt::format("/proc/{}/stat", process));
  constexpr int kField = 20;  // counted from the one after the name, which may hold blanks
  std::size_t at = line.rfind(')');
  for (int i = 0; i < kField && at != std::string::npos; ++i) at = line.find(' ', at + 1);
  return at == std::string::npos ? std::string()
                                 : line.substr(at + 1, line.find(' ', at + 1) - at - 1);
}

bool means_read_only(const SystemFault& fault) {
  return fault.error() == EROFS || fault.error() == EACCES || fault.error() == EPERM;
}

struct Lease {
  std::string machine = "unknown";
  std::string space;
  std::string begun;
  std::int64_t process = 0;
  std::int64_t started = 0;
};

/// An empty one for a file that is gone or no lease: it counts until it expires.
Lease read_lease(const fs::path& file) {
  Lease lease;
  try {
    const Json json = read_json_file(file);
    json.at("machine").get_to(lease.machine);
    json.at("space").get_to(lease.space);
    json.at("begun").get_to(lease.begun);
    json.at("process").get_to(lease.process);
    json.at("started").get_to(lease.started);
  } catch (const Error&) {
    return {};
  } catch (const Json::exception&) {
    return {};
  }
  return lease;
}

/// Whether a lease's process still counts. @param now  the store's clock
bool is_alive(const Lease& lease, std::time_t renewed, std::time_t now) {
  if (lease.space == process_space()) {
    const bool runs = ::kill(static_cast<pid_t>(lease.process), 0) == 0 || errno == EPERM;
    return runs && start_of(lease.process) == lease.begun;
  }
  return renewed + kExpiry > now;
}

}  // namespace

void mark_used(const InputFile& file) {
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) return;
  if (status.st_mtim.tv_sec + kUseStep > std::time(nullptr)) return;
  static_cast<void>(::futimens(file.descriptor(), nullptr));
}

std::time_t store_clock(const fs::path& root) {
  const fs::path folder = root / "tmp";
  make_folders(folder);
  const fs::path file = temporary_beside(folder / "clock");
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) throw SystemFault("can't be written", file, errno);
  struct stat status {};
  const int failed = ::fstat(descriptor, &status) == 0 ? 0 : errno;
  ::close(descriptor);
  ::unlink(file.c_str());
  if (failed != 0) throw SystemFault("can't be examined", file, failed);
  return status.st_mtim.tv_sec;
}

struct StoreLease::Clock {
  std::atomic<std::chrono::steady_clock::rep> next{
      (std::chrono::steady_clock::now() + kBeat).time_since_epoch().count()};
};

StoreLease::StoreLease(const fs::path& root) : clock_(std::make_unique<Clock>()) {
  const fs::path folder = root / "leases";
  try {
    make_folders(folder);
    // Any name that is nobody else's; the store may be shared by machines with equal numbers.
    const fs::path file = folder / temporary_beside("lease").filename().string().substr(1);
    const Json lease = {{"machine", machine_name()},
                        {"process", static_cast<std::int64_t>(::getpid())},
                        {"space", process_space()},
                        {"begun", start_of(::getpid())},
                        {"started", static_cast<std::int64_t>(std::time(nullptr))}};
    write_file_atomically(file, lease.dump() + "\n", Sync::no);
    file_ = file;
  } catch (const SystemFault& fault) {
    if (!means_read_only(fault)) throw;
  }
}

StoreLease::~StoreLease() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

void StoreLease::beat() const {
  if (file_.empty()) return;
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  auto next = clock_->next.load();
  if (now < next) return;
  const auto step = std::chrono::duration_cast<std::chrono::steady_clock::duration>(kBeat).count();
  if (clock_->next.compare_exchange_strong(next, now + step))
    static_cast<void>(::utimensat(AT_FDCWD, file_.c_str(), nullptr, 0));
}

std::vector<StoreUser> store_users(const fs::path& root) {
  std::vector<StoreUser> users;
  const fs::path folder = root / "leases";
  if (!is_folder(folder)) return users;
  const std::time_t now = store_clock(root);
  for (const FolderEntry& entry : list_folder(folder)) {
    struct stat status {};
    if (entry.path.filename().string().starts_with('.')) continue;
    if (::stat(entry.path.c_str(), &status) != 0) continue;  // its process has just ended
    const Lease lease = read_lease(entry.path);
    if (!is_alive(lease, status.st_mtim.tv_sec, now)) {
      ::unlink(entry.path.c_str());
      continue;
    }
    if (lease.space == process_space() && lease.process == ::getpid()) continue;
    const auto started =
        lease.started != 0 ? static_cast<std::time_t>(lease.started) : status.st_mtim.tv_sec;
    users.push_back({lease.machine, lease.process, started, entry.path});
  }
  return users;
}

}  // namespace asbench::features
