#include "loaders/text_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/error.h"
#include "core/json.h"
#include "core/stand_in.h"

namespace asbench::loaders {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kRemedy = "Save it as UTF-8.";

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::size_t line_of(std::string_view bytes, std::size_t at) {
  return 1 + static_cast<std::size_t>(
                 std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

[[noreturn]] void fail(std::string_view where, std::string_view what) {
  throw BadInput(fmt::format("{}: {}. {}", where, what, kRemedy));
}

/// Length of the UTF-8 character at `at`; 0 for bytes that are none (Unicode 15, table 3-7: no
/// overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view bytes, std::size_t at) {
  const unsigned first = byte_at(bytes, at);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2   ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || at + length > bytes.size()) return 0;
  const unsigned second = byte_at(bytes, at + 1);
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(bytes, at + i) & 0xC0U) != 0x80) return 0;
  }
  return length;
}

/// Where the text stops being UTF-8; nothing: it is all UTF-8.
std::optional<std::size_t> first_non_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = utf8_length(bytes, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

void append_utf8(std::uint32_t code, std::string& text) {
  const auto put = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | code >> 6U), put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | code >> 12U), put(0x80U | (code >> 6U & 0x3FU)), put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | code >> 18U), put(0x80U | (code >> 12U & 0x3FU)), put(0x80U | (code >> 6U & 0x3FU)),
        put(0x80U | (code & 0x3FU));
  }
}

enum class ByteOrder { little, big };

std::string utf16_to_utf8(std::string_view bytes, ByteOrder order, std::string_view where) {
  const std::string name = order == ByteOrder::little ? "UTF-16 LE" : "UTF-16 BE";
  if (bytes.size() % 2 != 0)
    fail(where, fmt::format("{} text with an odd number of bytes: it is cut off or damaged", name));
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const std::uint32_t first = byte_at(bytes, at);
    const std::uint32_t second = byte_at(bytes, at + 1);
    return order == ByteOrder::little ? first | second << 8U : first << 8U | second;
  };
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    if (code >= 0xD800 && code < 0xE000) {
      const std::uint32_t next = code < 0xDC00 && at + 2 < bytes.size() ? unit(at + 2) : 0;
      if (next < 0xDC00 || next >= 0xE000) {
        fail(where, fmt::format("{} text with half a character (U+{:04X}) in line {}", name, code,
                                line_of(text, text.size())));
      }
      code = 0x10000 + ((code - 0xD800) << 10U) + (next - 0xDC00);
      at += 2;
    } else if (code == 0) {
      fail(where, fmt::format("not {} text: it holds the character U+0000; UTF-32 or a binary file",
                              name));
    }
    append_utf8(code, text);
  }
  return text;
}

/// The byte order of UTF-16 without a mark: its first character is ASCII in one order only.
std::optional<ByteOrder> unmarked_utf16(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto is_text = [](unsigned c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7F);
  };
  if (byte_at(bytes, 1) == 0 && is_text(byte_at(bytes, 0))) return ByteOrder::little;
  if (byte_at(bytes, 0) == 0 && is_text(byte_at(bytes, 1))) return ByteOrder::big;
  return std::nullopt;
}

/// Windows-1252, bytes 0x80 to 0x9F; 0: not used there. The bytes above stand for their own number.
constexpr std::array<std::uint32_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

std::uint32_t windows1252(unsigned byte) {
  return byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte;
}

enum class Sign { upper, lower, joins_letters, beside_words, unlikely };

/// What a byte above 127 would be as Windows-1252.
Sign sign_of(unsigned byte) {
  if (byte == 0xD7 || byte == 0xF7) return Sign::beside_words;                           // × ÷
  if (byte == 0x8A || byte == 0x8C || byte == 0x8E || byte == 0x9F) return Sign::upper;  // Š Œ Ž Ÿ
  if (byte == 0x9A || byte == 0x9C || byte == 0x9E) return Sign::lower;                  // š œ ž
  if (byte >= 0xC0) return byte < 0xDF ? Sign::upper : Sign::lower;
  constexpr std::string_view kJoin =
      "\x92\x96\x97\x85\xA0\xAD\xB7";  // ’ – — … nbsp, soft hyphen, ·
  constexpr std::string_view kBeside =
      "\x80\x82\x84\x8B\x91\x93\x94\x95\x99\x9B\xA1\xA3\xA7\xA9\xAA\xAB\xAE\xB0\xBA\xBB\xBF";
  const char c = static_cast<char>(byte);
  if (kJoin.find(c) != std::string_view::npos) return Sign::joins_letters;
  return kBeside.find(c) != std::string_view::npos ? Sign::beside_words : Sign::unlikely;
}

