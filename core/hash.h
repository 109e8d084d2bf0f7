#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace asbench {

/// SHA-256 fed piece by piece (OpenSSL, with the CPU's SHA instructions where it has them).
/// Move-only; one thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text);
  /// Ends the sum. @returns 64 lower-case hexadecimal digits.
  [[nodiscard]] std::string hex_digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of a text. @returns 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view text);

/// SHA-256 of a file's bytes. @throws SystemFault when it can't be opened or read to its end,
/// BadInput when it is no regular file.
[[nodiscard]] std::string sha256_file(const std::filesystem::path& path);

/// The name that git gives to a file of these bytes: SHA-1 of "blob <length>\0" and the bytes. Hubs
/// identify small files by it. @returns 40 lower-case hexadecimal digits.
[[nodiscard]] std::string git_blob_sha1_hex(std::string_view bytes);

/// XXH3 128-bit checksum: detects damage and equal frames; not a protection against attackers.
[[nodiscard]] std::string xxh3_hex(std::span<const std::byte> bytes);

}  // namespace asbench
