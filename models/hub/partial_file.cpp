#include "models/hub/partial_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"

namespace asbench::models {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, const std::string& what, int error) {
  throw SystemFault(what, path, error,
                    error == ENOSPC || error == EDQUOT || error == EFBIG
                        ? "Free some space, or name another folder with --weights; the same "
                          "command then resumes."
                        : "");
}

fs::path with_ending(fs::path path, const char* ending) {
  path += ending;
  return path;
}

}  // namespace

PartialFile PartialFile::open(const fs::path& target, const std::string& version) {
  PartialFile part;
  part.target_ = target;
  part.path_ = with_ending(target, ".part");
  part.note_ = with_ending(target, ".part.json");
  part.version_ = version;
  struct stat opened {};
  for (bool same = false; !same;) {
    part.file_ = ::open(part.path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (part.file_ < 0) fail(part.path_, "cannot be opened for writing", errno);
    if (::flock(part.file_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) fail(part.path_, "cannot be locked", errno);
      throw BadInput(
          fmt::format("{}: another process is downloading this file; wait until it has finished",
                      part.path_.string()));
    }
    // Between the two calls another process may have finished and renamed the file: then what is
    // open here is no longer the part, and must not be touched.
    struct stat named {};
    if (::fstat(part.file_, &opened) != 0) fail(part.path_, "cannot be read", errno);
    same = ::stat(part.path_.c_str(), &named) == 0 && named.st_ino == opened.st_ino &&
           named.st_dev == opened.st_dev;
    if (!same) ::close(std::exchange(part.file_, -1));
  }
  part.size_ = static_cast<std::uint64_t>(opened.st_size);
  bool belongs = false;
  if (part.size_ > 0 && !version.empty() && is_there(part.note_)) {
    try {
      const Json note = read_json_file(part.note_);
      belongs = note.value("version", std::string()) == version;
      part.server_etag_ = note.value("server_etag", std::string());
    } catch (const BadInput&) {  // a broken note: the bytes can't be identified
    } catch (const nlohmann::json::exception&) {
    }
  }
  if (!belongs) part.restart();
  return part;
}

PartialFile::~PartialFile() {
  if (file_ >= 0) ::close(file_);
}

PartialFile::PartialFile(PartialFile&& other) noexcept
    : target_(std::move(other.target_)),
      path_(std::move(other.path_)),
      note_(std::move(other.note_)),
      version_(std::move(other.version_)),
      server_etag_(std::move(other.server_etag_)),
      size_(other.size_),
      file_(std::exchange(other.file_, -1)) {}

void PartialFile::write_note() const {
  write_json_file(note_, Json{{"version", version_}, {"server_etag", server_etag_}});
}

void PartialFile::set_server_etag(const std::string& etag) {
  const std::string strong = etag.starts_with("W/") ? std::string() : etag;
  if (strong == server_etag_) return;
  server_etag_ = strong;
  write_note();
}

void PartialFile::restart() {
  if (::ftruncate(file_, 0) != 0) fail(path_, "cannot be emptied", errno);
  size_ = 0;
  server_etag_.clear();
  write_note();
}

void PartialFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::write(file_, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path_, fmt::format("cannot be written after byte {}", size_), errno);
    size_ += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

void PartialFile::place() {
  if (::fsync(file_) != 0) fail(path_, "cannot be synced", errno);
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    fail(target_, "cannot be replaced", errno);
  }
  std::error_code ignored;  // a note without a part means nothing
  fs::remove(note_, ignored);
  const fs::path folder = target_.parent_path();
  if (const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); handle >= 0) {
    ::fsync(handle);
    ::close(handle);
  }
}

void PartialFile::discard() {
  std::error_code ignored;
  fs::remove(path_, ignored);
  fs::remove(note_, ignored);
}

}  // namespace asbench::models
