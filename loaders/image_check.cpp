#include "loaders/image_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/stand_in.h"
#include "loaders/exif_orientation.h"

namespace asbench::loaders {
namespace {

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1A\n";

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < 256; ++n) {
    std::uint32_t c = n;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1U) : c >> 1U;
    table[n] = c;
  }
  return table;
}

/// CRC-32 of PNG (ISO 3309), annex D of the PNG specification.
std::uint32_t crc32(std::string_view bytes) {
  static constexpr auto kTable = make_crc_table();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (crc >> 8U);
  }
  return ~crc;
}

[[noreturn]] void fail(std::string_view where, std::string_view cause) {
  throw BadInput(fmt::format("{}: {}", where, cause));
}

[[noreturn]] void fail_animated(std::string_view where, std::string_view kind) {
  fail(where, fmt::format("an animated {}; expected a single picture. Save the frame that is meant "
                          "as PNG",
                          kind));
}

/// Note [Ancillary chunks]
/// Only what decides the pixels is handed to the decoder. Profiles and gamma are not applied (as in
/// Pillow), and libpng can't complain about them on stderr. Of the others, the orientation is read
/// here, and the control chunk of an animation.
bool decides_pixels(std::string_view type) {
  return type == "IHDR" || type == "PLTE" || type == "tRNS" || type == "IDAT" || type == "IEND";
}

CheckedPicture check_png(std::string_view file, std::string_view where) {
  CheckedPicture picture;
  picture.bytes = kPngSignature;
  int color_type = -1;
  std::string_view rest = file.substr(kPngSignature.size());
  for (bool ended = false; !ended;) {
    if (rest.size() < 12) fail(where, "truncated PNG: the end chunk is missing");
    const std::uint32_t length = big_endian(rest.substr(0, 4));
    const std::string_view type = rest.substr(4, 4);
    if (length > rest.size() - 12) {
      fail(where, fmt::format("truncated PNG: a chunk has {} bytes, {} are left", length,
                              rest.size() - 12));
    }
    const std::string_view data = rest.substr(8, length);
    const bool is_header = type == "IHDR";
    if (is_header != (color_type < 0))
      fail(where, "damaged PNG: the header chunk is not the first");
    if (decides_pixels(type)) {
      if (crc32(rest.substr(4, 4 + std::size_t{length})) !=
          big_endian(rest.substr(8 + std::size_t{length}, 4))) {
        fail(where, fmt::format("damaged PNG: wrong checksum of the chunk {}", type));
      }
      picture.bytes += rest.substr(0, 12 + std::size_t{length});
    } else if ((static_cast<unsigned char>(type[0]) & 0x20U) == 0) {
      fail(where, "damaged PNG: an unknown critical chunk");
    } else if (type == "eXIf") {
      picture.orientation = exif_orientation(data);
    } else if (type == "acTL" && length >= 4 && big_endian(data.substr(0, 4)) > 1) {
      fail_animated(where, "PNG");
    }
    if (is_header) {
      if (length != 13) fail(where, "damaged PNG: the header chunk has a wrong length");
      picture.width = static_cast<long>(big_endian(data.substr(0, 4)));
      picture.height = static_cast<long>(big_endian(data.substr(4, 4)));
      picture.bits = static_cast<unsigned char>(data[8]);
      color_type = static_cast<unsigned char>(data[9]);
    } else if (type == "tRNS" && color_type == 0 && length == 2 && picture.bits <= 8) {
      const unsigned top = (1U << static_cast<unsigned>(picture.bits)) - 1U;
      const unsigned level = big_endian(data) & top;
      picture.transparent_grey = static_cast<std::uint8_t>(level * 255U / top);
    }
    ended = type == "IEND";
    rest.remove_prefix(12 + std::size_t{length});
  }
  // A palette has 8-bit entries whatever the bits of its indices.
  if (picture.bits < 8 || color_type == 3) picture.bits = 8;
  return picture;
}

