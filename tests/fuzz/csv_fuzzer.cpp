// Tables as spreadsheets save them, with their encodings: any bytes must give a table or a
// BadInput. A table that was read is written as RFC 4180 and read again: it must come back the
// same. Layout templates and the names that are compared with them take the same bytes. Links
// asbench::loaders.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.h"
#include "loaders/csv.h"
#include "loaders/name_match.h"
#include "loaders/outputs/layout_template.h"
#include "loaders/text_file.h"

namespace {

using namespace asbench;
using namespace asbench::loaders;

void append_row(std::string& text, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    text += i == 0 ? "\"" : ",\"";
    for (const char c : fields[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    text += '"';
  }
  text += '\n';
}

void check_table(const CsvTable& table) {
  if (table.columns.empty() || table.rows.size() != table.lines.size()) std::abort();
  int line = 0;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (table.rows[i].size() != table.columns.size() || table.lines[i] <= line) std::abort();
    line = table.lines[i];
  }
  for (const std::string& column : table.columns) {
    if (!table.find(column)) std::abort();
  }
  std::string written = "sep=,\n";
  append_row(written, table.columns);
  for (const auto& row : table.rows) append_row(written, row);
  const CsvTable again = parse_csv(written, "again");
  if (again.columns != table.columns || again.rows != table.rows) std::abort();
}

void read_numbers(const CsvTable& table) {
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    try {
      if (csv_numbers(table, column).size() != table.rows.size()) std::abort();
    } catch (const BadInput&) {
      // the expected answer to most columns
    }
    for (const auto& row : table.rows) static_cast<void>(csv_whole_number(row[column]));
  }
}

void match_names(std::string_view text) {
  if (nfc(nfc(text)) != nfc(text)) std::abort();
  static_cast<void>(loose_name(text));
  static_cast<void>(nearest_name(text, {"default", "auto", "ガンバ"}));
  const LayoutTemplate layout(text);
  const auto path = layout.expand({"ip/1", "ip", "1", {}}, 3);
  if (path.is_absolute() || path.empty() || *path.begin() == "..") std::abort();
}

template <typename Action>
void attempt(Action action) {
  try {
    action();
  } catch (const BadInput&) {
    // the expected answer to most inputs
  } catch (const UsageError&) {
    // of templates
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt([&] {
    const CsvTable table = parse_csv(decode_text(text, "fuzz").utf8, "fuzz");
    check_table(table);
    read_numbers(table);
  });
  attempt([&] { match_names(text); });
  return 0;
}
