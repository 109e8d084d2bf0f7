#include "core/print.h"

namespace asbench {

std::string json_for_terminal(const Json& json, int indent) {
  const std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    const std::string_view written = std::string_view(text).substr(at, c.length);
    at += c.length;
    // What dump() leaves below U+0020 are the line ends between values.
    if (c.value < 0x7F || terminal_text(written) == written)
      safe += written;
    else if (c.value < 0x10000)
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c.value));
    else {
      const auto rest = static_cast<unsigned>(c.value) - 0x10000;
      safe += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU));
    }
  }
  return safe;
}

}  // namespace asbench
