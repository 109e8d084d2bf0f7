#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// libzip, wrapped. Not for other modules.
namespace asbench::loaders {

/// A zip archive, open for reading. Move-only; one thread at a time.
class ZipArchive {
 public:
  struct Member {
    std::uint64_t index = 0;
    std::string name;
    std::uint64_t size = 0;  ///< unpacked, as the archive states it
    std::uint32_t crc = 0;
  };
  struct Content {
    std::string bytes;
    std::string problem;  ///< not empty: the member is damaged, encrypted, or packed in a way that
                          ///< is not known
  };

  /// @throws BadInput when it is no archive, or is damaged; SystemFault when the system can't read
  /// it.
  explicit ZipArchive(const std::filesystem::path& path);
  ~ZipArchive();
  ZipArchive(ZipArchive&&) noexcept;
  ZipArchive& operator=(ZipArchive&&) noexcept;

  /// Members that are files.
  [[nodiscard]] std::vector<Member> members() const;
  /// Unpacks a member and checks its CRC-32. Nothing beyond `most` bytes is unpacked.
  /// @throws SystemFault.
  [[nodiscard]] Content read(std::uint64_t index, std::uint64_t most) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace asbench::loaders
