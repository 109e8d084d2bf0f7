#include "features/store_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <random>
#include <utility>

#include "core/error.h"

namespace asbench::features {

NewStoreFile::NewStoreFile(const std::filesystem::path& root, std::string_view name)
    : path_(root / "tmp" / fmt::format("{}.{}.{:016x}", name, ::getpid(), store_file_number())),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail("can't be created");
}

NewStoreFile::~NewStoreFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!placed_) ::unlink(path_.c_str());
}

void NewStoreFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("can't be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void NewStoreFile::write(std::string_view bytes) {
  write(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

void NewStoreFile::place(const std::filesystem::path& target) {
  if (::fdatasync(descriptor_) != 0) fail("can't be synced");
  const int closing = std::exchange(descriptor_, -1);
  if (::close(closing) != 0) fail("can't be closed");
  if (::rename(path_.c_str(), target.c_str()) != 0) fail("can't be put in place");
  placed_ = true;
}

void NewStoreFile::fail(std::string_view what) const {
  const int error = errno;
  throw SystemFault(fmt::format("an entry of the feature store {}", what), path_, error,
                    "Free some space, or name another folder with --cache DIR. Features stored "
                    "so far are kept.");
}

std::uint64_t store_file_number() {
  static std::atomic<std::uint64_t> next = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }();
  return next++;
}

}  // namespace asbench::features
