#include "models/weights/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace asbench::models {
namespace {

/// Closes a file descriptor in its destructor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view what, int error) {
  throw BadInput(fmt::format("{}: {}: {}", path.string(), what, std::strerror(error)));
}

void read_all(const std::filesystem::path& path, int file, std::vector<std::byte>& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "can't be read", errno);
    if (got == 0) {
      throw BadInput(fmt::format("{}: was shortened while it was read: {} of {} bytes",
                                 path.string(), done, bytes.size()));
    }
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace

FileBytes FileBytes::open(const std::filesystem::path& path, ReadMode mode) {
  // O_NONBLOCK: opening a pipe must not wait for its other end; it has no effect on files.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) fail(path, "can't be opened", errno);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) fail(path, "can't be examined", errno);
  if (!S_ISREG(status.st_mode)) {
    throw BadInput(fmt::format("{}: not a regular file", path.string()));
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  FileBytes result;
  result.path_ = path;
  if (mode == ReadMode::copied) {
    result.copy_.resize(size);
    read_all(path, file.number(), result.copy_);
    result.bytes_ = result.copy_;
  } else if (size > 0) {
    // Writable, so that an in-place operation on a tensor copies the page instead of crashing.
    void* const address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE,
                                 file.number(), 0);
    if (address == MAP_FAILED) fail(path, "can't be mapped", errno);
    result.mapping_ = address;
    result.bytes_ = {static_cast<const std::byte*>(address), size};
  }
  return result;
}

FileBytes::~FileBytes() {
  release();
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : path_(std::move(other.path_)),
      copy_(std::move(other.copy_)),
      mapping_(std::exchange(other.mapping_, nullptr)),
      bytes_(std::exchange(other.bytes_, {})) {}

FileBytes& FileBytes::operator=(FileBytes&& other) noexcept {
  if (this != &other) {
    release();
    path_ = std::move(other.path_);
    copy_ = std::move(other.copy_);
    mapping_ = std::exchange(other.mapping_, nullptr);
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

void FileBytes::release() {
  if (mapping_ != nullptr) ::munmap(mapping_, bytes_.size());
  mapping_ = nullptr;
}

}  // namespace asbench::models
