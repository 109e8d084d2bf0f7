#include "models/weights/file_bytes.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "core/error.h"
#include "core/files.h"

namespace asbench::models {
namespace {

std::vector<std::byte> read_all(const InputFile& file) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(file.size()));
  const std::size_t got = file.read_at(0, bytes);
  if (got < bytes.size()) {
    throw BadInput(fmt::format("{}: was shortened while it was read: {} of {} bytes",
                               file.path().string(), got, bytes.size()));
  }
  return bytes;
}

}  // namespace

FileBytes FileBytes::open(const std::filesystem::path& path, ReadMode mode) {
  const InputFile file(path);
  const auto size = static_cast<std::size_t>(file.size());
  FileBytes result;
  result.path_ = path;
  if (mode == ReadMode::copied) {
    result.copy_ = read_all(file);
    result.bytes_ = result.copy_;
  } else if (size > 0) {
    // Writable, so that an in-place operation on a tensor copies the page instead of crashing.
    void* const address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE,
                                 file.descriptor(), 0);
    if (address == MAP_FAILED) throw SystemFault("can't be mapped into memory", path, errno);
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
