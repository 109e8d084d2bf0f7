#include "features/store_entry.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <cstring>

namespace asbench::features {
namespace {

static_assert(std::endian::native == std::endian::little,
              "entries are little-endian as they lie in memory");

std::uint64_t checksum_of(EntryHeader header, std::span<const std::byte> payload) {
  header.checksum = 0;
  const std::uint64_t seed = XXH3_64bits(&header, sizeof(header));
  return XXH3_64bits_withSeed(payload.data(), payload.size(), seed);
}

unsigned value_of(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

bool fits(const EntryHeader& header, std::uint64_t length, std::string_view key) {
  return header.magic == EntryHeader::kMagic && std::string_view(header.key, kKeyDigits) == key &&
         length >= sizeof(EntryHeader) && header.payload_bytes == length - sizeof(EntryHeader);
}

}  // namespace

BinaryKey binary_key(std::string_view key) {
  BinaryKey bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<unsigned char>(16 * value_of(key[2 * i]) + value_of(key[2 * i + 1]));
  return bytes;
}

std::string key_text(const BinaryKey& key) {
  std::string text;
  for (const unsigned char byte : key) text += fmt::format("{:02x}", byte);
  return text;
}

EntryHeader make_header(std::string_view key, std::uint32_t rows, std::uint32_t cols,
                        std::span<const std::byte> payload) {
  EntryHeader header;
  std::memcpy(header.key, key.data(), kKeyDigits);
  header.rows = rows;
  header.cols = cols;
  header.payload_bytes = payload.size();
  header.checksum = checksum_of(header, payload);
  return header;
}

std::optional<StoredEntry> read_stored(const InputFile& file, std::uint64_t offset,
                                       std::uint64_t length, std::string_view key) {
  EntryHeader header;
  const std::size_t got = file.read_at(offset, std::as_writable_bytes(std::span(&header, 1)));
  if (got != sizeof(EntryHeader) || !fits(header, length, key)) return std::nullopt;
  StoredEntry entry{header.rows, header.cols, std::string(header.payload_bytes, '\0')};
  const auto bytes = std::as_writable_bytes(std::span(entry.payload.data(), entry.payload.size()));
  if (file.read_at(offset + sizeof(EntryHeader), bytes) != entry.payload.size() ||
      checksum_of(header, bytes) != header.checksum)
    return std::nullopt;
  return entry;
}

bool is_sound(std::string_view bytes, std::string_view key) {
  EntryHeader header;
  if (bytes.size() < sizeof(header)) return false;
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (!fits(header, bytes.size(), key)) return false;
  const std::string_view payload = bytes.substr(sizeof(header));
  return checksum_of(header, std::as_bytes(std::span(payload.data(), payload.size()))) ==
         header.checksum;
}

}  // namespace asbench::features
