#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace asbench::loaders {

/// A text in UTF-8, and how it was saved.
struct Text {
  std::string utf8;  ///< valid UTF-8 without a byte order mark; line ends as they were
  /// "UTF-8", "UTF-8 with a byte order mark", "UTF-16 LE", "UTF-16 BE" or "Windows-1252".
  std::string encoding;
  /// Of a converted text its first word with a character beyond ASCII, so that somebody can see
  /// whether the encoding is the right one; at most 40 bytes.
  std::string sample = {};

  /// True unless the bytes had to be converted: then somebody should be told.
  [[nodiscard]] bool is_utf8() const { return encoding.starts_with("UTF-8"); }
};

/// Recognises the encoding of a text that programs on Windows may have saved: split files, CSV.
///
/// UTF-8 and UTF-16 by their byte order mark; UTF-8 and UTF-16 without one where the bytes allow
/// nothing else (UTF-16: the text begins with an ASCII character, as JSON and CSV do);
/// Windows-1252 (of which ISO 8859-1 text is a part) only where the bytes above 127 stand where
/// letters with accents and typographic signs stand in Western European text. Bytes that may as
/// well be Shift JIS, GBK, Windows-1251, ... are refused: a wrong guess would change captions
/// without anybody seeing it. Windows-1254 (Turkish) and Latin-2 differ from Windows-1252 in a few
/// letters only and can't be told from it: the sample is there for them.
/// @param where  what to call the text in messages, usually its path
/// @throws BadInput with the cause, the line and what to do. Thread-safe.
[[nodiscard]] Text decode_text(std::string_view bytes, std::string_view where);

/// What to tell about a text that had to be converted: its encoding, and a word to check it by.
[[nodiscard]] std::string encoding_note(const Text& text, std::string_view where);

/// The same of the bytes of a file. @throws BadInput also when they are a Git LFS pointer or an
/// HTML page in the place of the file (core/stand_in.h).
[[nodiscard]] Text decode_file_text(std::string_view bytes, std::string_view where);

/// Reads the file, and decode_file_text(). @throws BadInput also when it can't be read or is larger
/// than `max_bytes`.
[[nodiscard]] Text read_text(const std::filesystem::path& path, std::size_t max_bytes = 1ULL << 30);

}  // namespace asbench::loaders
