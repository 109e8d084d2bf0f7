#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asbench::loaders {

/// A CSV text: the names of its columns and its rows, all of equal length.
struct CsvTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<int> lines;  ///< 1-based line in which each row begins, for messages
};

/// Parses RFC 4180: commas, CRLF or LF, fields in double quotes may hold commas, line breaks and
/// doubled quotes. A byte order mark and empty lines are skipped; spaces belong to the field.
/// @throws BadInput naming `where` and the line: no header, a doubled column name, a row of another
///   length, a quote inside an unquoted field, an unclosed quote.
[[nodiscard]] CsvTable parse_csv(std::string_view text, std::string_view where);

}  // namespace asbench::loaders
