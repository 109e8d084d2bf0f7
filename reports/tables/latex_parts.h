#pragma once

#include <string>
#include <vector>

#include "reports/tables/table.h"

namespace asbench::reports {

// How a table is cut for LaTeX before it is written. LaTeX itself knows the widths; here they are
// estimated, so that no table is scaled down until nobody can read it. Whatever the estimate, no
// table is wider than the text: each is scaled when the document is set (write_latex.cpp).

/// Some rows of a section.
struct SectionRows {
  std::size_t section = 0;
  std::size_t first = 0, last = 0;  ///< rows [first, last)
};

/// What one environment holds: its sections once for each part, parts one under the other.
struct LatexPage {
  std::vector<SectionRows> sections;
  std::vector<std::vector<std::size_t>> parts;  ///< columns of each
};

struct LatexParts {
  bool across = false;      ///< `table*`: both columns of a two-column page
  bool long_names = false;  ///< names are set in several lines
  std::vector<LatexPage> pages;
  bool notes_apart = false;  ///< the notes don't fit below the last page's rows
};

/// Columns of text in which a note is about to be set.
inline constexpr std::size_t kLongName = 36;

[[nodiscard]] LatexParts latex_parts(const Table& table, const TableStyle& style);

}  // namespace asbench::reports