bool is_ascii_letter(unsigned byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/// Note [Windows-1252 or not]
/// Any bytes can be read as Windows-1252, so the question is whether the result is a Western
/// European text. In one, bytes above 127 are few, hardly ever more than two letters in a row, and
/// no capital with an accent follows a small letter. Two bytes a character (Shift JIS, GBK, Big5,
/// EUC) make runs of four and more as soon as two characters meet; in Windows-1251 whole words are
/// such runs; in Mac Roman "é" is the capital "Ž" of Windows-1252.
bool looks_western(std::string_view bytes) {
  std::size_t high = 0;
  std::size_t run = 0;      // bytes above 127 in a row
  std::size_t letters = 0;  // of them letters
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned byte = byte_at(bytes, at);
    if (byte < 0x80) {
      run = letters = 0;
      continue;
    }
    ++high;
    const Sign sign = sign_of(byte);
    const unsigned before = at > 0 ? byte_at(bytes, at - 1) : ' ';
    const unsigned after = at + 1 < bytes.size() ? byte_at(bytes, at + 1) : ' ';
    const bool is_letter = sign == Sign::upper || sign == Sign::lower;
    const bool after_small =
        (before >= 'a' && before <= 'z') || (before >= 0x80 && sign_of(before) == Sign::lower);
    if (sign == Sign::unlikely || (sign == Sign::upper && after_small)) return false;
    if (sign == Sign::upper && letters > 0) return false;
    if (sign == Sign::beside_words && is_ascii_letter(before) && is_ascii_letter(after))
      return false;
    letters = is_letter ? letters + 1 : 0;
    if (++run > 3 || letters > 2) return false;
  }
  return 4 * high <= bytes.size();
}

std::string windows1252_to_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) append_utf8(windows1252(static_cast<unsigned char>(c)), text);
  return text;
}

/// The first word with a character beyond ASCII.
std::string sample_of(std::string_view text) {
  constexpr std::size_t kBytes = 40;
  const auto is_beyond = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  const auto first = std::find_if(text.begin(), text.end(), is_beyond);
  if (first == text.end()) return {};
  const auto joins = [&](char c) {
    return is_beyond(c) || is_ascii_letter(static_cast<unsigned char>(c));
  };
  auto begin = first;
  while (begin != text.begin() && first - begin < 20 && joins(*(begin - 1))) --begin;
  auto end = std::find_if_not(first, text.end(), joins);
  if (end - begin > static_cast<std::ptrdiff_t>(kBytes)) {
    end = begin + kBytes;
    constexpr unsigned kContinues = 0x80;
    while ((static_cast<unsigned char>(*end) & 0xC0U) == kContinues) --end;
  }
  while (begin != end && (static_cast<unsigned char>(*begin) & 0xC0U) == 0x80U) ++begin;
  return {begin, end};
}

/// Text that was not UTF-8.
Text converted(std::string utf8, std::string encoding) {
  std::string sample = sample_of(utf8);
  return {std::move(utf8), std::move(encoding), std::move(sample)};
}

}  // namespace

Text decode_text(std::string_view bytes, std::string_view where) {
  if (bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4)) ||
      bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4)))
    fail(where, "UTF-32 text, which is not read");
  if (bytes.starts_with("\xFF\xFE"))
    return converted(utf16_to_utf8(bytes.substr(2), ByteOrder::little, where), "UTF-16 LE");
  if (bytes.starts_with("\xFE\xFF"))
    return converted(utf16_to_utf8(bytes.substr(2), ByteOrder::big, where), "UTF-16 BE");
  const bool marked = bytes.starts_with(kUtf8Mark);
  if (marked) bytes.remove_prefix(kUtf8Mark.size());
  if (!marked && bytes.find('\0') != std::string_view::npos) {
    const auto order = unmarked_utf16(bytes);
    if (!order) fail(where, "not a text: it holds bytes of value 0");
    return converted(utf16_to_utf8(bytes, *order, where),
                     *order == ByteOrder::little ? "UTF-16 LE" : "UTF-16 BE");
  }
  const auto bad = first_non_utf8(bytes);
  if (!bad) return {std::string(bytes), marked ? "UTF-8 with a byte order mark" : "UTF-8"};
  if (!marked && looks_western(bytes)) return converted(windows1252_to_utf8(bytes), "Windows-1252");
  fail(where,
       fmt::format("neither UTF-8 nor UTF-16 text, nor clearly Windows-1252: the byte {:02X} "
                   "in line {}",
                   byte_at(bytes, *bad), line_of(bytes, *bad)));
}

std::string encoding_note(const Text& text, std::string_view where) {
  std::string note = fmt::format("{}: read as {}", where, text.encoding);
  if (!text.sample.empty()) note += fmt::format(" (it gives \"{}\")", text.sample);
  return note + "; save it as UTF-8";
}

Text decode_file_text(std::string_view bytes, std::string_view where) {
  if (const auto other = stand_in_of(bytes)) throw BadInput(fmt::format("{}: {}", where, *other));
  return decode_text(bytes, where);
}

Text read_text(const std::filesystem::path& path, std::size_t max_bytes) {
  return decode_file_text(read_text_file(path, max_bytes), path.string());
}

}  // namespace asbench::loaders
