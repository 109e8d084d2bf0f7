#include "core/write_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/files.h"

namespace asbench {
namespace fs = std::filesystem;
namespace {

/// The number in /dev/stdout, /dev/fd/3, /proc/self/fd/3.
std::optional<int> descriptor_in(const fs::path& path) {
  const std::string text = fs::absolute(path).lexically_normal().string();
  if (text == "/dev/stdout") return STDOUT_FILENO;
  if (text == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"}) {
    if (!text.starts_with(folder)) continue;
    const char* const end = text.data() + text.size();
    int number = -1;
    const auto parsed = std::from_chars(text.data() + folder.size(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end && number >= 0) return number;
  }
  return std::nullopt;
}

void write_all(int file, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t got = ::write(file, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemFault("can't be written", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(got));
  }
}

/// Closes the descriptor it owns.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

using Produce = std::function<void(const WritePiece&)>;

void write_all(int file, const Produce& produce, const fs::path& path) {
  produce([&](std::string_view bytes) { write_all(file, bytes, path); });
}

Produce whole(std::string_view bytes) {
  return [bytes](const WritePiece& write) { write(bytes); };
}

void write_to_device(const fs::path& path, const Produce& produce) {
  // O_NONBLOCK: a FIFO without a reader is refused, not waited for.
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.number() < 0) {
    const int error = errno;
    if (error == ENXIO) {
      throw BadInput(
          fmt::format("{}: a FIFO or device that no program reads; start the reader first, or name "
                      "a file",
                      path.string()));
    }
    throw SystemFault("can't be written", path, error);
  }
  const int flags = ::fcntl(file.number(), F_GETFL);
  if (flags < 0 || ::fcntl(file.number(), F_SETFL, flags & ~O_NONBLOCK) != 0)
    throw SystemFault("can't be written", path, errno);
  write_all(file.number(), produce, path);
}

/// Writes and syncs `temporary`; `path` is what messages name. Nothing stays when it fails.
void write_aside(const fs::path& temporary, const fs::path& path, const Produce& produce,
                 Sync sync) {
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.number() < 0) throw SystemFault("can't be written", path, errno);
  try {
    write_all(file.number(), produce, path);
    if (sync == Sync::yes && ::fsync(file.number()) != 0)
      throw SystemFault("can't be written to the disk", path, errno);
    if (::close(file.release()) != 0) throw SystemFault("can't be written", path, errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void rename_to(const fs::path& temporary, const fs::path& path) {
  if (::rename(temporary.c_str(), path.c_str()) == 0) return;
  const int error = errno;
  ::unlink(temporary.c_str());
  throw SystemFault("can't be renamed to its final name", path, error);
}

}  // namespace

OutputTarget output_target(const fs::path& path) {
  constexpr int kMostLinks = 40;
  fs::path at = path;
  for (int links = 0; links <= kMostLinks; ++links) {
    if (const auto number = descriptor_in(at)) return {OutputTarget::Kind::descriptor, at, *number};
    struct stat status {};
    if (::lstat(at.c_str(), &status) != 0) {
      const int error = errno;
      if (error == ENOENT || error == ENOTDIR) return {OutputTarget::Kind::file, at, -1};
      throw SystemFault("can't be examined", path, error);
    }
    if (S_ISREG(status.st_mode)) return {OutputTarget::Kind::file, at, -1};
    if (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode))
      return {OutputTarget::Kind::device, at, -1};
    if (!S_ISLNK(status.st_mode)) {
      throw BadInput(fmt::format("{}: this is {}; name a file to write", path.string(),
                                 S_ISDIR(status.st_mode)   ? "a folder"
                                 : S_ISBLK(status.st_mode) ? "a block device"
                                                           : "a socket"));
    }
    std::error_code error;
    const fs::path next = fs::read_symlink(at, error);
    if (error) throw SystemFault("can't be examined", path, error.value());
    at = at.parent_path() / next;  // an absolute one takes the whole place
  }
  throw SystemFault("can't be examined", path, ELOOP);
}

void write_file_atomically(const fs::path& path, std::string_view bytes, Sync sync) {
  write_file_atomically(path, whole(bytes), sync);
}

void write_file_atomically(const fs::path& path, const Produce& produce, Sync sync) {
  const OutputTarget target = output_target(path);
  switch (target.kind) {
    case OutputTarget::Kind::descriptor:
      std::fflush(stdout);  // what was printed before comes first
      return write_all(target.descriptor, produce, path);
    case OutputTarget::Kind::device:
      return write_to_device(target.file, produce);
    case OutputTarget::Kind::file:
      break;
  }
  const fs::path temporary = temporary_beside(target.file);
  write_aside(temporary, path, produce, sync);
  rename_to(temporary, target.file);
}

StagedFiles::~StagedFiles() {
  for (const Staged& file : files_) ::unlink(file.temporary.c_str());
  std::error_code not_empty;
  while (!folders_.empty()) {
    fs::remove(folders_.back(), not_empty);
    folders_.pop_back();
  }
}

void StagedFiles::write(const fs::path& path, std::string_view bytes) {
  write(path, whole(bytes));
}

void StagedFiles::write(const fs::path& path, const Produce& produce) {
  const OutputTarget target = output_target(path);
  if (!target.is_file())
    throw BadInput(fmt::format("{}: not a regular file; remove it first", path.string()));
  std::vector<fs::path> missing;
  for (fs::path folder = target.file.parent_path(); !folder.empty() && !is_there(folder);
       folder = folder.parent_path())
    missing.push_back(folder);
  if (!missing.empty()) {
    make_folders(missing.front());
    folders_.insert(folders_.end(), missing.rbegin(), missing.rend());
  }
  const fs::path temporary = temporary_beside(target.file);
  write_aside(temporary, path, produce, Sync::yes);
  files_.push_back({temporary, target.file});
}

void StagedFiles::commit() {
  folders_.clear();
  while (!files_.empty()) {
    const Staged file = files_.front();
    files_.erase(files_.begin());
    rename_to(file.temporary, file.final);
  }
}

}  // namespace asbench
