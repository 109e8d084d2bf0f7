#include "core/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <random>
#include <utility>

#include "core/error.h"
#include "core/words.h"

namespace asbench {
namespace fs = std::filesystem;
namespace {

/// Nothing can be at a path that is too long for a name, below a file, or a link to itself.
bool means_absent(int error) {
  return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP;
}

FileKind kind_by_mode(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::file;
  if (S_ISDIR(mode)) return FileKind::folder;
  return FileKind::other;
}

std::string_view name_of(mode_t mode) {
  if (S_ISDIR(mode)) return "this is a folder; expected a file";
  if (S_ISFIFO(mode)) return "not a regular file: a FIFO (named pipe)";
  if (S_ISSOCK(mode)) return "not a regular file: a socket";
  return "not a regular file: a device";
}

/// A failed read of something that takes part in a run: said in the same words everywhere.
[[noreturn]] void fail_to_read(const fs::path& path, int error) {
  throw SystemFault("can't be read", path, error);
}

/// The process in `.NAME.PID.tmp`; 0 for other names.
::pid_t writer_of(std::string_view name) {
  constexpr std::string_view kEnding = ".tmp";
  if (!name.starts_with('.') || !name.ends_with(kEnding)) return 0;
  name.remove_suffix(kEnding.size());
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot < 2) return 0;
  const std::string_view digits = name.substr(dot + 1);
  ::pid_t writer = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), writer);
  return error == std::errc() && end == digits.data() + digits.size() ? writer : 0;
}

bool is_abandoned(const fs::directory_entry& entry) {
  constexpr auto kUntouched = std::chrono::minutes(10);
  const ::pid_t writer = writer_of(entry.path().filename().string());
  if (writer <= 0 || ::kill(writer, 0) == 0 || errno != ESRCH) return false;
  std::error_code gone;
  if (!entry.is_regular_file(gone)) return false;
  const auto written = entry.last_write_time(gone);
  return !gone && fs::file_time_type::clock::now() - written > kUntouched;
}

}  // namespace

FileKind kind_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return kind_by_mode(status.st_mode);
  const int error = errno;
  if (means_absent(error)) return FileKind::absent;
  throw SystemFault("can't be examined", path, error);
}

std::vector<FolderEntry> list_folder(const fs::path& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), &::closedir);
  if (!open) throw SystemFault("the folder can't be listed", folder, errno);
  std::vector<FolderEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) {
      if (errno != 0) throw SystemFault("the folder can't be listed", folder, errno);
      break;
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    FolderEntry found{folder / name, FileKind::absent};
    // Only links, and file systems that do not say, need a call each.
    if (entry->d_type == DT_REG) {
      found.kind = FileKind::file;
    } else if (entry->d_type == DT_DIR) {
      found.kind = FileKind::folder;
    } else {
      found.kind = kind_of(found.path);
    }
    entries.push_back(std::move(found));
  }
  std::sort(entries.begin(), entries.end(),
            [](const FolderEntry& a, const FolderEntry& b) { return a.path < b.path; });
  return entries;
}

InputFile::InputFile(const fs::path& path) : path_(path) {
  // O_NONBLOCK: opening a FIFO must not wait for its other end; it has no effect on files.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) {
    const int error = errno;
    if (error == ENXIO) throw BadInput(path.string() + ": not a regular file: a socket");
    throw SystemFault(error == ENOENT ? "no such file" : "can't be opened", path, error);
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) {
    const int error = errno;
    ::close(std::exchange(descriptor_, -1));
    fail_to_read(path, error);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(std::exchange(descriptor_, -1));
    throw BadInput(fmt::format("{}: {}", path.string(), name_of(status.st_mode)));
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) ::close(descriptor_);
    path_ = std::move(other.path_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    size_ = other.size_;
  }
  return *this;
}

std::size_t InputFile::read(std::span<std::byte> buffer) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t got = ::read(descriptor_, buffer.data() + done, buffer.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_to_read(path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::size_t InputFile::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t got = ::pread(descriptor_, buffer.data() + done, buffer.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_to_read(path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::string read_text_file(const fs::path& path, std::size_t max_bytes, std::string_view kind) {
  InputFile file(path);
  const auto too_large = [&](std::size_t size) {
    return BadInput(fmt::format("{}: {} or more; {} may have at most {}", path.string(),
                                size_in_words(size), kind, size_in_words(max_bytes)));
  };
  if (file.size() > max_bytes) throw too_large(static_cast<std::size_t>(file.size()));
  // One byte more than the file says: files of /proc and those that grow say too little.
  std::string text(static_cast<std::size_t>(file.size()) + 1, '\0');
  std::size_t done = 0;
  for (;;) {
    const std::size_t got =
        file.read(std::as_writable_bytes(std::span(text.data() + done, text.size() - done)));
    done += got;
    if (done > max_bytes) throw too_large(done);
    if (done < text.size()) break;
    text.resize(2 * text.size());
  }
  text.resize(done);
  return text;
}

void make_folders(const fs::path& folder) {
  // Not create_directories(): where a folder on the way can't be examined, it names another error.
  std::vector<fs::path> missing;
  for (fs::path at = folder; !at.empty() && !is_there(at); at = at.parent_path())
    missing.push_back(at);
  for (; !missing.empty(); missing.pop_back()) {
    if (::mkdir(missing.back().c_str(), 0777) != 0 && errno != EEXIST) {
      const int error = errno;
      throw SystemFault("the folder can't be created", folder, error);
    }
  }
  if (!is_folder(folder)) throw SystemFault("the folder can't be created", folder, ENOTDIR);
}

int remove_abandoned_temporaries(const fs::path& folder, Sweep sweep) {
  int removed = 0;
  std::error_code unreadable;  // what can't be listed can't be cleaned up
  fs::recursive_directory_iterator entry(folder.empty() ? "." : folder, unreadable);
  for (; !unreadable && entry != fs::recursive_directory_iterator(); entry.increment(unreadable)) {
    if (sweep == Sweep::folder) entry.disable_recursion_pending();
    std::error_code kept;
    if (is_abandoned(*entry) && fs::remove(entry->path(), kept)) ++removed;
  }
  return removed;
}

fs::path temporary_beside(const fs::path& path) {
  constexpr std::size_t kLongest = 200;  // with number and process still a legal name
  // Containers that share a folder often have the same process number.
  static std::atomic<std::uint32_t> count = std::random_device()();
  return path.parent_path() / fmt::format(".{}.{}.{}.tmp",
                                          path.filename().string().substr(0, kLongest), count++,
                                          ::getpid());
}

}  // namespace asbench
