#pragma once

// How an entry of the feature store lies in a file, loose or in a pack; not a public header.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/files.h"

namespace asbench::features {

inline constexpr std::size_t kKeyDigits = 64;
inline constexpr std::uint64_t kMostEntryBytes = 1ULL << 30;  // 100,000 frames of 2,600 numbers

/// A key in half the space.
using BinaryKey = std::array<unsigned char, kKeyDigits / 2>;
/// @param key  64 lower-case hexadecimal digits
[[nodiscard]] BinaryKey binary_key(std::string_view key);
[[nodiscard]] std::string key_text(const BinaryKey& key);

/// What stands before the values; little-endian as it lies in memory.
struct EntryHeader {
  static constexpr std::uint64_t kMagic = 0x3145524F54534241ULL;  // "ABSTORE1"
  std::uint64_t magic = kMagic;
  char key[kKeyDigits] = {};
  std::uint32_t rows = 0;  ///< a matrix: [rows, cols] float32; a text: 0 and 0
  std::uint32_t cols = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t checksum = 0;  ///< XXH3 over the header's other fields and the payload
};
static_assert(sizeof(EntryHeader) == 96);

/// An entry as it was read.
struct StoredEntry {
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;
  std::string payload;
};

/// A complete header. @param key  64 digits
[[nodiscard]] EntryHeader make_header(std::string_view key, std::uint32_t rows, std::uint32_t cols,
                                      std::span<const std::byte> payload);

/// Reads and verifies the entry of `length` bytes at `offset`.
/// @returns nothing when it is not that key's whole entry. @throws SystemFault.
[[nodiscard]] std::optional<StoredEntry> read_stored(const InputFile& file, std::uint64_t offset,
                                                     std::uint64_t length, std::string_view key);

/// The same for whole bytes: header and payload. Whether they are a sound entry of that key.
[[nodiscard]] bool is_sound(std::string_view bytes, std::string_view key);

}  // namespace asbench::features
