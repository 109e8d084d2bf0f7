#pragma once

#include <string>
#include <string_view>

namespace asbench::reports {

/// Ids, names and captions are text, whatever characters they contain: one function for each output
/// format. Control characters (line ends too) become spaces, except in CSV, which can hold them.

[[nodiscard]] std::string terminal_text(std::string_view text);
/// GitHub-flavoured Markdown, table cells included: nothing in it becomes markup, HTML or a link.
[[nodiscard]] std::string markdown_text(std::string_view text);
/// XML 1.0 text or attribute value.
[[nodiscard]] std::string xml_text(std::string_view text);
/// LaTeX text without commands or math, for T1 and UTF-8. Characters that pdflatex has no glyph
/// for become '?', save a few that are written as commands.
[[nodiscard]] std::string latex_text(std::string_view text);
/// One field of RFC 4180, in quotes only where it needs them. Text that a spreadsheet would run as
/// a formula (it begins with = + - @ or a tab) gets an apostrophe before it, as spreadsheets do
/// themselves. For text only: numbers are written as they are.
[[nodiscard]] std::string csv_field(std::string_view text);
/// The query or fragment of a URL (RFC 3986): everything but unreserved characters as %XX.
[[nodiscard]] std::string url_text(std::string_view text);

}  // namespace asbench::reports
