#include "cli/ratings_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "core/json.h"
#include "loaders/csv.h"

namespace asbench::cli {
namespace {

std::size_t column_of(const loaders::CsvTable& table, const std::string& name,
                      const std::string& where) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), name);
  if (found != table.columns.end()) return static_cast<std::size_t>(found - table.columns.begin());
  throw BadInput(fmt::format(
      "{}: missing column '{}'.\n  Expected the columns system,story,dimension,rater,value.", where,
      name));
}

double value_of(const std::string& text, const std::string& where, int line) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(value)) {
    throw BadInput(
        fmt::format("{}, line {}: the value '{}' is not a finite number.\n  Leave out the row of a "
                    "rater who gave no rating.",
                    where, line, text));
  }
  return value;
}

}  // namespace

std::vector<reports::Rating> read_ratings(const std::filesystem::path& file) {
  const std::string where = file.string();
  const auto table = loaders::parse_csv(read_text_file(file), where);
  const std::size_t system = column_of(table, "system", where),
                    story = column_of(table, "story", where),
                    dimension = column_of(table, "dimension", where),
                    rater = column_of(table, "rater", where),
                    value = column_of(table, "value", where);
  std::vector<reports::Rating> ratings;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    ratings.push_back({row[system], row[story], row[dimension], row[rater],
                       value_of(row[value], where, table.lines[i])});
  }
  if (ratings.empty()) throw BadInput(fmt::format("{}: no ratings below the header line", where));
  return ratings;
}

}  // namespace asbench::cli
