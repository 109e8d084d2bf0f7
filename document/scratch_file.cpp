#include "document/scratch_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/error.h"
#include "core/files.h"

namespace asbench::document {

// It has a name for a moment: not every file system can make a file without one (O_TMPFILE). A
// program that is killed just then leaves a temporary file as any other.
ScratchFile::ScratchFile(const std::filesystem::path& beside) : beside_(beside) {
  const auto name = temporary_beside(beside);
  descriptor_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) throw SystemFault("can't be written", beside_, errno);
  ::unlink(name.c_str());
}

ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : beside_(std::move(other.beside_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

void ScratchFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t got =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemFault("can't be written", beside_, errno);
    size_ += static_cast<std::uint64_t>(got);
    bytes.remove_prefix(static_cast<std::size_t>(got));
  }
}

std::string ScratchFile::read(std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    const ssize_t got =
        ::pread(descriptor_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemFault("can't be read", beside_, errno);
    if (got == 0)
      throw InternalError(fmt::format("a scratch file ends before {} bytes", offset + size));
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace asbench::document
