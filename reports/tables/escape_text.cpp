#include "reports/tables/escape_text.h"

#include <fmt/format.h>

#include <map>

namespace asbench::reports {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_unreserved(char c) {
  return is_word(c) || std::string_view("-.~").find(c) != std::string_view::npos;
}

/// The entity of a character that begins or ends markup in HTML and XML; empty for any other.
std::string_view entity_of(char c) {
  return c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : "";
}

}  // namespace

std::string terminal_text(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    if (is_control(c)) c = ' ';
  }
  return plain;
}

std::string markdown_text(std::string_view text) {
  const std::string plain = terminal_text(text);
  std::string escaped;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const char c = plain[i];
    const bool in_word = i > 0 && is_word(plain[i - 1]);
    if (const auto entity = entity_of(c); !entity.empty()) escaped += entity;
    // A story's name must not notify anybody. GitHub looks for @names after it has read entities,
    // so a space without width follows where a name could begin.
    else if (c == '@')
      escaped += in_word ? "&#64;" : "&#64;&#8203;";
    // Bare addresses become links too.
    else if (c == ':' && plain.compare(i, 3, "://") == 0)
      escaped += "&#58;";
    else if (c == '.' && i >= 3 &&
             (plain.compare(i - 3, 3, "www") == 0 || plain.compare(i - 3, 3, "WWW") == 0))
      escaped += "\\.";
    else if (std::string_view("\\`*_{}[]()#!|~").find(c) != std::string_view::npos)
      escaped += fmt::format("\\{}", c);
    else
      escaped += c;
  }
  return escaped;
}

std::string xml_text(std::string_view text) {
  std::string escaped;
  for (const char c : terminal_text(text)) {
    if (const auto entity = entity_of(c); !entity.empty())
      escaped += entity;
    else if (c == '"')
      escaped += "&quot;";
    else if (c == '\'')
      escaped += "&apos;";
    else
      escaped += c;
  }
  return escaped;
}

std::string latex_text(std::string_view text) {
  static const std::map<char, std::string_view> commands = {{'\\', "\\textbackslash{}"},
                                                            {'{', "\\{"},
                                                            {'}', "\\}"},
                                                            {'$', "\\$"},
                                                            {'&', "\\&"},
                                                            {'#', "\\#"},
                                                            {'%', "\\%"},
                                                            {'_', "\\_\\allowbreak{}"},
                                                            {'^', "\\textasciicircum{}"},
                                                            {'~', "\\textasciitilde{}"},
                                                            {'<', "\\textless{}"},
                                                            {'>', "\\textgreater{}"},
                                                            {'|', "\\textbar{}"},
                                                            {'"', "\\textquotedbl{}"},
                                                            {'-', "{-}"},
                                                            {'`', "\\textasciigrave{}"},
                                                            {'\'', "\\textquotesingle{}"}};
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = is_control(text[i]) ? ' ' : text[i];
    if (static_cast<unsigned char>(c) < 0x80) {
      const auto command = commands.find(c);
      if (command == commands.end())
        escaped += c;
      else
        escaped += command->second;
      continue;
    }
    std::size_t length = 1;
    while (i + length < text.size() &&
           (static_cast<unsigned char>(text[i + length]) & 0xC0) == 0x80)
      ++length;
    const auto sign = text.substr(i, length);
    // Latin-1 letters (U+00C0 on) are in every T1 font; the dagger marks our own footnotes.
    if (length == 2 && static_cast<unsigned char>(sign[0]) == 0xC3)
      escaped += sign == "\xC3\x97"   ? "$\\times$"
                 : sign == "\xC3\xB7" ? "$\\div$"
                                      : std::string(sign);
    else
      escaped += sign == "\xE2\x80\xA0" ? "$^\\dagger$" : "?";
    i += length - 1;
  }
  return escaped;
}

std::string csv_field(std::string_view text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  if (text.find_first_of("\",\r\n") == std::string_view::npos)
    return (formula ? "'" : "") + std::string(text);
  std::string quoted = formula ? "\"'" : "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string url_text(std::string_view text) {
  std::string escaped;
  for (const char c : text)
    escaped += is_unreserved(c) ? std::string(1, c)
                                : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return escaped;
}

}  // namespace asbench::reports
