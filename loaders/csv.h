#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asbench::loaders {

/// A CSV text: the names of its columns and its rows, all of equal length.
struct CsvTable {
  std::string where;                 ///< what messages call the text, usually its path
  char separator = ',';              ///< ',', ';' or a tab
  std::vector<std::string> columns;  ///< as written; "column 3" where the header is empty
  std::vector<std::vector<std::string>> rows;
  std::vector<int> lines;  ///< 1-based line in which each row begins, for messages

  /// The column of that name, whatever its letter case.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  /// The same. @throws BadInput that lists the columns that are there and `expected`.
  [[nodiscard]] std::size_t require(std::string_view name,
                                    std::span<const std::string_view> expected) const;
  /// "FILE, line 7".
  [[nodiscard]] std::string row_name(std::size_t row) const;
};

/// Parses a table in UTF-8 as spreadsheets save it: RFC 4180 with a header line, and
/// - commas, semicolons or tabs: as a first line `sep=;` says, else whichever gives the header most
///   of the `expected` columns, then most columns;
/// - lines that end with LF, CRLF or CR;
/// - fields in double quotes may hold separators, line breaks and doubled quotes;
/// - spaces around names and unquoted fields are dropped;
/// - rows whose fields are all empty, empty fields beyond the header, and columns without a name
///   and without a value are skipped.
/// @throws BadInput naming `where` and the line: no header, two columns of one name, a row of
///   another length, a quote inside an unquoted field, an unclosed quote.
[[nodiscard]] CsvTable parse_csv(std::string_view text, std::string_view where,
                                 std::span<const std::string_view> expected = {});

/// The same of a file in any encoding of text_file.h. @throws BadInput also for what can't be read.
[[nodiscard]] CsvTable read_csv(const std::filesystem::path& file,
                                std::span<const std::string_view> expected = {});

/// The numbers of a column. A decimal comma is taken where it can be nothing else: in a table with
/// semicolons or tabs whose column has no decimal point.
/// @param remedy  a sentence for the message about a field that is no number
/// @throws BadInput naming the line: not a finite number, or a comma that may mean two things.
[[nodiscard]] std::vector<double> csv_numbers(const CsvTable& table, std::size_t column,
                                              std::string_view remedy = {});

/// "3", and what a spreadsheet makes of it: "3.0", "3,0", "+3". Nothing for anything else.
[[nodiscard]] std::optional<int> csv_whole_number(std::string_view text);

}  // namespace asbench::loaders
