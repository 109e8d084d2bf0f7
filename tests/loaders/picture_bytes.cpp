#include "tests/loaders/picture_bytes.h"

#include <cstdint>
#include <stdexcept>

namespace asbench::testing {
namespace {

std::string number(std::uint32_t value, int size, bool little) {
  std::string bytes;
  for (int i = 0; i < size; ++i)
    bytes += static_cast<char>(value >> (8 * (little ? i : size - 1 - i)));
  return bytes;
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? 0xEDB88320U ^ (crc >> 1U) : crc >> 1U;
  }
  return ~crc;
}

std::string png_chunk(std::string_view type, std::string_view data) {
  const std::string body = std::string(type) + std::string(data);
  return number(static_cast<std::uint32_t>(data.size()), 4, false) + body +
         number(crc32(body), 4, false);
}

/// Behind the header chunk: 8 bytes of signature, 25 of the chunk.
std::string into_png(std::string_view png, const std::string& chunk) {
  return std::string(png.substr(0, 33)) + chunk + std::string(png.substr(33));
}

/// WebP keeps further chunks in its extended form: a VP8X chunk first.
std::string into_webp(std::string_view webp, std::string_view exif) {
  const auto chunk = [](std::string_view type, std::string data) {
    std::string bytes =
        std::string(type) + number(static_cast<std::uint32_t>(data.size()), 4, true) + data;
    if (data.size() % 2 != 0) bytes += '\0';
    return bytes;
  };
  // The size of lossless pictures stands in 14 + 14 bits behind a signature byte.
  if (webp.substr(12, 4) != "VP8L") throw std::runtime_error("only lossless WebP is extended");
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i)
    bits |= static_cast<std::uint32_t>(static_cast<unsigned char>(webp[21 + i])) << (8 * i);
  const std::string extended =
      chunk("VP8X", number(0x08, 4, true) + number(bits & 0x3FFFU, 3, true) +
                        number(bits >> 14U & 0x3FFFU, 3, true));
  const std::string body =
      "WEBP" + extended + std::string(webp.substr(12)) + chunk("EXIF", std::string(exif));
  return "RIFF" + number(static_cast<std::uint32_t>(body.size()), 4, true) + body;
}

}  // namespace

std::string exif_block(int orientation, bool little) {
  const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t value) {
    return number(tag, 2, little) + number(type, 2, little) + number(1, 4, little) +
           number(value, type == 3 ? 2 : 4, little) + std::string(type == 3 ? 2 : 0, '\0');
  };
  return std::string(little ? "II" : "MM") + number(42, 2, little) + number(8, 4, little) +
         number(3, 2, little) + entry(0x0100, 4, 70000) +
         entry(0x0112, 3, static_cast<std::uint32_t>(orientation)) + entry(0x0128, 3, 2) +
         number(0, 4, little);
}

std::string with_exif(std::string_view picture, std::string_view exif) {
  if (picture.starts_with("\x89PNG")) return into_png(picture, png_chunk("eXIf", exif));
  if (picture.starts_with("RIFF")) return into_webp(picture, exif);
  const std::string data = std::string("Exif\0\0", 6) + std::string(exif);
  return std::string(picture.substr(0, 2)) + "\xFF\xE1" +
         number(static_cast<std::uint32_t>(data.size() + 2), 2, false) + data +
         std::string(picture.substr(2));
}

std::string with_animation_control(std::string_view png, int frames) {
  return into_png(png, png_chunk("acTL", number(static_cast<std::uint32_t>(frames), 4, false) +
                                             number(0, 4, false)));
}

}  // namespace asbench::testing
