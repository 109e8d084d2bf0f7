#include "loaders/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/error.h"
#include "core/nearest_name.h"
#include "loaders/text_file.h"

namespace asbench::loaders {
namespace {

constexpr std::array<char, 3> kSeparators = {',', ';', '\t'};
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

std::string_view name_of(char separator) {
  if (separator == ',') return "a comma";
  return separator == ';' ? "a semicolon" : "a tab";
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// " Is "storey" meant?", where a column that nobody expects has nearly the wanted name.
std::string misspelt(std::string_view wanted, const std::vector<std::string>& columns,
                     std::span<const std::string_view> expected) {
  std::vector<std::string> others;
  for (const std::string& column : columns) {
    if (std::find(expected.begin(), expected.end(), lower_case(column)) == expected.end())
      others.push_back(column);
  }
  const std::string near = asbench::nearest_name(wanted, others);
  return near.empty() ? "" : fmt::format(" Is \"{}\" meant?", near);
}

/// Length of the space at the front, 0 when there is none. A tab that separates is no space.
std::size_t space_at_front(std::string_view text, char separator) {
  if (text.starts_with(' ') || (separator != '\t' && text.starts_with('\t'))) return 1;
  return text.starts_with(kNoBreakSpace) ? kNoBreakSpace.size() : 0;
}

std::size_t space_at_back(std::string_view text) {
  if (text.ends_with(' ') || text.ends_with('\t')) return 1;
  return text.ends_with(kNoBreakSpace) ? kNoBreakSpace.size() : 0;
}

/// Reads one record after the other from a text.
class Records {
 public:
  Records(std::string_view text, std::string_view where, char separator, int first_line)
      : rest_(text), where_(where), separator_(separator), line_(first_line) {}

  /// @returns false at the end. An empty line gives a record of one empty field.
  bool next(std::vector<std::string>& fields, int& first_line) {
    fields.clear();
    first_line = line_;
    if (rest_.empty()) return false;
    while (true) {
      skip_spaces();
      fields.push_back(rest_.starts_with('"') ? quoted() : plain());
      if (rest_.empty()) return true;
      if (rest_.front() == separator_) {
        rest_.remove_prefix(1);
        continue;
      }
      end_of_line();
      return true;
    }
  }

 private:
  [[noreturn]] void fail(int line, std::string_view what) const {
    throw BadInput(fmt::format("{}, line {}: {}", where_, line, what));
  }

  void skip_spaces() {
    while (const std::size_t length = space_at_front(rest_, separator_))
      rest_.remove_prefix(length);
  }

  bool at_line_end() const { return rest_.starts_with('\n') || rest_.starts_with('\r'); }

  void end_of_line() {
    if (!at_line_end()) {
      fail(line_, fmt::format("text after a closing quote; {} or the end of the line was expected",
                              name_of(separator_)));
    }
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
    ++line_;
  }

  std::string plain() {
    std::size_t length = 0;
    while (length < rest_.size() && rest_[length] != separator_ && rest_[length] != '\n' &&
           rest_[length] != '\r') {
      if (rest_[length] == '"') {
        fail(line_,
             "a quote inside a field that doesn't begin with one.\n  Put the field into double "
             "quotes and write each quote in it twice.");
      }
      if (rest_[length] == '\0') fail(line_, "a NUL character; expected text");
      ++length;
    }
    std::string_view field = rest_.substr(0, length);
    rest_.remove_prefix(length);
    while (const std::size_t space = space_at_back(field)) field.remove_suffix(space);
    return std::string(field);
  }

  std::string quoted() {
    const int opened = line_;
    std::string field;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '"') {
        if (c == '\n' || (c == '\r' && !rest_.starts_with('\n'))) ++line_;
        field += c;
      } else if (rest_.starts_with('"')) {
        field += '"';
        rest_.remove_prefix(1);
      } else {
        skip_spaces();
        return field;
      }
    }
    fail(opened, "a quote is opened here and never closed");
  }

  std::string_view rest_;
  std::string_view where_;
  char separator_;
  int line_;
};

bool is_empty(const std::vector<std::string>& fields) {
  return std::all_of(fields.begin(), fields.end(),
                     [](const std::string& field) { return field.empty(); });
}

/// A first line `sep=;`, with which a spreadsheet says what separates; it is taken off the text.
std::optional<char> stated_separator(std::string_view& text, std::string_view where) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"')
    line = line.substr(1, line.size() - 2);
  if (line.size() != 5 || lower_case(line.substr(0, 4)) != "sep=") return std::nullopt;
  const char separator = line[4];
  if (std::find(kSeparators.begin(), kSeparators.end(), separator) == kSeparators.end()) {
    throw BadInput(
        fmt::format("{}, line 1: the separator \"{}\" is not read. Use a comma, a semicolon or a "
                    "tab.",
                    where, separator));
  }
  text.remove_prefix(end);
  text.remove_prefix(text.starts_with("\r\n") ? 2 : text.empty() ? 0 : 1);
  return separator;
}

