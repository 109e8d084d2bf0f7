#pragma once

#include <span>
#include <string>

#include "reports/tables/table.h"

namespace asbench::reports {

// The languages of tables. Each writes what the model holds and decides nothing about it.

/// GitHub-flavoured Markdown: a table for each section, the notes as a list.
[[nodiscard]] std::string markdown_tables(std::span<const Table> tables, const TableStyle& style);

/// RFC 4180, one line per row, numbers at full precision; each interval in two columns of its own.
/// Tables that differ in their columns share the union of them. Where the rows are systems, columns
/// `table` and `kind` say which table and what kind.
[[nodiscard]] std::string csv_tables(std::span<const Table> tables);

/// A file of `table` environments, with a comment on the packages that it needs: booktabs,
/// graphicx, colortbl where a row is grey or highlighted, and \usepackage[T1]{fontenc} with
/// pdflatex. Tables that are not as narrow as a column of a two-column page stand in `table*`,
/// across both columns. What is too wide all the same is scaled down to the width of the text when
/// the document is set, and split before that where it would become too small to read (WideTable).
/// Sections that don't fit on a page continue in a further environment; the notes stand under the
/// last.
[[nodiscard]] std::string latex_tables(std::span<const Table> tables, const TableStyle& style);

}  // namespace asbench::reports
