#pragma once

namespace asbench {

/// Columns that a code point takes on a terminal: 2 where Unicode 15 says East_Asian_Width wide or
/// full width, 0 for non-spacing and enclosing marks and for format characters, else 1.
[[nodiscard]] int columns_of(char32_t code_point);

}  // namespace asbench
