#include "reports/tables/escape_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace asbench::reports {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_unreserved(char c) {
  return is_word(c) || std::string_view("-.~").find(c) != std::string_view::npos;
}

/// The entity of a character that begins or ends markup in HTML and XML; empty for any other.
std::string_view entity_of(char c) {
  return c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : "";
}

/// A space that the format would drop: at an end of the text, or beside another.
bool is_dropped_space(std::string_view text, std::size_t i) {
  return text[i] == ' ' && (i == 0 || i + 1 == text.size() || text[i - 1] == ' ');
}

/// Whether the character at `i` would make the line that begins with `text` a list, a rule or a
/// heading: "- ", "+ ", "===", "1. ".
bool begins_block(std::string_view text, std::size_t i) {
  if (i == 0) return std::string_view("-+=").find(text[0]) != std::string_view::npos;
  return text[i] == '.' && std::all_of(text.begin(), text.begin() + static_cast<long>(i), is_digit);
}

/// A character that is neither a letter of LaTeX's own nor part of a command; empty for any other.
std::string_view latex_command(char c) {
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
                                                            {'`', "\\textasciigrave{}"},
                                                            {'\'', "\\textquotesingle{}"}};
  const auto found = commands.find(c);
  return found == commands.end() ? std::string_view() : found->second;
}

std::string latex_sign(std::string_view text, std::size_t at, std::size_t length) {
  const std::string_view sign = text.substr(at, length);
  if (length == 1) {
    const char c = sign.front();
    if (is_dropped_space(text, at)) return "~";
    if (const auto command = latex_command(c); !command.empty()) return std::string(command);
    // After the \\ of the row before, these would be its arguments.
    if (at == 0 && (c == '[' || c == '*')) return fmt::format("{{{}}}", c);
    // -- would be a dash, ,, a quotation mark; only a kern keeps them apart in every engine.
    if ((c == '-' || c == ',') && at > 0 && text[at - 1] == c) return fmt::format("\\kern0pt{}", c);
    return std::string(sign);
  }
  // Signs, not letters; the program's own notes use some of them.
  static const std::map<std::string_view, std::string_view> signs = {
      {"×", "$\\times$"},    {"÷", "$\\div$"},        {"†", "$^\\dagger$"},
      {"‡", "$^\\ddagger$"}, {"→", "$\\rightarrow$"}, {"≈", "$\\approx$"},
      {"≤", "$\\leq$"},      {"≥", "$\\geq$"},        {"−", "$-$"}};
  const auto found = signs.find(sign);
  return std::string(found == signs.end() ? sign : found->second);
}

}  // namespace

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
    else if (is_dropped_space(plain, i))
      escaped += "&nbsp;";
    else if (std::string_view("\\`*_{}[]()#!|~$").find(c) != std::string_view::npos ||
             begins_block(plain, i))
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

std::string latex_text(std::string_view text, std::size_t break_every) {
  const std::string plain = terminal_text(text);
  std::string escaped;
  std::size_t unbroken = 0;
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t length = code_point_at(plain, at).length;
    const std::size_t width = display_width(std::string_view(plain).substr(at, length));
    if (break_every > 0 && unbroken >= break_every && width > 0) {
      escaped += "\\allowbreak{}";
      unbroken = 0;
    }
    escaped += latex_sign(plain, at, length);
    unbroken = plain[at] == ' ' ? 0 : unbroken + width;
    at += length;
  }
  return escaped;
}

bool needs_latex_letters(std::string_view latex) {
  for (std::size_t at = 0; at < latex.size();) {
    const CodePoint c = code_point_at(latex, at);
    if (c.value >= 0x100) return true;
    at += c.length;
  }
  return false;
}

std::string csv_field(std::string_view text) {
  constexpr std::array<std::string_view, 4> kFullWidth = {"\xEF\xBC\x9D", "\xEF\xBC\x8B",
                                                          "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
  const bool formula =
      !text.empty() &&
      (std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos ||
       std::any_of(kFullWidth.begin(), kFullWidth.end(),
                   [&](auto sign) { return text.starts_with(sign); }));
  std::string field = formula ? "'" : "";
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view sign = text.substr(at, code_point_at(text, at).length);
    at += sign.size();
    const bool kept = sign == "\t" || sign == "\n" || sign == "\r";
    field += sign == "\"" ? "\"\"" : kept ? std::string(sign) : terminal_text(sign);
  }
  const bool quoted = field.find_first_of("\",\r\n") != std::string::npos ||
                      (!field.empty() && (field.front() == ' ' || field.back() == ' '));
  return quoted ? fmt::format("\"{}\"", field) : field;
}

std::string url_text(std::string_view text) {
  std::string escaped;
  for (const char c : text)
    escaped += is_unreserved(c) ? std::string(1, c)
                                : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return escaped;
}

}  // namespace asbench::reports
