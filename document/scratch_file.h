#pragma once

// Not a public header.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace asbench::document {

/// A file without a name, for what need not be in memory: it is gone when the object is, however
/// the program ends. Move-only; one thread.
class ScratchFile {
 public:
  /// @param beside  a file, there or not, in the folder that gives the space; named in messages
  /// @throws SystemFault when no file can be made there.
  explicit ScratchFile(const std::filesystem::path& beside);
  ~ScratchFile();
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&&) = delete;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// @throws SystemFault when the disk is full.
  void append(std::string_view bytes);
  /// The bytes [offset, offset + size). @throws SystemFault; InternalError beyond the end.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t size) const;

 private:
  std::filesystem::path beside_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace asbench::document
