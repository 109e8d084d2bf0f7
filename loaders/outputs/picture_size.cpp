#include "loaders/outputs/picture_size.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/files.h"

namespace asbench::loaders {
namespace {

using Size = std::optional<std::pair<long, long>>;

constexpr std::size_t kHeaderBytes = 32;
constexpr int kMostSegments = 1000;  ///< of a JPEG before its frame header; a sound one has few

long big_endian(std::string_view bytes) {
  long value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

long little_endian(std::string_view bytes) {
  long value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i)
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

/// The three forms of a WebP file: extended, lossless, lossy.
Size webp_size(std::string_view head) {
  const std::string_view form = head.substr(12, 4);
  if (form == "VP8L" && head.size() >= 25) {
    const long bits = little_endian(head.substr(21, 4));
    return {{(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1}};
  }
  if (head.size() < 30) return std::nullopt;
  if (form == "VP8X")
    return {{little_endian(head.substr(24, 3)) + 1, little_endian(head.substr(27, 3)) + 1}};
  if (form == "VP8 ") {
    return {
        {little_endian(head.substr(26, 2)) & 0x3FFF, little_endian(head.substr(28, 2)) & 0x3FFF}};
  }
  return std::nullopt;
}

/// Goes from segment to segment to the frame header (SOF0 to SOF15 without DHT, JPG and DAC).
Size jpeg_size(const InputFile& file) {
  std::uint64_t at = 2;
  for (int i = 0; i < kMostSegments; ++i) {
    std::array<char, 9> segment{};
    const std::size_t got = file.read_at(at, std::as_writable_bytes(std::span(segment)));
    const std::string_view bytes(segment.data(), got);
    if (got < 4 || static_cast<unsigned char>(bytes[0]) != 0xFF) return std::nullopt;
    const auto marker = static_cast<unsigned char>(bytes[1]);
    const long length = big_endian(bytes.substr(2, 2));
    const bool is_frame_header =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame_header) {
      if (got < segment.size()) return std::nullopt;
      return {{big_endian(bytes.substr(7, 2)), big_endian(bytes.substr(5, 2))}};
    }
    if (length < 2 || marker == 0xDA) return std::nullopt;
    at += 2 + static_cast<std::uint64_t>(length);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::pair<long, long>> picture_size(const std::filesystem::path& path) {
  const InputFile file(path);
  std::array<char, kHeaderBytes> bytes{};
  const std::size_t got = file.read_at(0, std::as_writable_bytes(std::span(bytes)));
  const std::string_view head(bytes.data(), got);
  if (head.starts_with("\xFF\xD8\xFF")) return jpeg_size(file);
  if (head.size() < 24) return std::nullopt;
  if (head.starts_with("\x89PNG\r\n\x1A\n") && head.substr(12, 4) == "IHDR")
    return {{big_endian(head.substr(16, 4)), big_endian(head.substr(20, 4))}};
  if (head.starts_with("RIFF") && head.substr(8, 4) == "WEBP") return webp_size(head);
  return std::nullopt;
}

}  // namespace asbench::loaders
