#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.h"
#include "loaders/csv.h"

namespace asbench::loaders {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_plus(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-") && !text.starts_with("++"))
    text.remove_prefix(1);
  return text;
}

/// A finite number with a decimal point, if any.
std::optional<double> plain_number(std::string_view text) {
  text = without_plus(text);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

/// "-1,25": digits on both sides of one comma, and nothing else. Gives the place of the comma.
std::optional<std::size_t> comma_of(std::string_view text) {
  const std::size_t begin = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || !all_digits(text.substr(begin, comma - begin)) ||
      !all_digits(text.substr(comma + 1)))
    return std::nullopt;
  return comma;
}

/// "1,234" may be 1234 in an English table.
bool may_be_thousands(std::string_view text, std::size_t comma) {
  const std::size_t begin = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  return text.size() - comma - 1 == 3 && comma - begin <= 3 && text[begin] != '0';
}

[[noreturn]] void fail(const CsvTable& table, std::size_t row, std::size_t column,
                       std::string_view what) {
  throw BadInput(fmt::format("{}: the {} \"{}\" {}", table.row_name(row), table.columns[column],
                             table.rows[row][column], what));
}

}  // namespace

std::vector<double> csv_numbers(const CsvTable& table, std::size_t column,
                                std::string_view remedy) {
  std::vector<double> numbers;
  std::optional<std::size_t> with_point;  // the first row of its kind
  std::optional<std::size_t> with_comma;
  bool only_thousands = true;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& text = table.rows[row][column];
    if (const auto number = plain_number(text)) {
      if (!with_point && text.find('.') != std::string::npos) with_point = row;
      numbers.push_back(*number);
      continue;
    }
    const auto comma = comma_of(text);
    if (!comma)
      fail(table, row, column,
           fmt::format("is not a finite number.{}{}", remedy.empty() ? "" : "\n  ", remedy));
    if (table.separator == ',') {
      fail(table, row, column,
           "has a decimal comma, which can't be told from a separator here.\n  Write it with a "
           "decimal point, or save the table with semicolons or tabs.");
    }
    if (!with_comma) with_comma = row;
    only_thousands = only_thousands && may_be_thousands(text, *comma);
    std::string with_decimal_point = text;
    with_decimal_point[*comma] = '.';
    numbers.push_back(plain_number(with_decimal_point).value_or(0.0));
  }
  if (with_comma && with_point) {
    fail(table, *with_comma, column,
         fmt::format("has a decimal comma, but line {} has a decimal point.\n  Write all numbers "
                     "of the column in one way.",
                     table.lines[*with_point]));
  }
  if (with_comma && only_thousands && table.separator == '\t') {
    fail(table, *with_comma, column,
         "may mean a fraction or thousands.\n  Write the column with decimal points and without "
         "separators of thousands.");
  }
  return numbers;
}

std::optional<int> csv_whole_number(std::string_view text) {
  text = without_plus(text);
  const std::size_t mark = std::min(text.find_first_of(".,"), text.size());
  const std::string_view fraction = text.substr(mark);
  if (fraction.size() == 1 || fraction.find_first_not_of('0', 1) != std::string_view::npos)
    return std::nullopt;
  int number = 0;
  const char* const end = text.data() + mark;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace asbench::loaders