bool is_frame_header(unsigned marker) {
  // SOF0 to SOF15 without DHT, JPG and DAC, which share their range.
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

CheckedPicture check_jpeg(std::string_view file, std::string_view where) {
  CheckedPicture picture;
  picture.bytes = file;
  bool has_exif = false;
  const auto byte = [&](std::size_t at) -> unsigned {
    if (at >= file.size()) fail(where, "truncated JPEG: the end marker is missing");
    return static_cast<unsigned char>(file[at]);
  };
  for (std::size_t at = 2;;) {
    if (byte(at) != 0xFF) fail(where, "damaged JPEG: a marker is missing");
    while (byte(at) == 0xFF) ++at;  // fill bytes
    const unsigned marker = byte(at++);
    if (marker == 0xD9) return picture;
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) continue;  // without a length
    const std::size_t length = byte(at) << 8U | byte(at + 1);
    if (length < 2) fail(where, "damaged JPEG: a segment without a length");
    if (is_frame_header(marker) && length >= 8) {
      picture.bits = static_cast<int>(byte(at + 2));
      picture.height = static_cast<long>(byte(at + 3) << 8U | byte(at + 4));
      picture.width = static_cast<long>(byte(at + 5) << 8U | byte(at + 6));
    }
    const std::string_view segment =
        file.substr(std::min(at + 2, file.size())).substr(0, length - 2);
    if (marker == 0xE1 && !has_exif && segment.starts_with(std::string_view("Exif\0\0", 6))) {
      has_exif = true;
      picture.orientation = exif_orientation(segment);
    }
    at += length;
    if (marker != 0xDA) continue;
    // Coded data: to the next marker that is neither a stuffed 0xFF nor a restart.
    while (byte(at) != 0xFF || byte(at + 1) == 0 || byte(at + 1) == 0xFF ||
           (byte(at + 1) >= 0xD0 && byte(at + 1) <= 0xD7)) {
      ++at;
    }
  }
}

CheckedPicture check_webp(std::string_view file, std::string_view where) {
  const std::uint64_t end = 8 + std::uint64_t{little_endian(file.substr(4, 4))};
  if (end > file.size()) {
    fail(where, fmt::format("truncated WebP: {} bytes of {}", file.size(), end));
  }
  CheckedPicture picture;
  picture.bytes = file;
  for (std::size_t at = 12; at + 8 <= file.size();) {
    const std::string_view type = file.substr(at, 4);
    const std::uint32_t length = little_endian(file.substr(at + 4, 4));
    if (type == "ANIM" || type == "ANMF") fail_animated(where, "WebP");
    if (length > file.size() - at - 8) break;  // the decoder says what is wrong with it
    if (type == "EXIF") picture.orientation = exif_orientation(file.substr(at + 8, length));
    at += 8 + std::size_t{length} + (length & 1U);
  }
  return picture;
}

/// The name of a format that is not read; empty for anything else.
std::string_view other_format(std::string_view bytes) {
  if (bytes.starts_with("BM")) return "BMP";
  if (bytes.starts_with(std::string_view("II*\0", 4)) ||
      bytes.starts_with(std::string_view("MM\0*", 4)))
    return "TIFF";
  if (bytes.starts_with("8BPS")) return "Photoshop";
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") {
    const std::string_view brand = bytes.substr(8, 4);
    if (brand == "avif" || brand == "avis") return "AVIF";
    if (brand == "heic" || brand == "heix" || brand == "mif1" || brand == "msf1") return "HEIF";
    return "video";
  }
  return {};
}

}  // namespace

CheckedPicture check_picture(std::string_view bytes, std::string_view where) {
  if (bytes.empty()) fail(where, "empty file (0 bytes)");
  if (bytes.starts_with(kPngSignature)) return check_png(bytes, where);
  if (bytes.starts_with("\xFF\xD8\xFF")) return check_jpeg(bytes, where);
  if (bytes.size() >= 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") {
    return check_webp(bytes, where);
  }
  if (bytes.starts_with("GIF8")) {
    fail(where,
         "a GIF, which may be animated; expected a single PNG, JPEG or WebP picture. Save "
         "the frame that is meant as PNG");
  }
  if (const auto other = stand_in_of(bytes)) fail(where, *other);
  if (const auto format = other_format(bytes); !format.empty()) {
    fail(where, fmt::format("a {} file, not a PNG, JPEG or WebP picture; save it as PNG", format));
  }
  fail(where, "not a PNG, JPEG or WebP file, or cut off in its first bytes");
}

}  // namespace asbench::loaders
