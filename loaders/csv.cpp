#include "loaders/csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace asbench::loaders {
namespace {

/// Reads one record after the other from a text.
class Records {
 public:
  Records(std::string_view text, std::string_view where) : rest_(text), where_(where) {}

  /// @returns false at the end. An empty line gives a record of one empty field.
  bool next(std::vector<std::string>& fields, int& first_line) {
    fields.clear();
    first_line = line_;
    if (rest_.empty()) return false;
    while (true) {
      fields.push_back(!rest_.empty() && rest_.front() == '"' ? quoted() : plain());
      if (rest_.empty()) return true;
      if (rest_.front() == ',') {
        rest_.remove_prefix(1);
        continue;
      }
      end_of_line();
      return true;
    }
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw BadInput(fmt::format("{}, line {}: {}", where_, line_, what));
  }

  bool at_line_end() const { return rest_.starts_with("\n") || rest_.starts_with("\r\n"); }

  void end_of_line() {
    if (!at_line_end()) fail("text after a closing quote; a comma or a line end was expected");
    rest_.remove_prefix(rest_.front() == '\r' ? 2 : 1);
    ++line_;
  }

  std::string plain() {
    std::string field;
    while (!rest_.empty() && rest_.front() != ',' && !at_line_end()) {
      if (rest_.front() == '"') fail("a quote inside a field that doesn't begin with one");
      field += rest_.front();
      rest_.remove_prefix(1);
    }
    return field;
  }

  std::string quoted() {
    std::string field;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '"') {
        if (c == '\n') ++line_;
        field += c;
      } else if (rest_.starts_with("\"")) {
        field += '"';
        rest_.remove_prefix(1);
      } else {
        return field;
      }
    }
    fail("a quote is never closed");
  }

  std::string_view rest_;
  std::string_view where_;
  int line_ = 1;
};

}  // namespace

CsvTable parse_csv(std::string_view text, std::string_view where) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvTable table;
  Records records(text, where);
  std::vector<std::string> fields;
  int line = 0;
  while (records.next(fields, line)) {
    if (fields.size() == 1 && fields.front().empty()) continue;
    if (table.columns.empty()) {
      table.columns = fields;
      auto sorted = fields;
      std::sort(sorted.begin(), sorted.end());
      if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
          twice != sorted.end()) {
        throw BadInput(fmt::format("{}: two columns are named \"{}\". Column names must be unique.",
                                   where, *twice));
      }
      continue;
    }
    if (fields.size() != table.columns.size()) {
      throw BadInput(fmt::format("{}, line {}: {} fields, but the header has {}", where, line,
                                 fields.size(), table.columns.size()));
    }
    table.rows.push_back(fields);
    table.lines.push_back(line);
  }
  if (table.columns.empty()) throw BadInput(fmt::format("{}: the CSV file is empty", where));
  return table;
}

}  // namespace asbench::loaders