/// How well a separator fits: expected columns in the header, then columns. Lower is worse.
std::pair<std::size_t, std::size_t> fit(std::string_view text, std::string_view where,
                                        char separator,
                                        std::span<const std::string_view> expected) {
  Records records(text, where, separator, 1);
  CsvTable header;
  int line = 0;
  try {
    while (records.next(header.columns, line)) {
      if (is_empty(header.columns)) continue;
      const auto found =
          std::count_if(expected.begin(), expected.end(),
                        [&](std::string_view column) { return header.find(column).has_value(); });
      return {static_cast<std::size_t>(found), header.columns.size()};
    }
  } catch (const BadInput&) {
    // A quote that this separator doesn't explain: it is another one, or the text is refused below.
  }
  return {0, 0};
}

char separator_of(std::string_view text, std::string_view where,
                  std::span<const std::string_view> expected) {
  char best = kSeparators.front();
  auto best_fit = fit(text, where, best, expected);
  for (const char candidate : kSeparators) {
    const auto candidate_fit = fit(text, where, candidate, expected);
    if (candidate_fit <= best_fit) continue;
    best = candidate;
    best_fit = candidate_fit;
  }
  return best;
}

void refuse_doubled_names(const CsvTable& table) {
  std::vector<std::string> names;
  for (const std::string& column : table.columns) {
    if (!column.empty()) names.push_back(lower_case(column));
  }
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
    throw BadInput(
        fmt::format("{}: two columns are named \"{}\" (letter case doesn't count). Column names "
                    "must be unique.",
                    table.where, *twice));
  }
}

/// Brings a row to the header's length. @throws BadInput when it has too few or too many fields.
void fit_row(std::vector<std::string>& fields, const CsvTable& table, int line) {
  std::size_t named = table.columns.size();
  while (named > 0 && table.columns[named - 1].empty()) --named;
  std::size_t filled = fields.size();
  while (filled > table.columns.size() && fields[filled - 1].empty()) --filled;
  if (fields.size() >= named && filled <= table.columns.size()) {
    fields.resize(table.columns.size());
    return;
  }
  std::string hint;
  if (fields.size() > named) {
    hint = fmt::format("A field that holds {} must be in double quotes.", name_of(table.separator));
  } else {
    for (const char other : kSeparators) {
      if (other == table.separator || fields.front().find(other) == std::string::npos) continue;
      hint = fmt::format("The header is separated by {}; this line seems to use {}.",
                         name_of(table.separator), name_of(other));
    }
    if (hint.empty()) hint = "Leave a field empty by writing its separator.";
  }
  throw BadInput(fmt::format("{}, line {}: {} {}, but the header has {}.\n  {}", table.where, line,
                             fields.size(), fields.size() == 1 ? "field" : "fields", named, hint));
}

/// Drops the columns without name and value; names the others without a name by their place.
void settle_nameless_columns(CsvTable& table) {
  for (std::size_t c = table.columns.size(); c-- > 0;) {
    if (!table.columns[c].empty()) continue;
    const bool has_value = std::any_of(table.rows.begin(), table.rows.end(),
                                       [&](const auto& row) { return !row[c].empty(); });
    if (has_value) {
      table.columns[c] = fmt::format("column {}", c + 1);
      continue;
    }
    const auto at = static_cast<std::ptrdiff_t>(c);
    table.columns.erase(table.columns.begin() + at);
    for (auto& row : table.rows) row.erase(row.begin() + at);
  }
}

}  // namespace

std::optional<std::size_t> CsvTable::find(std::string_view name) const {
  const std::string wanted = lower_case(name);
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const std::string& column) {
    return lower_case(column) == wanted;
  });
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::size_t CsvTable::require(std::string_view name,
                              std::span<const std::string_view> expected) const {
  if (const auto found = find(name)) return *found;
  std::string wanted;
  for (const std::string_view column : expected)
    wanted += fmt::format("{}{}", wanted.empty() ? "" : ",", column);
  std::string there;
  for (const std::string& column : columns)
    there += fmt::format("{}\"{}\"", there.empty() ? "" : ", ", column);
  throw BadInput(fmt::format(
      "{}: missing column \"{}\".{} The header has {} (separated by {}).\n  Expected the columns "
      "{} "
      "and any others, separated by commas, semicolons or tabs.",
      where, name, misspelt(name, columns, expected), there, name_of(separator), wanted));
}

std::string CsvTable::row_name(std::size_t row) const {
  return fmt::format("{}, line {}", where, lines[row]);
}

CsvTable parse_csv(std::string_view text, std::string_view where,
                   std::span<const std::string_view> expected) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvTable table;
  table.where = where;
  const auto stated = stated_separator(text, where);
  table.separator = stated ? *stated : separator_of(text, where, expected);
  Records records(text, where, table.separator, stated ? 2 : 1);
  std::vector<std::string> fields;
  int line = 0;
  while (records.next(fields, line)) {
    if (is_empty(fields)) continue;
    if (table.columns.empty()) {
      table.columns = fields;
      refuse_doubled_names(table);
      continue;
    }
    fit_row(fields, table, line);
    table.rows.push_back(fields);
    table.lines.push_back(line);
  }
  if (table.columns.empty()) throw BadInput(fmt::format("{}: the CSV file is empty", where));
  settle_nameless_columns(table);
  return table;
}

CsvTable read_csv(const std::filesystem::path& file, std::span<const std::string_view> expected) {
  return parse_csv(read_text(file).utf8, file.string(), expected);
}

}  // namespace asbench::loaders
