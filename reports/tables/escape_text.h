#pragma once

#include <string>
#include <string_view>

#include "core/text.h"

namespace asbench::reports {

/// Ids, names and captions are text, whatever characters they contain: one function for each output
/// format, and terminal_text() of core/text.h for terminals. All keep every letter. What
/// terminal_text() escapes (control characters, line ends too, overrides of the direction, bytes
/// that are not UTF-8) is escaped in the same way here, so that it is seen; CSV keeps tabs and line
/// ends, which it can hold.

/// GitHub-flavoured Markdown, table cells included: nothing in it becomes markup, HTML or a link.
/// Spaces at its ends and several in a row stay.
[[nodiscard]] std::string markdown_text(std::string_view text);

/// XML 1.0 text or attribute value. What XML can't hold (control characters, U+FFFE, U+FFFF,
/// surrogates) is escaped as above.
[[nodiscard]] std::string xml_text(std::string_view text);

/// LaTeX text without commands or math, in UTF-8, for the encodings T1 (pdflatex) and TU (lualatex,
/// xelatex). Letters stand as they are: which of them an engine can set depends on its fonts
/// (latex_preamble()). It may stand at the beginning of a table's row.
/// @param break_every  allows a line break after so many columns without a space; 0: none
[[nodiscard]] std::string latex_text(std::string_view text, std::size_t break_every = 0);

/// Whether the LaTeX text holds letters beyond Latin-1, which pdflatex may have no font for.
[[nodiscard]] bool needs_latex_letters(std::string_view latex);

/// One field of RFC 4180, in quotes only where it needs them. Text that a spreadsheet would run as
/// a formula (it begins with = + - @, their full-width forms, a tab or a line end) gets an
/// apostrophe before it, as spreadsheets do themselves. For text only: numbers are written as they
/// are.
[[nodiscard]] std::string csv_field(std::string_view text);

/// The query or fragment of a URL (RFC 3986): everything but unreserved characters as %XX.
[[nodiscard]] std::string url_text(std::string_view text);

}  // namespace asbench::reports
