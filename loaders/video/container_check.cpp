#include "loaders/video/container_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/files.h"
#include "core/stand_in.h"

namespace asbench::loaders {
namespace {

/// Top-level boxes of ISO 14496-12 and QuickTime. Anything else ends the walk: bytes after the last
/// box are not damage.
constexpr std::array<std::string_view, 16> kBoxes = {"ftyp", "moov", "mdat", "free", "skip", "wide",
                                                     "moof", "mfra", "sidx", "styp", "uuid", "meta",
                                                     "pnot", "emsg", "prft", "udta"};

/// Up to `count` bytes from `offset`; fewer at the end.
std::string read_text(const InputFile& file, std::uint64_t offset, std::size_t count) {
  std::string bytes(count, '\0');
  bytes.resize(file.read_at(offset, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

std::optional<std::string> overrun(std::string_view what, std::uint64_t end, std::uint64_t size) {
  if (end <= size) return std::nullopt;
  return fmt::format("truncated: {} ends at byte {}, the file at {}", what, end, size);
}

std::optional<std::string> check_boxes(const InputFile& file) {
  bool has_moov = false;
  bool has_fragments = false;
  for (std::uint64_t offset = 0; offset + 8 <= file.size();) {
    const std::string header = read_text(file, offset, 16);
    const std::string_view type = std::string_view(header).substr(4, 4);
    if (std::find(kBoxes.begin(), kBoxes.end(), type) == kBoxes.end()) break;
    has_moov |= type == "moov";
    has_fragments |= type == "moof";
    std::uint64_t length = big_endian(std::string_view(header).substr(0, 4));
    if (length == 0) break;  // to the end of the file, by definition
    if (length == 1) {
      if (header.size() < 16) return overrun(type, offset + 16, file.size());
      length = big_endian(std::string_view(header).substr(8, 8));
    }
    if (length < 8) return fmt::format("damaged: the box {} has the length {}", type, length);
    if (length > file.size() - offset) {
      return fmt::format("truncated: the box {} at byte {} has {} bytes, the file {} after it",
                         type, offset, length, file.size() - offset);
    }
    offset += length;
  }
  if (!has_moov && !has_fragments) return "truncated: the index (moov box) is missing";
  return std::nullopt;
}

std::optional<std::string> check_riff(const InputFile& file) {
  // OpenDML files are several RIFF chunks in a row; each has to fit.
  for (std::uint64_t offset = 0; offset + 12 <= file.size();) {
    const std::string header = read_text(file, offset, 12);
    if (!header.starts_with("RIFF")) break;
    const std::uint64_t length = little_endian(std::string_view(header).substr(4, 4));
    const std::uint64_t end = offset + 8 + length;
    if (auto defect = overrun("the RIFF chunk", end, file.size())) return defect;
    offset = end + (length & 1U);
  }
  return std::nullopt;
}

/// An EBML number: the zero bits at the front give its length. @returns value and length, value
/// without the length bit; nothing when it is malformed.
struct Ebml {
  std::uint64_t value;
  std::size_t length;
  bool unknown;  ///< all value bits set: the size is not known (live streams)
};
std::optional<Ebml> ebml_size(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(bytes.front());
  const auto length = static_cast<std::size_t>(std::countl_zero(first)) + 1;
  if (length > 8 || bytes.size() < length) return std::nullopt;
  const std::uint64_t mask = (std::uint64_t{1} << (7 * length)) - 1;
  const std::uint64_t value = big_endian(bytes.substr(0, length)) & mask;
  return Ebml{value, length, value == mask};
}

std::optional<std::string> check_matroska(const InputFile& file) {
  const std::string head = read_text(file, 0, 16);
  const auto header = ebml_size(std::string_view(head).substr(4));
  if (!header || header->unknown || header->value > 4096) return std::nullopt;
  const std::uint64_t at = 4 + header->length + header->value;
  const std::string segment = read_text(file, at, 16);
  if (!segment.starts_with("\x18\x53\x80\x67")) {
    return segment.size() < 4 ? std::optional<std::string>("truncated: there is no segment")
                              : std::nullopt;
  }
  const auto size = ebml_size(std::string_view(segment).substr(4));
  if (!size || size->unknown) return std::nullopt;
  return overrun("the segment", at + 4 + size->length + size->value, file.size());
}

/// True if all bytes occur in texts. Every video format has others among its first 512.
bool is_text(std::string_view head) {
  return std::none_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x09 || (byte > 0x0D && byte < 0x20) || byte == 0x7F;
  });
}

}  // namespace

std::optional<std::string> container_defect(const std::filesystem::path& path) {
  switch (kind_of(path)) {
    case FileKind::absent:
      return "no such file";
    case FileKind::folder:
    case FileKind::other:
      return "not a regular file";
    case FileKind::file:
      break;
  }
  const InputFile file(path);
  if (file.size() == 0) return "empty file (0 bytes)";
  const std::string head = read_text(file, 0, 512);
  if (const auto other = stand_in_of(head)) return "not a video: " + *other;
  if (is_text(head)) return "not a video: a text file";
  if (head.size() >= 8) {
    const std::string_view type = std::string_view(head).substr(4, 4);
    if (std::find(kBoxes.begin(), kBoxes.end(), type) != kBoxes.end()) return check_boxes(file);
  }
  if (head.starts_with("RIFF")) return check_riff(file);
  if (head.starts_with("\x1A\x45\xDF\xA3")) return check_matroska(file);
  return std::nullopt;
}

}  // namespace asbench::loaders
